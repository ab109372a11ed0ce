"""Small tools that know nothing of Kaltura, sessions or reports."""
