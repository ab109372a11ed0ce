"""Metrics, sections and warnings, computed from the rows of one session without any input or output."""
