"""Who is worth following up after a session, one family of rules a module."""
