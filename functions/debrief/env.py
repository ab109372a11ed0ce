"""What single environment variables may say. Whatever is wrong raises BadSettings with the name and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

from debrief.errors import BadSettings
from debrief.util.zones import zone_of


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
class Reader:
    """Typed access to environment variables; blank counts as absent."""

    environ: Mapping[str, str] = field(repr=False)

    def text(self, name: str, default: str = "") -> str:
        """A text without blanks around it."""
        return self.environ.get(name, "").strip() or default

    def words(self, name: str) -> tuple[str, ...]:
        """Words with commas or semicolons between them."""
        return tuple(word.strip() for word in self.text(name).replace(";", ",").split(",") if word.strip())

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of the choices; the first when nothing is set."""
        value = self.text(name) or choices[0]
        if value not in choices:
            raise BadSettings(f"{name} must be one of {', '.join(filter(None, choices))}.")
        return value

    def number(self, name: str, default: float, least: float = 0.0, most: float = float("inf")) -> float:
        """A finite number in a range."""
        text = self.text(name)
        value = _number(name, text, least) if text else default
        if value > most:
            raise BadSettings(f"{name} must be at most {most:g}, not {text[:40]!r}.")
        return value

    def numbers(self, name: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """Numbers of at least 0, ascending."""
        return tuple(sorted(_number(name, word) for word in self.words(name))) or default


def _number(name: str, text: str, least: float = 0.0) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadSettings(f"{name} must be a number, not {text[:40]!r}.") from None
    if not least <= value < float("inf"):
        raise BadSettings(f"{name} must be a finite number of at least {least:g}, not {text[:40]!r}.")
    return value


def accent(text: str) -> str:
    """A colour as HTML writes it, in small letters."""
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        raise BadSettings("DEBRIEF_ACCENT must be a colour such as #0b6470.")
    return text.lower()


def row_limit(read: Reader, most: int) -> int:
    """Rows of a report, no more than Kaltura's own maximum."""
    limit = read.number("DEBRIEF_REPORT_ROW_LIMIT", most, least=2)
    return min(int(limit), most)


def service_url(text: str) -> str:
    """The host's address without `/api_v3`, which Kaltura's own tools include and people paste."""
    return _address("KALTURA_SERVICE_URL", text.rstrip("/").removesuffix("/api_v3"), "https://www.kaltura.com")


def chat_url(text: str) -> str:
    """The address of the chat service; blank: no polls."""
    return _address("KALTURA_CHAT_URL", text, "https://chat.nvp1.ovp.kaltura.com") if text else ""


def portal_url(text: str) -> str:
    """Where links lead; blank: nowhere."""
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


def partner_id(text: str) -> str:
    """The number of an account, as Kaltura writes it."""
    if text and not (text.isascii() and text.isdigit()):
        raise BadSettings("KALTURA_PARTNER_ID must be the account's number, digits only.")
    return text


def credential(read: Reader) -> Credential | None:
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


def timezone(name: str) -> str:
    """An IANA zone name that exists, as given. Raises BadSettings."""
    try:
        zone_of(name)
    except ValueError:
        raise BadSettings(
            f"DEBRIEF_TIMEZONE {name[:60]!r} is no time zone; use an IANA name such as Europe/Berlin."
        ) from None
    return name
