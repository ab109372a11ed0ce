"""The data of one session, from Kaltura's answers or from the archive."""
