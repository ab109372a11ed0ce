"""Read the attendees of a virtual event by the Events API: names, addresses and statuses, without answers to the form.

Two things are not certain: how many people a page may have, and whether its offset counts people or pages. Both are
found out with the first two pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from debrief.errors import BadRequest, Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.sessions.registration_values import status_of, text_of, undocumented
from debrief.registration import MOST_PEOPLE, Registrant
from debrief.util.values import is_identified

USERS = "event-users/list"
_SIZES = (500, 30)  # people of a page: as many as elsewhere, else as many as the Events API gives by default
_ATTEMPTS = 3  # readings of a list that changes


def event_users(kaltura: Kaltura, event_id: str) -> list[Registrant]:
    """Return the people of a virtual event. Raises RetryLater or GiveUp."""
    for _ in range(_ATTEMPTS):
        users = _read_once(kaltura, event_id)
        if users is not None:
            return [_registrant(user) for user in users]
    raise Unavailable(f"The registration service's {USERS} did not give its whole list.")


def first_users(kaltura: Kaltura, event_id: str) -> tuple[list[dict[str, Any]], int]:
    """Return the first page, and the number of all people. Raises RetryLater or GiveUp."""
    if not kaltura.has_event_users or not (event_id.isascii() and event_id.isdigit()):
        raise BadRequest("The Events API cannot list this event's people.")
    try:
        return _page(kaltura, event_id, 0, _SIZES[0])
    except BadRequest:
        return _page(kaltura, event_id, 0, _SIZES[1])


def _read_once(kaltura: Kaltura, event_id: str) -> list[dict[str, Any]] | None:
    """Return everybody once; None if people are missing, as after a change while the list is read."""
    first, total = first_users(kaltura, event_id)
    found, size = {user["id"]: user for user in first}, len(first)
    offset, step = 1, 0
    while size and len(found) < total:
        users, counted = _page(kaltura, event_id, offset, size)
        known = len(found)
        found |= {user["id"]: user for user in users}
        if counted < total or len(found) == known:
            return None
        if counted > MOST_PEOPLE:
            raise BadRequest(f"The registration service's {USERS} lists more than {MOST_PEOPLE:,} people.")
        total = counted
        step = step or (size if _counts_people(first, users) else 1)
        offset += step
    return list(found.values()) if len(found) == total else None


def _counts_people(first: Sequence[dict[str, Any]], second: Sequence[dict[str, Any]]) -> bool:
    """Return whether the page with offset 1 begins with the second person."""
    return len(first) > 1 and bool(second) and second[0]["id"] == first[1]["id"]


def _page(kaltura: Kaltura, event_id: str, offset: int, size: int) -> tuple[list[dict[str, Any]], int]:
    question = {
        "eventId": int(event_id),
        "filter": {"roles": ["Attendees"]},
        "pager": {"offset": offset, "limit": size},
        "orderBy": "+createdAt",
    }
    answer = kaltura.registrations(USERS, question).value
    users, total = answer.get("users"), answer.get("totalCount")
    if not isinstance(users, list) or not all(map(_is_user, users)) or type(total) is not int or total < 0:
        raise undocumented(USERS)
    return users, total


def _is_user(user: Any) -> bool:
    """Return whether an object is as documented, and not of somebody whom the filter excludes, such as a speaker."""
    if not isinstance(user, dict) or not isinstance(user.get("id"), str) or not is_identified(user["id"]):
        return False
    roles = user.get("roles")
    return roles is None or (isinstance(roles, list) and "Attendees" in roles)


def _registrant(user: dict[str, Any]) -> Registrant:
    address = text_of(user.get("email"))
    return Registrant(
        email=address if "@" in address else "",
        name=" ".join(filter(None, (text_of(user.get("firstName")), text_of(user.get("lastName"))))),
        user_id=text_of(user["id"]),
        company=text_of(user.get("company")),
        status=status_of(user.get("status")),
    )
