"""The configuration: one frozen object, read from environment variables, with defaults that work with none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from debrief.errors import BadSettings

DEFAULT_SERVICE_URL = "https://www.kaltura.com"


@dataclass(frozen=True, slots=True)
class AppToken:
    """The recommended credential: an application token and its id."""

    token_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AdminSecret:
    """The account's admin secret: a KS is generated from it locally, it is never sent."""

    secret: str = field(repr=False)
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class ReadyKs:
    """A KS made elsewhere. It cannot be renewed."""

    ks: str = field(repr=False)


Credential: TypeAlias = AppToken | AdminSecret | ReadyKs


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Durations carry their unit in the name."""

    service_url: str = DEFAULT_SERVICE_URL
    partner_id: str = ""
    credential: Credential | None = None
    archive: str = "out/archive"
    ledger: str = ""  # a file or dynamodb:TABLE; blank: beside the archive
    outbox: str = ""  # a folder for .eml files; wins over SMTP and SES
    smtp_url: str = field(default="", repr=False)
    ses_configuration_set: str = ""
    mail_channel: str = ""  # outbox, smtp or ses; blank: the first that is configured
    mail_from: str = ""
    mail_to: tuple[str, ...] = field(default=(), repr=False)
    timezone: str = "UTC"
    look_back_hours: float = 48.0
    settle_minutes: float = 45.0
    check_hours: tuple[float, ...] = (6.0, 24.0)
    pdf_attach_limit_mb: float = 7.0
    report_attendees: int = 5000  # attendees listed in the PDF and the HTML report; the CSVs hold all
    templates_dir: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which documents print times."""
        return ZoneInfo(self.timezone)
