"""Which sessions there were: report 6000, cue points, rooms, the schedule, virtual events, and their organizers."""
