"""When a Kaltura webinar ends, Debrief archives its data and emails a report to the organizers."""

__version__ = "1.0.0"
