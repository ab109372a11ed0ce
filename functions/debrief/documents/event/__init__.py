"""The documents of a virtual event: what a session has, across all sessions of the event."""
