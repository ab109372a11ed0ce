"""Emails: choose the recipients, compose each email, send it at most once, and record the result."""
