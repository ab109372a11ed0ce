"""Mails: who gets one, what it says, sending it at most once, and what became of it."""
