"""What the links in mails lead to, and what Kaltura's notifications reach: requests in, responses out.

Who listens is elsewhere: a Lambda function URL (handlers) or a server on this machine (cli.serve). Nothing here logs a
path, because paths hold tokens.
"""
