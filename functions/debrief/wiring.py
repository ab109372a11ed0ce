"""Choose implementations from the settings: the archive, the ledger, the mail channel, the rules."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.delivery.mail.addresses import parse_address, parse_addresses, usable_addresses
from debrief.errors import BadSettings, NoRecipient
from debrief.pipeline.services import Services, no_rules
from debrief.settings import Settings
from debrief.util.lazy import lazy

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import Archive
    from debrief.delivery.aws.queue import Queue
    from debrief.delivery.channels.channel import Channel
    from debrief.delivery.ledger.ledger import Ledger
    from debrief.delivery.mail.mailer import Mailer
    from debrief.delivery.rules.rules import RuleSource
    from debrief.delivery.web.endpoint import Network
    from debrief.kaltura.api.client import Kaltura

DEFAULT_OUTBOX = "out/outbox"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def utc_now() -> datetime:
    return datetime.now(UTC)


def connect(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    *,
    asks_kaltura: bool = True,
    reads_rules: bool = True,
) -> Services:
    """Return the services that the stages need. Raises BadSettings.

    Kaltura and AWS are connected at their first use. `asks_kaltura` checks now that a credential is set, and with
    `reads_rules` that the rules file is valid; delivery needs neither. If there is a portal and a local ledger, a
    missing link signing key is created.
    """

    def open_kaltura() -> Kaltura:
        from debrief.kaltura.api.client import Kaltura

        return Kaltura(settings)

    people_key = partial(people_key_of, settings)
    settings = replace(
        settings,
        mail_to=parse_addresses(settings.mail_to),
        admin_to=usable_addresses(settings.admin_to),
        link_key=link_key_of(settings),
    )
    kaltura = lazy(open_kaltura)
    rules = open_rules(settings, clock)
    if asks_kaltura:
        kaltura.require_credential()
        if reads_rules and settings.rules:
            rules.current()
    return Services(
        kaltura=kaltura,
        archive=open_archive(settings),
        ledger=open_ledger(settings),
        mailer=open_mailer(settings),
        settings=settings,
        clock=clock,
        rules=rules,
        people_key=people_key,
        channel=partial(open_channel, settings, rules),
    )


def open_archive(settings: Settings) -> Archive:
    """Return the archive: a bucket for s3://bucket/prefix, else a folder."""
    if not settings.archive.startswith("s3://"):
        from debrief.delivery.archive.folder import FolderArchive

        return FolderArchive(Path(settings.archive))
    bucket, prefix = _split_s3_url(
        settings.archive, "DEBRIEF_ARCHIVE must be a folder or look like s3://bucket/prefix."
    )
    from debrief.delivery.aws.clients import check_region

    check_region("s3")

    def open_bucket() -> Archive:
        from debrief.delivery.archive.s3 import LINK_CONFIG, S3Archive
        from debrief.delivery.aws.clients import client

        return S3Archive(client("s3", more=LINK_CONFIG), bucket, prefix)

    return lazy(open_bucket)


def open_queue(url: str) -> Queue:
    """Return the SQS queue with this URL. Raises BadSettings."""
    if not url.startswith(("https://", "http://")):
        raise BadSettings("Give the queue's URL, such as https://sqs.eu-west-1.amazonaws.com/123/NAME.")
    from debrief.delivery.aws.clients import client
    from debrief.delivery.aws.queue import Queue

    return Queue(url, client("sqs"))


def open_rules(settings: Settings, clock: Callable[[], datetime]) -> RuleSource:
    """Return the rules, from a local file or a bucket. The file is read at its first use. Raises BadSettings."""
    location = settings.rules
    if not location:
        return no_rules(organizers=settings.organizers)
    from debrief.delivery.rules.file import RulesFile, read_path

    if not location.startswith("s3://"):
        return RulesFile(location, partial(read_path, Path(location)), clock, organizers=settings.organizers)
    message = "DEBRIEF_RULES must be a file or look like s3://bucket/rules.yaml."
    bucket, key = _split_s3_url(location, message)
    if not key:
        raise BadSettings(message)

    def read_object() -> bytes | None:
        from debrief.delivery.archive.s3 import S3Archive
        from debrief.delivery.aws.clients import client

        return S3Archive(client("s3"), bucket).read(key)

    return RulesFile(location, read_object, clock, organizers=settings.organizers)


