"""Pages behind the links in emails, and the webhook for Kaltura's notifications: functions from request to response.

A Lambda function URL (handlers) or a server on this machine (cli.serve) calls them. Nothing here logs a path, because
paths contain tokens.
"""
