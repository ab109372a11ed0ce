"""The local keys that sign links and hash addresses, and the tokens in links."""
