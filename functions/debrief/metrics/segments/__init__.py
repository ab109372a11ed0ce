"""Follow-up segments of a session, with one family of rules in each module."""
