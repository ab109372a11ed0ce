"""Kaltura's reports: the three room reports and the reports behind the Summary page."""
