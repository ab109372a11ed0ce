"""Check settings when a command starts, because the command reads some of them only later.

Lambda functions do not use this module: they record a wrong setting as the failure of a session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from debrief.delivery.links.tokens import MIN_KEY_LENGTH
from debrief.delivery.mail.addresses import parse_addresses
from debrief.documents.templates import check_templates_dir
from debrief.env import CHANNEL_PREFIX
from debrief.errors import BadSettings
from debrief.settings import Settings

ID = re.compile(r"[^\s,;=\x00-\x1f]{1,128}")  # the id of a session, room or event
_ELSEWHERE = {  # variables that the class Settings does not read
    "DEBRIEF_DELIVERY_QUEUE_URL",
    "DEBRIEF_EXPORT_QUEUE_URL",
    "DEBRIEF_HINT_QUEUE_URL",
    "DEBRIEF_PEOPLE_SECRET_NAME",
    "DEBRIEF_SECRET_NAME",
    "DEBRIEF_TEMPLATES_DIR",
}


def check_settings(settings: Settings, mail_to: str = "DEBRIEF_MAIL_TO") -> None:
    """Raise BadSettings if keys, addresses, ids or the templates folder are not valid.

    `mail_to` is the variable or flag that sets the recipients, for error messages.
    """
    for name, key in (("DEBRIEF_LINK_KEY", settings.link_key), ("DEBRIEF_PEOPLE_KEY", settings.people_key)):
        if 0 < len(key) < MIN_KEY_LENGTH:
            raise BadSettings(f"{name} must have at least {MIN_KEY_LENGTH} characters.")
    for name, addresses in ((mail_to, settings.mail_to), ("DEBRIEF_ADMIN_TO", settings.admin_to)):
        try:
            parse_addresses(addresses)
        except BadSettings as error:
            raise BadSettings(f"{name}: {error}") from None
    for name, ids in (("DEBRIEF_ONLY_ROOMS", settings.only_rooms), ("DEBRIEF_ONLY_EVENTS", settings.only_events)):
        if not all(map(ID.fullmatch, ids)):
            raise BadSettings(f"{name} must be ids without spaces, separated by commas.")
    check_templates_dir()


def check_link_key(settings: Settings) -> None:
    """Raise BadSettings if emails must have links, but there is no key to sign the links."""
    if settings.portal_url and not settings.link_key and settings.ledger.startswith("dynamodb:"):
        raise BadSettings("DEBRIEF_PORTAL_URL is set and DEBRIEF_LINK_KEY is not; links need both.")


def unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable DEBRIEF_… that is not a setting."""
    known = _ELSEWHERE | _variables()
    for name in sorted(environ):
        if name.startswith("DEBRIEF_") and name not in known and not name.startswith(CHANNEL_PREFIX):
            similar = get_close_matches(name, known, 1)
            yield f"{name[:60]!r} is not a setting" + (f"; did you mean {similar[0]}?" if similar else ".")


def _variables() -> set[str]:
    """Return the names of the variables that the class Settings reads."""
    names = set()

    class Environment(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            names.add(name)
            return default

    Settings.from_environment(Environment())
    return names
