"""Everything that belongs to one session, put together from Kaltura's answers or from the archive."""
