"""The answers that setup needs: how each is parsed, and where earlier ones come from."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import available_timezones

from debrief import env
from debrief.cli.setup.samconfig import SamConfig
from debrief.delivery.mail.addresses import parse_address, parse_addresses
from debrief.env import AdminSecret, AppToken
from debrief.errors import BadSettings
from debrief.settings import DEFAULT_SERVICE_URL

DEFAULT_STACK = "debrief"
DEFAULT_SECRET = "debrief/kaltura"  # noqa: S105 - the name of a secret
REPORTS = ("me", "both", "organizers")  # who gets reports: only the admin, admin and organizers, only organizers
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]{2,9}){1,2}-[0-9]{1,2}")
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_SECRET = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")  # as template.yaml has it
_ADMIN_SECRET = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"([0-9]+_[A-Za-z0-9]+)[\s:]+(\S{8,256})")
_LONGEST = {"AdminTo": 300, "MailTo": 600}  # as template.yaml has it


@dataclass(frozen=True, slots=True)
class AdminLogin:
    """The email address with which an administrator logs in to Kaltura; the password is asked for next."""

    address: str = field(repr=False)


@dataclass(frozen=True)
class Answers:
    """The answers that samconfig.toml keeps."""

    region: str
    sender: str
    admins: str  # addresses, separated by commas
    alarm: str
    timezone: str
    reports: str  # one of REPORTS
    stack: str = DEFAULT_STACK
    secret: str = DEFAULT_SECRET
    service_url: str = DEFAULT_SERVICE_URL
    chat_url: str = ""

    def parameters(self, earlier: Mapping[str, str]) -> dict[str, str]:
        """Return the template's parameters; addresses that somebody added to MailTo stay. Raises BadSettings."""
        admins = self.admins.split(",")
        others = [one for one in _words(earlier.get("MailTo", "")) if one not in admins]
        has_server = self.service_url != DEFAULT_SERVICE_URL or "KalturaServiceUrl" in earlier
        listed = others if self.reports == "organizers" else [*admins, *others]
        found = {
            "MailFrom": self.sender,
            "MailTo": ",".join(listed),
            "Organizers": "no" if self.reports == "me" else "yes",
            "AdminTo": self.admins,
            "AlarmEmail": self.alarm,
            "Timezone": self.timezone,
            "KalturaSecretName": self.secret,
            **({"KalturaServiceUrl": self.service_url} if has_server else {}),
            **({"KalturaChatUrl": self.chat_url} if self.chat_url else {}),
        }
        for name in _LONGEST:
            _check_length(name, found[name])
        return found


def earlier_answers(config: SamConfig | None) -> dict[str, str]:
    """Return the answers in samconfig.toml by the names of the flags."""
    if config is None:
        return {}
    set_ = config.parameters
    admins = _words(set_.get("AdminTo", ""))
    copies = bool(set(admins) & set(_words(set_.get("MailTo", ""))))
    reports = "me" if set_.get("Organizers") == "no" else "both" if copies else "organizers"
    found = {
        "region": config.region,
        "sender": set_.get("MailFrom", ""),
        "admin": ",".join(admins),
        "alarm": set_.get("AlarmEmail", ""),
        "timezone": set_.get("Timezone", ""),
        "reports": reports if set_.get("MailFrom") else "",
        "stack": config.stack,
        "secret": set_.get("KalturaSecretName", ""),
        "kaltura_url": set_.get("KalturaServiceUrl", ""),
    }
    return {name: value for name, value in found.items() if value}


def parse_region(text: str) -> str:
    if not text:
        raise BadSettings("Type an AWS region, such as eu-west-1.")
    if not _REGION.fullmatch(text):
        raise BadSettings(f"{text[:40]!r} is not an AWS region such as eu-west-1.")
    return text


def parse_stack(text: str) -> str:
    if not _STACK.fullmatch(text):
        raise BadSettings("The stack's name must have only letters, digits and hyphens, and begin with a letter.")
    return text


def parse_secret_name(text: str) -> str:
    if not _SECRET.fullmatch(text):
        raise BadSettings("The secret's name must have only letters, digits and the characters / _ + = . @ -")
    return text


def parse_partner(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise BadSettings("The Kaltura account number (partner id) has only digits.")
    return text


def parse_list(text: str) -> str:
    """Return addresses, separated by commas."""
    return ",".join(parse_addresses(_words(text)))


def parse_admins(text: str) -> str:
    words = _words(text)
    if not words:
        return parse_sender("")
    found = parse_address(words[0]) if len(words) == 1 else parse_list(text)
    _check_length("AdminTo", found)
    return found


def parse_sender(text: str) -> str:
    """Return one address. The parameter takes no display name, so a name is refused."""
    if not text:
        raise BadSettings("Type an email address, such as name@example.org.")
    if "<" in text:
        raise BadSettings("Give the address without a name; for the sender, the setting SenderName has the name.")
    return parse_address(text)


def parse_reports(text: str) -> str:
    """Return one of REPORTS, by its name or its number."""
    choices = {str(number): name for number, name in enumerate(REPORTS, start=1)} | {name: name for name in REPORTS}
    if text.lower() not in choices:
        raise BadSettings('Type "me", "both" or "organizers".')
    return choices[text.lower()]


def parse_timezone(text: str) -> str:
    try:
        return env.timezone(next((name for name in available_timezones() if name.lower() == text.lower()), text))
    except BadSettings:
        raise BadSettings(f"{text[:60]!r} is not a time zone; use an IANA name such as Europe/Berlin.") from None


PARSERS: Mapping[str, Callable[[str], str]] = {
    "region": parse_region,
    "partner_id": parse_partner,
    "sender": parse_sender,
    "admin": parse_admins,
    "alarm": parse_sender,
    "timezone": parse_timezone,
    "reports": parse_reports,
    "stack": parse_stack,
    "secret": parse_secret_name,
    "kaltura_url": env.service_url,
}


def parse_credential(text: str) -> AppToken | AdminSecret | AdminLogin:
    """Return an app token, the admin secret, or an administrator's address. Raises BadSettings without quoting it."""
    if found := _TOKEN.fullmatch(text):
        return AppToken(found[1], found[2])
    if _ADMIN_SECRET.fullmatch(text):
        return AdminSecret(text)
    if "@" in text:
        return AdminLogin(parse_address(text))
    raise BadSettings(
        "That is no app token (such as 1_abcdefgh, a space, then the token), no admin secret (32 digits and letters "
        "from a to f), and no email address."
    )


def system_timezone() -> str:
    """Return this machine's time zone; UTC if it has no name."""
    link = Path("/etc/localtime")
    _, _, name = os.path.realpath(link).partition("zoneinfo/")
    for text in filter(None, (os.environ.get("TZ", ""), name)):
        with suppress(BadSettings):
            return env.timezone(text.removeprefix("Etc/") if text == "Etc/UTC" else text)
    return "UTC"


def _check_length(name: str, addresses: str) -> None:
    if len(addresses) > _LONGEST[name]:
        raise BadSettings(f"The addresses for {name} have more than {_LONGEST[name]} characters; use a mailing list.")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]
