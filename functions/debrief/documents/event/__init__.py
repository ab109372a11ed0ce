"""Documents of a virtual event: the same kinds of documents as for a session, about all sessions of the event."""
