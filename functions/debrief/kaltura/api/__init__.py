"""One call to Kaltura's API: signing, pace, retries, and what an HTTP answer means."""
