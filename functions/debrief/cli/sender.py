"""Check the sender of emails for `debrief doctor`: what SES and DNS say about it."""

from __future__ import annotations

from collections.abc import Iterator

from debrief.delivery.dns.lookup import Row
from debrief.delivery.dns.resolver import DnsResolver
from debrief.delivery.dns.sender import check_smtp_sender
from debrief.delivery.mail.addresses import parse_address
from debrief.errors import BadSettings
from debrief.settings import Settings
from debrief.wiring import channel_of


def sender_rows(settings: Settings) -> Iterator[Row]:
    """Yield a row for each check; none for an outbox, or if the sender or the region is not set."""
    channel = channel_of(settings)
    if channel == "outbox":
        return
    resolver = DnsResolver()
    try:
        address = parse_address(settings.mail_from)
        if channel == "smtp":
            yield from check_smtp_sender(address.rpartition("@")[2], resolver)
            return
        from debrief.delivery.aws.clients import client
        from debrief.delivery.aws.sender_checks import check_ses_sender

        ses = client("sesv2")
    except BadSettings:  # which the check of the channel reports
        return
    yield from check_ses_sender(ses, address, resolver, settings.ses_configuration_set)
