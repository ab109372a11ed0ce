"""Standard Webhooks: each event is one signed request to an endpoint of the customer's.

*Once* means: effectively once. An event is sent again until the endpoint accepts it, always with the same webhook-id,
by which the endpoint recognizes it.
"""

from debrief.delivery.channels.kind import Kind

KIND = Kind(takes_events=True, is_repeatable=True, secrets=("url", "secret"))
