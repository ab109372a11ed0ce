"""`/u/<token>`: unsubscribe from the reports on a room or from all reports, subscribe again, or choose a digest.

The page works as long as the link is in the ledger, even if the link is expired or revoked: a recipient who cannot stop
an email reports it as spam. The unsubscribe button of an email program promises to stop all emails, so it stops all
reports. A channel's link offers no choice: an admin chooses the channels in the rules file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Note
from debrief.delivery.ledger.suppressions import (
    cancel_unsubscription,
    digest_choice,
    record_unsubscription,
    unsubscription,
)
from debrief.documents.room_name import room_name
from debrief.documents.text.sanitize import clean
from debrief.errors import DebriefError
from debrief.portal.forms import fields_of
from debrief.portal.http import SAFE_METHODS, Request, Response
from debrief.portal.link_access import CheckedLink, check_report_link, is_of_channel
from debrief.portal.pages import nothing_here, page

if TYPE_CHECKING:
    from debrief.pipeline.services import Services

_ONE_CLICK = ("list-unsubscribe", "one-click")  # RFC 8058
_DIGESTS = ("weekly", "monthly", "no")  # one email a week or a month, or one about each session
_CHANGES = {
    "all": record_unsubscription,
    "room": record_unsubscription,
    "all-again": cancel_unsubscription,
    "room-again": cancel_unsubscription,
}


def unsubscribe(services: Services, request: Request, token: str) -> Response:
    """Show the page for GET; for POST, apply the choice and show the page."""
    checked = check_report_link(services, token)
    if checked is None:
        return nothing_here()
    if is_of_channel(services.ledger, checked.link):
        is_post = request.method not in SAFE_METHODS
        return page(400 if is_post else 200, "channel", contact=services.settings.contact, is_post=is_post)
    link, record = checked.link, services.ledger.session(checked.link.cue_point_id)
    subjects = {"all": link.recipient_id}
    if record:
        subjects["room"] = f"{link.recipient_id}/{record.entry_id}"
    if request.method in SAFE_METHODS:
        return _page(services, checked, subjects, 200)
    choice = _choice(fields_of(request))
    if choice in _DIGESTS:
        services.ledger.put_note(Note("digest", link.recipient_id, services.clock(), choice))
        return _page(services, checked, subjects, 200, done="digest")
    scope = choice.removesuffix("-again")
    if choice not in _CHANGES or scope not in subjects:
        return _page(services, checked, subjects, 400)
    _CHANGES[choice](services.ledger, subjects[scope], services.clock())
    return _page(services, checked, subjects, 200, done=scope)


def _choice(fields: Mapping[str, str]) -> str:
    """Return the form's choice: a key of `_CHANGES`, or text that is not valid."""
    if _ONE_CLICK in {(name.lower(), value.lower()) for name, value in fields.items()}:
        return "all"
    return fields.get("choice", "")


def _page(
    services: Services, checked: CheckedLink, subjects: Mapping[str, str], status: int, *, done: str = ""
) -> Response:
    """Render the page. `done` is what the recipient has just chosen: `digest`, `all` or `room`; blank before that."""
    # An expired or revoked link does not show the name.
    record = services.ledger.session(checked.link.cue_point_id) if checked.is_open else None
    return page(
        status,
        "unsubscribe",
        contact=services.settings.contact,
        room=clean(room_name(record.entry_name, checked.link.tier))
        if record
        else "",  # an expired or revoked link does not show the name
        is_event=checked.link.cue_point_id.startswith("event-"),
        has_room="room" in subjects,
        stopped={scope for scope, subject in subjects.items() if unsubscription(services.ledger, subject)},
        done=done,
        wrong=status == 400,
        digest=_digest(services, checked.link.recipient_id),
    )


def _digest(services: Services, recipient: str) -> str:
    """Return `weekly` or `monthly` if the recipient gets digests, else `no`: the own choice, or that of the rules."""
    if choice := digest_choice(services.ledger, recipient):
        return choice
    try:
        return services.rules.current().digest_for(recipient) or "no"
    except DebriefError:  # a mistake in the rules file must not hide this page
        return "no"
