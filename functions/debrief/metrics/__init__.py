"""Metrics, sections and warnings, computed without I/O from the rows of one session or event."""
