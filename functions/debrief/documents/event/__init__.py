"""Documents of a virtual event: the same kinds as for a session, across all its sessions."""
