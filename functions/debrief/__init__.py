"""Debrief: from the end of a Kaltura webinar to an archive and a report in the organizer's inbox."""

__version__ = "1.0.0"
