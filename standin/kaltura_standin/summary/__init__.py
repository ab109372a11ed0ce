"""The reports behind Kaltura's Summary page, 60001 to 60013 and 70001 (Kaltura server, kKavaEventPlatformReports)."""
