"""The export of one session: from Kaltura's answers to documents, with its interruptions and event."""
