"""The only place that picks implementations: which archive, which ledger, who carries the mail."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from debrief.delivery.archive import Archive
from debrief.delivery.folder import FolderArchive
from debrief.delivery.ledger import Ledger
from debrief.delivery.mailer import Mailer
from debrief.delivery.outbox import OutboxMailer
from debrief.delivery.recipients import parse_address, parse_addresses
from debrief.errors import BadSettings
from debrief.kaltura.client import Kaltura
from debrief.pipeline import Services
from debrief.settings import Settings

DEFAULT_OUTBOX = "out/outbox"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def connect(settings: Settings, clock: Callable[[], datetime] = utc_now, *, asks_kaltura: bool = True) -> Services:
    """Everything the stages need. Nothing is asked or written yet. Raises BadSettings.

    Who only delivers does not ask Kaltura and needs no credential.
    """
    settings = replace(settings, mail_to=parse_addresses(settings.mail_to))
    kaltura = Kaltura(settings)
    if asks_kaltura:
        kaltura.check()
    return Services(
        kaltura=kaltura,
        archive=open_archive(settings),
        ledger=open_ledger(settings),
        mailer=open_mailer(settings),
        settings=settings,
        clock=clock,
    )


def open_archive(settings: Settings) -> Archive:
    """A folder, or a bucket for an address that starts with s3://."""
    if not settings.archive.startswith("s3://"):
        return FolderArchive(Path(settings.archive))
    from debrief.delivery.s3 import S3Archive

    parts = urlsplit(settings.archive)
    if not _BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise BadSettings("DEBRIEF_ARCHIVE must be a folder or look like s3://bucket/prefix.")
    return S3Archive(_client("s3"), parts.netloc, parts.path.strip("/"))


def open_ledger(settings: Settings) -> Ledger:
    """A DynamoDB table for `dynamodb:NAME`, else a SQLite file."""
    if settings.ledger.startswith("dynamodb:"):
        from debrief.delivery.dynamodb import DynamoLedger

        table = settings.ledger.removeprefix("dynamodb:")
        if not table:
            raise BadSettings("DEBRIEF_LEDGER must be a file or look like dynamodb:TABLE.")
        return DynamoLedger(_client("dynamodb"), table)
    from debrief.delivery.sqlite import SqliteLedger

    return SqliteLedger(ledger_file(settings))


def ledger_file(settings: Settings) -> Path:
    """The SQLite file: as set, else inside the archive folder, else one per bucket in the user's state folder."""
    if settings.ledger:
        return Path(settings.ledger)
    if not settings.archive.startswith("s3://"):
        return Path(settings.archive) / ".debrief" / "ledger.sqlite3"
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", settings.archive.removeprefix("s3://").strip("/"))
    return state / "debrief" / f"{name}.sqlite3"


def channel_of(settings: Settings) -> str:
    """outbox, smtp or ses."""
    return settings.mail_channel or ("smtp" if settings.smtp_url and not settings.outbox else "outbox")


def open_mailer(settings: Settings) -> Mailer:
    """The channel that is set; else the outbox, SMTP, or a default outbox, whichever is configured first."""
    channel = channel_of(settings)
    if channel == "outbox":
        return OutboxMailer(Path(settings.outbox or DEFAULT_OUTBOX))
    _check_sender(settings)
    if channel == "smtp":
        from debrief.delivery.smtp import SmtpMailer

        return SmtpMailer(settings.smtp_url)
    from debrief.delivery.ses import SesMailer

    return SesMailer(_client("sesv2", retries=False), settings.ses_configuration_set)


def _check_sender(settings: Settings) -> None:
    """A mail that leaves the machine needs a sender of ours."""
    if not settings.mail_from:
        raise BadSettings("DEBRIEF_MAIL_FROM is not set; it is the sender's address.")
    parse_address(settings.mail_from)


def _client(service: Any, *, retries: bool = True) -> Any:
    """A boto3 client. Without retries for what must not be done twice; boto3 is imported here only."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    config = Config(
        retries={"mode": "standard", "total_max_attempts": 4 if retries else 1}, connect_timeout=5, read_timeout=60
    )
    try:
        return boto3.client(service, config=config)
    except BotoCoreError as error:
        raise BadSettings(
            f"AWS {service} cannot be used: {type(error).__name__}; set a region and credentials."
        ) from None
