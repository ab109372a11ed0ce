"""`debrief doctor --send-test CHANNEL`: send one labelled test message to a channel of the rules file."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC

from debrief.cli.output import say
from debrief.cli.recipients_preview import has_ledger
from debrief.delivery.channels.channel import Occasion, Parcel
from debrief.delivery.mail.addresses import recipient_id
from debrief.errors import BadSettings, DebriefError
from debrief.message import Message
from debrief.pipeline.mailing.channel_attempts import enable
from debrief.settings import Settings
from debrief.util.channel_address import channel_address
from debrief.wiring import DEFAULT_OUTBOX, channel_of, connect

TEST_EVENT = "debrief.test"


def send_test(settings: Settings, name: str) -> int:
    """Send the message and say what became of it. If it was accepted, a channel that was disabled is enabled again.

    Returns the exit code: 1 if the channel did not accept the message. Raises BadSettings if there is no such channel.
    """
    services = connect(settings, asks_kaltura=False)
    entry = services.rules.current().channels.get(name)
    if entry is None:
        known = ", ".join(services.rules.current().channels) or "none"
        raise BadSettings(f"The rules file has no channel of this name; its channels: {known}.")
    now = services.clock()
    occasion = Occasion(
        f"test-{name}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}", TEST_EVENT if entry.takes_events else "", now
    )
    channel = services.channel(name)
    try:
        channel.check()
    except DebriefError as error:
        say(str(error))
        return 1
    try:
        body = channel.format(test_message(name), occasion)
        channel.send(Parcel(occasion.id, occasion, body))
    except DebriefError as error:
        say(f"The channel {name} did not accept the test message. {error}")
        return 1
    if has_ledger(settings):
        with closing(services.ledger):
            enable(services.ledger, recipient_id(channel_address(name)), now)
    is_outbox = channel_of(settings) == "outbox"
    what = f"written to the outbox {settings.outbox or DEFAULT_OUTBOX}, not sent" if is_outbox else "accepted"
    say(f"The test message to the channel {name} was {what}.")
    return 0


def test_message(name: str) -> Message:
    """Return the content: it says that it is a test, so that no reader takes it for a report."""
    return Message(
        label="Test message",
        title="Test message from Debrief",
        subject="Test message from Debrief",
        verdict=f"This is a test of the channel {name}. No session is reported.",
    )
