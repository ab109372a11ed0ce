"""Pages behind the links in emails, and the webhook for Kaltura's notifications: functions from request to response.

The server is elsewhere: a Lambda function URL (handlers) or a server on this machine (cli.serve). Nothing here logs a
path, because paths contain tokens.
"""
