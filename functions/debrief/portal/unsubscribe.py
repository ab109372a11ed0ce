"""`/u/<token>`: no more reports of a room, or none at all, and back again.

It works for as long as the ledger knows the link, expired and revoked ones too: a mail that cannot be stopped is
reported as spam. A mail program's one click stops everything, because its button promises that the sender will be
silent; who wants less has the page, which offers both, and its way back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from debrief.delivery.ledger.suppressions import stop_mails, stopped, want_mails_again
from debrief.documents.text.sanitize import clean
from debrief.portal.forms import fields_of
from debrief.portal.http import READING, Request, Response
from debrief.portal.link_access import Access, access
from debrief.portal.pages import nothing_here, page

if TYPE_CHECKING:
    from debrief.pipeline.services import Services

_ONE_CLICK = ("list-unsubscribe", "one-click")  # RFC 8058


_CHANGES = {
    "all": stop_mails,
    "room": stop_mails,
    "all-again": want_mails_again,
    "room-again": want_mails_again,
}


def unsubscribe(services: Services, request: Request, token: str) -> Response:
    """The page for GET; for POST the same page, once what was chosen is done."""
    found = access(services, token)
    if found is None:
        return nothing_here()
    subjects = _subjects(services, found)
    if request.method in READING:
        return _page(services, found, subjects, 200)
    chosen = _chosen(fields_of(request))
    if chosen not in _CHANGES or _scope(chosen) not in subjects:
        return _page(services, found, subjects, 400)
    _CHANGES[chosen](services.ledger, subjects[_scope(chosen)], services.clock())
    return _page(services, found, subjects, 200, done=True)


def _subjects(services: Services, found: Access) -> dict[str, str]:
    """What can be stopped, and under which subject the ledger notes it."""
    link = found.link
    record = services.ledger.session(link.cue_point_id)
    room = {"room": f"{link.recipient_id}/{record.entry_id}"} if record else {}
    return {"all": link.recipient_id} | room


def _chosen(fields: Mapping[str, str]) -> str:
    """What the form asks for: a key of `_CHANGES`, or something that means nothing."""
    if _ONE_CLICK in {(name.lower(), value.lower()) for name, value in fields.items()}:
        return "all"
    return fields.get("choice", "")


def _scope(choice: str) -> str:
    return choice.removesuffix("-again")


def _page(
    services: Services, found: Access, subjects: Mapping[str, str], status: int, *, done: bool = False
) -> Response:
    record = services.ledger.session(found.link.cue_point_id) if found.is_open else None
    return page(
        status,
        "unsubscribe",
        contact=services.settings.contact,
        room=clean(record.entry_name) if record else "",  # a link that opens nothing tells nothing either
        is_event=found.link.cue_point_id.startswith("event-"),
        has_room="room" in subjects,
        stopped={scope for scope, subject in subjects.items() if stopped(services.ledger, subject)},
        done=done,
        wrong=status == 400,
    )
