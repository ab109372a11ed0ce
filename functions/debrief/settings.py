"""The configuration: one frozen object read from environment variables; every default works."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Durations carry their unit in the name."""

    service_url: str = DEFAULT_SERVICE_URL
    chat_url: str = ""  # base of the chat analytics service, for polls
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
    paper: str = "a4"  # or letter
    accent: str = "#0b6470"  # the PDF's one colour
    logo: str = ""  # a PNG or JPEG file for the head of the PDF; relative to the templates' folder
    look_back_hours: float = 48.0
    settle_minutes: float = 45.0
    check_hours: tuple[float, ...] = (6.0, 24.0)
    pdf_attach_limit_mb: float = 7.0
    report_row_limit: int = 100_000  # Kaltura's own maximum; smaller for an account whose reports stop earlier
    heatmap_attendees: int = 50  # attendees, those who stayed longest, whose minutes are fetched one by one
    report_attendees: int = 5000  # attendees listed in the PDF and the HTML report; the CSVs hold all

    only_rooms: tuple[str, ...] = ()  # entry ids; none: all rooms
    only_events: tuple[str, ...] = ()  # virtual event ids; none: with or without an event
    name_patterns: tuple[str, ...] = ()  # of room names, with * and ?; `!…` leaves a name out; none: all names
    min_minutes: float = 0.0  # shorter sessions are skipped
    min_attendees: int = 0  # sessions with fewer attendees are skipped
    interruption_minutes: float = 30.0  # sessions of a room closer than that are reported together; 0: never
    change_threshold: float = 0.1  # a later revision is mailed when a figure of the mail moved by this part or more
    rules: str = (
        ""  # a YAML file, here or under s3://, with who gets what; blank: each session's organizers and mail_to
    )
    staff: tuple[str, ...] = field(default=(), repr=False)  # addresses and user ids, with * and ?; `@…` for a domain
    admin_to: tuple[str, ...] = field(default=(), repr=False)  # who gets the daily line and the failures
    daily_hour: int = 7  # from which hour of the day, in `timezone`, the daily line is sent
    contact: str = ""  # who runs this installation, for the mail's foot and the reply address
    portal_url: str = ""  # where links lead; blank: mails name the files' places instead
    link_key: str = field(default="", repr=False)  # from which tokens are derived
    link_days: float = 30.0
    archive_days: float = 0.0  # for which archived files are kept; 0: nothing deletes them
    ledger_days: int = 400  # for which a ledger in DynamoDB is kept
    webhook_secret: str = field(default="", repr=False)
    calls_per_second: float = 0.0  # of each process to Kaltura; 0: as fast as Kaltura answers

    pdf: bool = True  # whether an export makes the PDF
    html: bool = True  # whether it makes the HTML report
    page: bool = True  # whether it reads the reports behind the Summary page

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which documents print times."""
        return ZoneInfo(self.timezone)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read every variable of the contract. Raises BadSettings with the variable's name and what to do."""
        read = _Reader(environ)
        return cls(
            service_url=_service_url(read.text("KALTURA_SERVICE_URL", DEFAULT_SERVICE_URL)),
            chat_url=_chat_url(read.text("KALTURA_CHAT_URL")),
            partner_id=_partner_id(read.text("KALTURA_PARTNER_ID")),
            credential=_credential(read),
            archive=read.text("DEBRIEF_ARCHIVE", cls.archive),
            ledger=read.text("DEBRIEF_LEDGER"),
            outbox=read.text("DEBRIEF_OUTBOX"),
            smtp_url=read.text("DEBRIEF_SMTP_URL"),
            ses_configuration_set=read.text("DEBRIEF_SES_CONFIGURATION_SET"),
            mail_channel=read.choice("DEBRIEF_MAIL_CHANNEL", ("", "outbox", "smtp", "ses")),
            mail_from=read.text("DEBRIEF_MAIL_FROM"),
            mail_to=read.words("DEBRIEF_MAIL_TO"),
            timezone=check_timezone(read.text("DEBRIEF_TIMEZONE", cls.timezone)),
            paper=read.choice("DEBRIEF_PAPER", ("a4", "letter")),
            accent=_accent(read.text("DEBRIEF_ACCENT", cls.accent)),
            logo=read.text("DEBRIEF_LOGO"),
            look_back_hours=read.number("DEBRIEF_LOOK_BACK_HOURS", cls.look_back_hours, least=1.0),
            settle_minutes=read.number("DEBRIEF_SETTLE_MINUTES", cls.settle_minutes),
            check_hours=read.numbers("DEBRIEF_CHECK_HOURS", cls.check_hours),
            pdf_attach_limit_mb=read.number("DEBRIEF_PDF_ATTACH_LIMIT_MB", cls.pdf_attach_limit_mb),
            report_row_limit=_row_limit(read),
            heatmap_attendees=int(read.number("DEBRIEF_HEATMAP_ATTENDEES", cls.heatmap_attendees)),
            report_attendees=int(read.number("DEBRIEF_REPORT_ATTENDEES", cls.report_attendees)),
            only_rooms=read.words("DEBRIEF_ONLY_ROOMS"),
            only_events=read.words("DEBRIEF_ONLY_EVENTS"),
            name_patterns=read.words("DEBRIEF_NAME_PATTERNS"),
            min_minutes=read.number("DEBRIEF_MIN_MINUTES", cls.min_minutes),
            min_attendees=int(read.number("DEBRIEF_MIN_ATTENDEES", cls.min_attendees)),
            interruption_minutes=read.number("DEBRIEF_INTERRUPTION_MINUTES", cls.interruption_minutes),
            change_threshold=read.number("DEBRIEF_CHANGE_THRESHOLD_PERCENT", cls.change_threshold * 100) / 100,
            rules=read.text("DEBRIEF_RULES"),
            staff=read.words("DEBRIEF_STAFF"),
            admin_to=read.words("DEBRIEF_ADMIN_TO"),
            daily_hour=int(read.number("DEBRIEF_DAILY_HOUR", cls.daily_hour, most=23)),
            contact=read.text("DEBRIEF_CONTACT"),
            portal_url=_portal_url(read.text("DEBRIEF_PORTAL_URL")),
            link_key=read.text("DEBRIEF_LINK_KEY"),
            link_days=read.number("DEBRIEF_LINK_DAYS", cls.link_days, least=0.01, most=3650),
            archive_days=read.number("DEBRIEF_ARCHIVE_DAYS", cls.archive_days),
            ledger_days=int(read.number("DEBRIEF_LEDGER_DAYS", cls.ledger_days, least=30)),
            webhook_secret=read.text("DEBRIEF_WEBHOOK_SECRET"),
            calls_per_second=read.number("DEBRIEF_CALLS_PER_SECOND", cls.calls_per_second),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Typed access to environment variables; blank counts as absent."""

    environ: Mapping[str, str] = field(repr=False)

    def text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name).replace(";", ",").split(",") if word.strip())

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of the choices; the first when nothing is set."""
        value = self.text(name) or choices[0]
        if value not in choices:
            raise BadSettings(f"{name} must be one of {', '.join(filter(None, choices))}.")
        return value

    def number(self, name: str, default: float, least: float = 0.0, most: float = float("inf")) -> float:
        text = self.text(name)
        value = _number(name, text, least) if text else default
        if value > most:
            raise BadSettings(f"{name} must be at most {most:g}, not {text[:40]!r}.")
        return value

    def numbers(self, name: str, default: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(sorted(_number(name, word) for word in self.words(name))) or default


def _number(name: str, text: str, least: float = 0.0) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadSettings(f"{name} must be a number, not {text[:40]!r}.") from None
    if not least <= value < float("inf"):
        raise BadSettings(f"{name} must be a finite number of at least {least:g}, not {text[:40]!r}.")
    return value


def _accent(text: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        raise BadSettings("DEBRIEF_ACCENT must be a colour such as #0b6470.")
    return text.lower()


def _row_limit(read: _Reader) -> int:
    limit = read.number("DEBRIEF_REPORT_ROW_LIMIT", Settings.report_row_limit, least=2)
    return min(int(limit), Settings.report_row_limit)


def _service_url(text: str) -> str:
    """The host's address without `/api_v3`, which Kaltura's own tools include and people paste."""
    return _address("KALTURA_SERVICE_URL", text.rstrip("/").removesuffix("/api_v3"), "https://www.kaltura.com")


def _chat_url(text: str) -> str:
    return _address("KALTURA_CHAT_URL", text, "https://chat.nvp1.ovp.kaltura.com") if text else ""


def _portal_url(text: str) -> str:
    return _address("DEBRIEF_PORTAL_URL", text, "https://reports.example.com") if text else ""


def _address(name: str, text: str, example: str) -> str:
    """An address to which credentials may be sent: https, or this machine."""
    url = text.rstrip("/")
    try:
        parts = urlsplit(url)
        plain = parts.port != 0 and url.isprintable() and not re.search(r"[@?#\s\\]", url)
    except ValueError:
        plain = False
    if not plain or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSettings(f"{name} must look like {example}.")
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise BadSettings(f"{name} must use https: what travels there is secret.")
    return url


def _partner_id(text: str) -> str:
    if text and not (text.isascii() and text.isdigit()):
        raise BadSettings("KALTURA_PARTNER_ID must be the account's number, digits only.")
    return text


def _credential(read: _Reader) -> Credential | None:
    """The one credential that is set; two kinds at once are a mistake, not a choice we make."""
    token_id, token = read.text("KALTURA_APP_TOKEN_ID"), read.text("KALTURA_APP_TOKEN")
    secret, ks = read.text("KALTURA_ADMIN_SECRET"), read.text("KALTURA_KS")
    if bool(token_id) != bool(token):
        raise BadSettings("KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN go together; one is missing.")
    found: list[tuple[str, Credential]] = []
    if token:
        found.append(("an app token", AppToken(token_id, token)))
    if secret:
        found.append(("KALTURA_ADMIN_SECRET", AdminSecret(secret, read.text("KALTURA_USER_ID"))))
    if ks:
        found.append(("KALTURA_KS", ReadyKs(ks)))
    if len(found) > 1:
        names = " and ".join(name for name, _ in found)
        raise BadSettings(f"Set one Kaltura credential only; now set: {names}.")
    return found[0][1] if found else None


def check_timezone(name: str) -> str:
    """An IANA zone name that exists, as given. Raises BadSettings."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadSettings(
            f"DEBRIEF_TIMEZONE {name[:60]!r} is no time zone; use an IANA name such as Europe/Berlin."
        ) from None
    return name
