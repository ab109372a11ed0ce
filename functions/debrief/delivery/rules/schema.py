"""What a rules file may say: version, defaults, never, people, rules."""

from __future__ import annotations

import hashlib
import locale
import re
from functools import cache
from importlib.resources import files
from typing import cast, get_args
from zoneinfo import available_timezones

from debrief.delivery.mail.addresses import ascii_domain, parse_address, recipient_id
from debrief.delivery.rules.rule import Rule, When, Wishes
from debrief.delivery.rules.rules import ROLES, Rules
from debrief.delivery.rules.yaml_reader import Value, Wrong, document, nearest, shown
from debrief.errors import BadSettings
from debrief.model import Role, Tier
from debrief.util.zones import zone_of

VERSION = "1"
MOST_RULES = 1000
_TIERS: tuple[str, ...] = get_args(Tier)
_LONGEST_NAME = 80  # characters; it stands in the mail's foot
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?")
_EVERY = 'for every session write `when: {title: "*"}`'


def load_rules(text: str, place: str = "the rules file") -> Rules:
    """The rules in a YAML text. Raises BadSettings: place, line and reason in one sentence, and no address."""
    try:
        return _read(text)
    except Wrong as error:
        line = f", line {error.line}" if error.line else ""
        raise BadSettings(f"In {place}{line}: {error}.") from None


def _read(text: str) -> Rules:
    whole = document(text)
    fields = whole.fields("version", "defaults", "never", "people", "rules")
    _check_version(whole, fields.get("version"))
    given = {name: value for name, value in fields.items() if not value.is_blank}
    roles, defaults = _defaults(given["defaults"]) if "defaults" in given else (ROLES, Wishes())
    rules = given["rules"].items() if "rules" in given else []
    if len(rules) > MOST_RULES:
        raise rules[MOST_RULES].wrong(f"there are more than {MOST_RULES} rules")
    return Rules(
        roles=roles,
        defaults=defaults,
        never=tuple(map(_never, given["never"].items())) if "never" in given else (),
        people=_people(given["people"]) if "people" in given else {},
        rules=tuple(map(_rule, rules)),
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )


def _check_version(whole: Value, version: Value | None) -> None:
    if version is None:
        raise whole.wrong(f"`version: {VERSION}` is missing")
    if version.text() != VERSION:
        raise version.wrong(f"`version` must be {VERSION}, the only one that there is")


def _defaults(value: Value) -> tuple[tuple[Role, ...], Wishes]:
    fields = value.fields("roles", "see", "timezone", "language")
    if "roles" not in fields:
        return ROLES, _wishes(fields)
    roles = {item.choice(ROLES) for item in fields["roles"].items()}
    return tuple(role for role in ROLES if role in roles), _wishes(fields)


def _people(value: Value) -> dict[str, Wishes]:
    """By recipient id; an address in another case is the same."""
    people: dict[str, Wishes] = {}
    for key, wishes in value.entries():
        recipient = recipient_id(_address(key))
        if recipient in people:
            raise key.wrong("this person is there twice")
        people[recipient] = _wishes(Value(wishes.node, "a person").fields("see", "timezone", "language"))
    return people


def _wishes(fields: dict[str, Value]) -> Wishes:
    return Wishes(
        see=_see(fields),
        timezone=_timezone(fields["timezone"]) if "timezone" in fields else "",
        language=_language(fields["language"]) if "language" in fields else "",
    )


def _rule(value: Value) -> Rule:
    rule = Value(value.node, "a rule")
    fields = rule.fields("name", "when", "to", "see", "organizers")
    if "name" not in fields:
        raise rule.wrong("the rule has no `name`; the mail prints it as the reason")
    if "when" not in fields:
        raise rule.wrong(f"the rule has no `when`; {_EVERY}")
    organizers = fields["organizers"].flag() if "organizers" in fields else True
    if "to" not in fields and organizers:
        raise rule.wrong("the rule has no `to`, so it mails nobody")
    to = map(_address, fields["to"].texts()) if "to" in fields else ()
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
    """A pattern of `when`. `!`, which leaves names out in the settings, would do nothing beside a `*`."""
    text = value.text()
    if text.startswith("!"):
        raise value.wrong("a pattern that starts with `!` leaves nothing out here; a rule says only what it is about")
    return text


def _see(fields: dict[str, Value]) -> Tier | None:
    return cast("Tier", fields["see"].choice(_TIERS)) if "see" in fields else None


def _address(value: Value) -> str:
    """A mail address, no pattern of some, though mail would take `*` for a letter. No error repeats it."""
    text = value.text()
    if "*" in text or "?" in text:
        raise value.wrong("each place here takes one address; only `never` and `when` know patterns with * and ?")
    try:
        return parse_address(text)
    except BadSettings as error:
        raise value.wrong(_as_part(error)) from None


def _never(value: Value) -> str:
    """An address or a pattern of addresses; it has an @, so that a bare domain cannot pass for one and match nobody."""
    text = value.text()
    if text.startswith(("!", "%")):
        raise value.wrong("`never` knows * and ? alone; an entry that starts with ! or % would stop nobody")
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
    """A sentence of ours as the part of another one."""
    text = str(error)
    return text[:1].lower() + text[1:].rstrip(".")


def _timezone(value: Value) -> str:
    text = value.text()
    try:
        return zone_of(text).key
    except ValueError:
        near = nearest(text, tuple(sorted(available_timezones()))) or "; use an IANA name such as Europe/Berlin"
        raise value.wrong(f"there is no time zone{shown(text) or ' of this name'}{near}") from None


def _language(value: Value) -> str:
    """A language, or a language and a region, in the case in which they are usually written."""
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
    """The languages that Python's locales know, and the regions of ISO 3166 as the time zone database lists them."""
    languages = {re.split(r"[_.@]", name)[0] for name in locale.locale_alias.values()} - {"C"}
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    return frozenset(languages), frozenset(line[:2] for line in table.splitlines() if not line.startswith("#"))
