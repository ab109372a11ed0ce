"""Emails: their content, and the MIME message."""
