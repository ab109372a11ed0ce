"""The client of Kaltura's API: authentication, rate limit, retries, errors."""
