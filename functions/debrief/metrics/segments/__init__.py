"""Follow-up segments of a session, with one group of rules in each module."""
