"""Load a rules file with the keys version, defaults, never, people, channels and rules."""

from __future__ import annotations

import hashlib
import locale
import re
from collections.abc import Container
from functools import cache
from importlib.resources import files
from typing import cast, get_args
from zoneinfo import available_timezones

from debrief.delivery.mail.addresses import ascii_domain, parse_address, recipient_id
from debrief.delivery.rules.channels import CHANNEL_NAME, read_channels
from debrief.delivery.rules.rule import DIGESTS, Preferences, Rule, When
from debrief.delivery.rules.rules import ROLES, Rules
from debrief.delivery.rules.yaml_reader import RulesError, Value, parse_document, quote_word, suggestion
from debrief.errors import BadSettings
from debrief.model import Role, Tier
from debrief.util.channel_address import channel_address
from debrief.util.zones import zone_of

VERSION = "1"
MOST_RULES = 1000
_DIGESTS = (*DIGESTS, "no")
_TIERS: tuple[str, ...] = get_args(Tier)
_LONGEST_NAME = 80  # characters; the name of a rule is in the email's footer
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?")
_EVERY = 'for every session write `when: {title: "*"}`'


def load_rules(text: str, place: str = "the rules file", roles: tuple[Role, ...] = ROLES) -> Rules:
    """Load rules from YAML. If the file has no `defaults.roles`, organizers with one of `roles` get reports.

    Raises BadSettings with place, line and reason; no error quotes an address.
    """
    try:
        return _read(text, roles)
    except RulesError as error:
        line = f", line {error.line}" if error.line else ""
        raise BadSettings(f"In {place}{line}: {error}.") from None


def _read(text: str, roles: tuple[Role, ...]) -> Rules:
    whole = parse_document(text)
    fields = whole.fields("version", "defaults", "never", "people", "channels", "rules", "series")
    _check_version(whole, fields.get("version"))
    sections = {name: value for name, value in fields.items() if not value.is_blank}
    preferences = Preferences()
    if "defaults" in sections:
        roles, preferences = _defaults(sections["defaults"], roles)
    rules = sections["rules"].items() if "rules" in sections else []
    if len(rules) > MOST_RULES:
        raise rules[MOST_RULES].wrong(f"there are more than {MOST_RULES} rules")
    channels = read_channels(sections["channels"], _preferences) if "channels" in sections else {}
    return Rules(
        roles=roles,
        defaults=preferences,
        never=tuple(map(_never, sections["never"].items())) if "never" in sections else (),
        people=_people(sections["people"]) if "people" in sections else {},
        rules=tuple(_rule(rule, channels) for rule in rules),
        series="series" in sections and sections["series"].flag(),
        channels=channels,
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )


def _check_version(whole: Value, version: Value | None) -> None:
    if version is None:
        raise whole.wrong(f"`version: {VERSION}` is missing")
    if version.text() != VERSION:
        raise version.wrong(f"`version` must be {VERSION}, the only version")


def _defaults(value: Value, roles: tuple[Role, ...]) -> tuple[tuple[Role, ...], Preferences]:
    fields = value.fields("roles", "see", "timezone", "language", "digest")
    if "roles" not in fields:
        return roles, _preferences(fields)
    chosen = {item.choice(ROLES) for item in fields["roles"].items()}
    return tuple(role for role in ROLES if role in chosen), _preferences(fields)


def _people(value: Value) -> dict[str, Preferences]:
    """Return preferences by recipient id; the case of addresses does not matter."""
    people: dict[str, Preferences] = {}
    for key, preferences in value.entries():
        recipient = recipient_id(_address(key))
        if recipient in people:
            raise key.wrong("this person is listed twice")
        people[recipient] = _preferences(
            Value(preferences.node, "a person").fields("see", "timezone", "language", "digest")
        )
    return people


def _preferences(fields: dict[str, Value]) -> Preferences:
    return Preferences(
        see=_see(fields),
        timezone=_timezone(fields["timezone"]) if "timezone" in fields else "",
        language=_language(fields["language"]) if "language" in fields else "",
        digest=fields["digest"].choice(_DIGESTS) if "digest" in fields else "",
    )


