"""Parsers of environment variables. Each raises BadSettings with the variable's name and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

from debrief.bounds import BOUNDS
from debrief.errors import BadSettings
from debrief.util.zones import zone_of


@dataclass(frozen=True, slots=True)
class AppToken:
    """The recommended credential: an application token and its id."""

    token_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AdminSecret:
    """The account's admin secret. A KS is generated from it locally; the secret is never sent."""

    secret: str = field(repr=False)
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class ReadyKs:
    """A KS that was generated elsewhere. It cannot be renewed."""

    ks: str = field(repr=False)


ANSWER = "answer"  # a question of the registration form, or another column; the field may be repeated
REGISTRATION_FIELDS = (
    *("email", "name", "first", "last", "company", "status", "user_id", "origin"),  # heads of columns
    *("registered", "cancelled", "blocked", "invited"),  # words in the column of statuses
    ANSWER,
)
MOST_QUESTIONS = 5

Credential: TypeAlias = AppToken | AdminSecret | ReadyKs


@dataclass(frozen=True, slots=True)
class Reader:
    """Typed access to environment variables; a blank variable counts as absent."""

    environ: Mapping[str, str] = field(repr=False)

    def text(self, name: str, default: str = "") -> str:
        """Return a text without surrounding spaces."""
        return self.environ.get(name, "").strip() or default

    def words(self, name: str) -> tuple[str, ...]:
        """Return the words between commas or semicolons."""
        return tuple(word.strip() for word in self.text(name).replace(";", ",").split(",") if word.strip())

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Return one of the choices; the first when the variable is not set."""
        value = self.text(name) or choices[0]
        if value not in choices:
            raise BadSettings(f"{name} must be one of {', '.join(filter(None, choices))}.")
        return value

    def number(self, name: str, default: float) -> float:
        """Return a number within the setting's bounds."""
        text = self.text(name)
        return _number(name, text) if text else default

    def whole(self, name: str, default: int) -> int:
        """Return a whole number within the setting's bounds."""
        value = self.number(name, default)
        if value != int(value):
            raise BadSettings(f"{name} must be a whole number, not {self.text(name)[:40]!r}.")
        return int(value)

    def numbers(self, name: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """Return numbers within the setting's bounds, in ascending order."""
        return tuple(sorted(_number(name, word) for word in self.words(name))) or default


def _number(name: str, text: str) -> float:
    least, most = BOUNDS[name]
    try:
        value = float(text)
    except ValueError:
        raise BadSettings(f"{name} must be a number, not {text[:40]!r}.") from None
    if not least <= value <= most:  # rejects NaN too
        raise BadSettings(f"{name} must be from {least:g} to {most:g}, not {text[:40]!r}.")
    return value


# template.yaml has the same pattern.
RECORDING_URL = (
    r"(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/"
    r"[A-Za-z0-9._~/?=&%#:,+-]*\{entry_id\}[A-Za-z0-9._~/?=&%#:,+-]*)?"
)


def accent(text: str) -> str:
    """Return a colour such as #0b6470 in lower case."""
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        raise BadSettings("DEBRIEF_ACCENT must be a colour such as #0b6470.")
    return text.lower()


def service_url(text: str) -> str:
    """Return the service's URL without `/api_v3`, which Kaltura's tools include and people paste."""
    return _url("KALTURA_SERVICE_URL", text.rstrip("/").removesuffix("/api_v3"), "https://www.kaltura.com")


def chat_url(text: str) -> str:
    """Return the URL of the chat service; blank: no polls."""
    return _url("KALTURA_CHAT_URL", text, "https://chat.nvp1.ovp.kaltura.com") if text else ""


def registration_urls(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the bases of the registration services: of apps, of people, and of the Events API; or nothing.

    They come from a region's code such as `nvp1`, or from a URL with `{service}`. Two URLs have no Events API.
    """
    name, of_region = "KALTURA_REGISTRATIONS", "https://{{service}}.{}.ovp.kaltura.com/api/v1"
    match words:
        case ():
            return ()
        case (code,) if re.fullmatch(r"[a-z0-9]{2,10}", code):
            return _of_services(name, of_region.format(code))
        case (url,) if "{service}" in url:
            return _of_services(name, url)
        case (apps, people):
            examples = _of_services(name, of_region.format("nvp1"))
            return _url(name, apps, examples[0]), _url(name, people, examples[1])
    raise BadSettings(
        "KALTURA_REGISTRATIONS must be a region's code such as nvp1, a URL with {service}, or two URLs: "
        "of app-registry and user-profile."
    )


def _of_services(name: str, url: str) -> tuple[str, ...]:
    services = ("app-registry", "user", "events-api")
    return tuple(_url(name, url.replace("{service}", service), "nvp1") for service in services)


def portal_url(text: str) -> str:
    """Return the base URL of the portal; blank: no portal."""
    return _url("DEBRIEF_PORTAL_URL", text, "https://reports.example.com") if text else ""


def recording_url(text: str) -> str:
    """Return the URL of a recording's page, with a placeholder for its entry id; blank: no links."""
    if not re.fullmatch(RECORDING_URL, text):
        raise BadSettings("DEBRIEF_RECORDING_URL must look like https://video.example.com/media/{entry_id}.")
    return text


def _url(name: str, text: str, example: str) -> str:
    """Return a URL to which secrets may be sent: one with https, or on this machine."""
    url = text.rstrip("/")
    try:
        parts = urlsplit(url)
        is_plain = parts.port != 0 and url.isprintable() and not re.search(r"[@?#\s\\]", url)
    except ValueError:
        is_plain = False
    if not is_plain or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSettings(f"{name} must look like {example}.")
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise BadSettings(f"{name} must use https, because secrets are sent to it.")
    return url


def partner_id(text: str) -> str:
    """Return the account's number as text."""
    if text and not (text.isascii() and text.isdigit()):
        raise BadSettings("KALTURA_PARTNER_ID must be the account's number, digits only.")
    return text


def credential(read: Reader) -> Credential | None:
    """Return the credential that is set. Raises BadSettings when more than one kind is set."""
    token = _app_token(read, "KALTURA_APP_TOKEN_ID", "KALTURA_APP_TOKEN")
    secret, ks = read.text("KALTURA_ADMIN_SECRET"), read.text("KALTURA_KS")
    found: list[tuple[str, Credential]] = []
    if token:
        found.append(("an app token", token))
    if secret:
        found.append(("KALTURA_ADMIN_SECRET", AdminSecret(secret, read.text("KALTURA_USER_ID"))))
    if ks:
        found.append(("KALTURA_KS", ReadyKs(ks)))
    if len(found) > 1:
        names = " and ".join(name for name, _ in found)
        raise BadSettings(f"Set one Kaltura credential only; now set: {names}.")
    return found[0][1] if found else None


def registration_token(read: Reader) -> AppToken | None:
    """Return the app token that only the calls about registrations use, if there is one."""
    return _app_token(read, "KALTURA_REGISTRATIONS_TOKEN_ID", "KALTURA_REGISTRATIONS_TOKEN")


def _app_token(read: Reader, id_name: str, name: str) -> AppToken | None:
    token_id, token = read.text(id_name), read.text(name)
    if bool(token_id) != bool(token):
        raise BadSettings(f"{id_name} and {name} belong together; set both.")
    return AppToken(token_id, token) if token else None


def timezone(name: str) -> str:
    """Return the name of an existing IANA time zone, as given."""
    try:
        zone_of(name)
    except ValueError:
        raise BadSettings(
            f"DEBRIEF_TIMEZONE {name[:60]!r} is not a time zone; use an IANA name such as Europe/Berlin."
        ) from None
    return name


def registration_columns(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Parse `email=Work mail, cancelled=Storniert`: the columns and statuses of files of registrations, by field.

    Only the field `answer` may be repeated.
    """
    found: dict[str, str] = {}
    questions = dict[str, None]()
    for word in words:
        name, equals, head = (part.strip() for part in word.partition("="))
        if name not in REGISTRATION_FIELDS or not equals or not head:
            fields = ", ".join(REGISTRATION_FIELDS)
            raise BadSettings(
                f"DEBRIEF_REGISTRATION_COLUMNS: {word!r} is not FIELD=COLUMN, with one of the fields {fields}."
            )
        if name == ANSWER:
            questions[head] = None
        else:
            found[name] = head
    if len(questions) > MOST_QUESTIONS:
        raise BadSettings(f"DEBRIEF_REGISTRATION_COLUMNS has more than {MOST_QUESTIONS} fields `{ANSWER}`.")
    return (*found.items(), *((ANSWER, question) for question in questions))


CHANNEL_PREFIX = "DEBRIEF_CHANNEL_"


def channel_secrets(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the secrets of channels by the ends of their variables: `CRM_URL` for `DEBRIEF_CHANNEL_CRM_URL`."""
    found = {name.removeprefix(CHANNEL_PREFIX): environ[name] for name in environ if name.startswith(CHANNEL_PREFIX)}
    return tuple(sorted((name, value.strip()) for name, value in found.items() if value.strip()))
