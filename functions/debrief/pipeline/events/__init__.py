"""Virtual events: one report of all sessions of an event, rendered from the archive."""