def _rule(value: Value, channels: Container[str]) -> Rule:
    rule = Value(value.node, "a rule")
    fields = rule.fields("name", "when", "to", "see", "organizers")
    if "name" not in fields:
        raise rule.wrong("the rule has no `name`; emails give the name as the reason")
    if "when" not in fields:
        raise rule.wrong(f"the rule has no `when`; {_EVERY}")
    organizers = fields["organizers"].flag() if "organizers" in fields else True
    if "to" not in fields and organizers:
        raise rule.wrong("the rule has no `to`, so it emails nobody")
    to = [_recipient(text, channels) for text in fields["to"].texts()] if "to" in fields else ()
    return Rule(_name(fields["name"]), _when(fields["when"]), tuple(to), _see(fields), organizers)


def _name(value: Value) -> str:
    text = value.text()
    if len(text) > _LONGEST_NAME:
        raise value.wrong(f"`name` has more than {_LONGEST_NAME} characters")
    return text


def _when(value: Value) -> When:
    fields = value.fields("room", "event", "title", "host")
    if not fields:
        raise value.wrong(f"`when` is empty; {_EVERY}")
    return When(**{name: tuple(map(_pattern, field.texts())) for name, field in fields.items()})


def _pattern(value: Value) -> str:
    """Return a pattern of `when`. In the settings a pattern may start with `!` to exclude; here it may not."""
    text = value.text()
    if text.startswith("!"):
        raise value.wrong("`!` is not allowed here: patterns of `when` only include sessions")
    return text


def _see(fields: dict[str, Value]) -> Tier | None:
    return cast("Tier", fields["see"].choice(_TIERS)) if "see" in fields else None


def _recipient(value: Value, channels: Container[str]) -> str:
    """Return an email address, or the address of a channel that is given by its name."""
    text = value.text()
    if text in channels:
        return channel_address(text)
    if CHANNEL_NAME.fullmatch(text):
        raise value.wrong(
            f"there is no channel{quote_word(text) or ' of this name'} in `channels`, and it is no address"
        )
    return _address(value)


def _address(value: Value) -> str:
    """Return an email address. Patterns are not allowed; no error quotes the address."""
    text = value.text()
    if "*" in text or "?" in text:
        raise value.wrong("write one address here; patterns with * and ? are allowed only in `never` and `when`")
    try:
        return parse_address(text)
    except BadSettings as error:
        raise value.wrong(_as_part(error)) from None


def _never(value: Value) -> str:
    """Return an address or a pattern with an @, because a domain without an @ would match nobody."""
    text = value.text()
    if text.startswith(("!", "%")):
        raise value.wrong("an entry of `never` must not start with ! or %; only * and ? are special")
    try:
        parse_address(re.sub(r"\*+", "x.x", text.replace("?", "x")))
    except BadSettings as error:
        if "@" not in text:
            raise value.wrong('`never` takes addresses and patterns such as "*@example.com"') from None
        raise value.wrong(_as_part(error)) from None
    if "*" not in text and "?" not in text:
        return parse_address(text)
    local, _, domain = text.partition("@")
    return f"{local}@{domain if '*' in domain or '?' in domain else ascii_domain(domain)}"


def _as_part(error: BadSettings) -> str:
    """Return an error's text without its capital letter and full stop, for use within a sentence."""
    text = str(error)
    return text[:1].lower() + text[1:].rstrip(".")


def _timezone(value: Value) -> str:
    text = value.text()
    try:
        return zone_of(text).key
    except ValueError:
        near = suggestion(text, tuple(sorted(available_timezones()))) or "; use an IANA name such as Europe/Berlin"
        raise value.wrong(f"there is no time zone{quote_word(text) or ' of this name'}{near}") from None


def _language(value: Value) -> str:
    """Return a language such as `de`, or a language and a region such as `de-DE`."""
    parts = _LANGUAGE.fullmatch(value.text())
    if parts is None:
        raise value.wrong("`language` must look like de or de-DE")
    language, region = parts[1].lower(), (parts[2] or "").upper()
    languages, regions = _known()
    if language not in languages:
        raise value.wrong(f"there is no language `{parts[1]}`; `language` must look like de or de-DE")
    if region and region not in regions:
        raise value.wrong(f"there is no region `{parts[2]}`; `language` must look like de or de-DE")
    return f"{language}-{region}" if region else language


@cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    """Return the languages of Python's locales, and the ISO 3166 regions of the time zone database."""
    languages = {re.split(r"[_.@]", name)[0] for name in locale.locale_alias.values()} - {"C"}
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    return frozenset(languages), frozenset(line[:2] for line in table.splitlines() if not line.startswith("#"))
