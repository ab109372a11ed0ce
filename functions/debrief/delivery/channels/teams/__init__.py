"""Microsoft Teams: an Adaptive Card in a Teams channel or chat, by the webhook of a workflow.

*Once* means: at most once. The workflow does not recognize a repeated message, so after an unknown outcome nothing is
sent again, and the admin gets an email. The workflow accepts a message before it posts it.
"""

from debrief.delivery.channels.kind import Kind

KIND = Kind(takes_events=False, is_repeatable=False, secrets=("url",))
