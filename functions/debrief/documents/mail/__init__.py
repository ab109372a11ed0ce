"""Mails: what they show, and the MIME message that they are."""
