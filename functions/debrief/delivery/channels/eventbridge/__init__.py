"""EventBridge: each event goes to a bus of the AWS account, where rules pass it on.

*Once* means: effectively once. An event is sent again until EventBridge accepts it, always with the same id in its
detail. EventBridge itself may deliver an event more than once.
"""

from debrief.delivery.channels.kind import Kind

KIND = Kind(takes_events=True, is_repeatable=True)
