"""What is known of a session: its record and life cycle, its revisions in the archive, and its status."""
