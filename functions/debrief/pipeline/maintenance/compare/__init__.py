"""Compare a report with Kaltura's Summary page, and account for each difference."""
