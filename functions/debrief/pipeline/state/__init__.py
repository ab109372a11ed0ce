"""The state of a session: its record and life cycle, its revisions in the archive, its status."""
