"""Check how a real Kaltura account answers, and describe the answers in a file without personal data."""
