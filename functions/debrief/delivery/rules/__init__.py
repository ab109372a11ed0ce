"""The rules file: who gets which session's report, and how much of it."""
