"""Forgetting a person: the index that finds their sessions, taking them out, and the proof of it."""
