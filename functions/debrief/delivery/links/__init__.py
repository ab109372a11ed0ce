"""The tokens in links, and the local keys that sign links and hash addresses."""
