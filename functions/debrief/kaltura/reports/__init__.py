"""Kaltura's reports: the three of a room, and those behind its Summary page, each read whole."""
