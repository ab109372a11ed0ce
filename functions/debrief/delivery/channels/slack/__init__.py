"""Slack: a message to a Slack channel, by an incoming webhook or by a bot's token.

*Once* means: at most once. Slack does not recognize a repeated message, so after an unknown outcome nothing is sent
again, and the admin gets an email.
"""

from debrief.delivery.channels.kind import Kind

KIND = Kind(takes_events=False, is_repeatable=False, secrets=("url", "token"), options=("to",))