def _split_s3_url(url: str, message: str) -> tuple[str, str]:
    """Split s3://bucket/key into bucket and key or prefix. Raises BadSettings with the message."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if not _BUCKET.fullmatch(bucket) or set(key) & {"?", "#"}:
        raise BadSettings(message)
    return bucket, key.strip("/")


def open_ledger(settings: Settings) -> Ledger:
    """Return a DynamoDB table for `dynamodb:NAME`, else a SQLite file."""
    if settings.ledger.startswith("dynamodb:"):
        from debrief.delivery.aws.clients import client
        from debrief.delivery.ledger.dynamodb import DynamoLedger

        table = settings.ledger.removeprefix("dynamodb:")
        if not table:
            raise BadSettings("DEBRIEF_LEDGER must be a file or look like dynamodb:TABLE.")
        return DynamoLedger(client("dynamodb"), table, retention_days=settings.ledger_days)
    from debrief.delivery.ledger.sqlite import SqliteLedger

    return SqliteLedger(ledger_file(settings))


def ledger_file(settings: Settings) -> Path:
    """Return the SQLite file: the one that is set, or one in a local archive, or for a bucket in the state folder."""
    if settings.ledger:
        return Path(settings.ledger)
    if not settings.archive.startswith("s3://"):
        return Path(settings.archive) / ".debrief" / "ledger.sqlite3"
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", settings.archive.removeprefix("s3://").strip("/"))
    return state / "debrief" / f"{name}.sqlite3"


def link_key_of(settings: Settings) -> str:
    """Return the link signing key: the one that is set, or, if there is a portal, the one beside the local ledger.

    A missing file is created.
    """
    if settings.link_key or not settings.portal_url or not _has_local_ledger(settings):
        return settings.link_key
    from debrief.delivery.links.local_keys import local_link_key

    return local_link_key(ledger_file(settings))


def people_key_of(settings: Settings) -> bytes:
    """Return the key of the people index: the one that is set, else the one beside the local ledger, made if missing.

    Raises BadSettings.
    """
    from debrief.delivery.links.tokens import MIN_KEY_LENGTH
    from debrief.pipeline.privacy.people_index import people_key_from

    if settings.people_key or not _has_local_ledger(settings):
        if 0 < len(settings.people_key) < MIN_KEY_LENGTH:
            raise BadSettings(f"DEBRIEF_PEOPLE_KEY must have at least {MIN_KEY_LENGTH} characters.")
        return people_key_from(settings.people_key)
    from debrief.delivery.links.local_keys import local_people_key

    return people_key_from(local_people_key(ledger_file(settings)))


def _has_local_ledger(settings: Settings) -> bool:
    return not settings.ledger.startswith("dynamodb:")


def channel_of(settings: Settings) -> str:
    """Return outbox, smtp or ses."""
    return settings.mail_channel or ("smtp" if settings.smtp_url and not settings.outbox else "outbox")


def open_mailer(settings: Settings) -> Mailer:
    """Return the channel that is set; else the outbox if it is set, SMTP if it is set, or a default outbox."""
    channel = channel_of(settings)
    if channel == "outbox":
        from debrief.delivery.mail.outbox import OutboxMailer

        return OutboxMailer(Path(settings.outbox or DEFAULT_OUTBOX))
    if not settings.mail_from:
        raise BadSettings("DEBRIEF_MAIL_FROM is not set; it is the sender's address.")
    parse_address(settings.mail_from)  # raises BadSettings
    if channel == "smtp":
        from debrief.delivery.mail.smtp import SmtpMailer

        return SmtpMailer(settings.smtp_url)
    from debrief.delivery.aws.clients import check_region

    check_region("sesv2")

    def open_ses() -> Mailer:
        from debrief.delivery.aws.clients import client
        from debrief.delivery.mail.ses import SesMailer

        return SesMailer(client("sesv2", retries=False), settings.ses_configuration_set)

    return lazy(open_ses)


def open_channel(settings: Settings, rules: RuleSource, name: str, network: Network | None = None) -> Channel:
    """Return the channel of the rules file with this name. If emails go to the outbox, its messages go there too.

    Raises NoRecipient if the rules file has no such channel.
    """
    entry = rules.current().channels.get(name)
    if entry is None:
        raise NoRecipient(f"The rules file has no channel {name}.")
    from debrief.delivery.channels.channel import Setup, open_kind
    from debrief.delivery.channels.kind import kind_of
    from debrief.delivery.web.endpoint import Network

    ends = {key: f"{name.replace('-', '_')}_{key}".upper() for key in kind_of(entry.kind).secrets}
    known = dict(settings.channel_secrets)
    secrets = {key: known[end] for key, end in ends.items() if end in known}
    setup = Setup(name, dict(entry.options), secrets, settings.event_bus, network or Network())
    channel = open_kind(entry.kind, setup)
    if channel_of(settings) != "outbox":
        return channel
    from debrief.delivery.channels.outbox import OutboxChannel

    return OutboxChannel(Path(settings.outbox or DEFAULT_OUTBOX), channel)
