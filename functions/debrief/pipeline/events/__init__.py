"""Virtual events: one report across the sessions of an event, made from the archive."""
