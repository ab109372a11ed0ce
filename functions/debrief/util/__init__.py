"""Helpers that do not depend on Kaltura, sessions or reports."""
