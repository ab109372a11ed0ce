"""Read who registered for a virtual event in Kaltura.

A virtual event has one or more apps, and each app a profile of everybody who was invited or registered. Names and
addresses are in the list of users. These services are known only from Kaltura's documents. So if an answer
differs from the documents, the registrations are unknown, never a wrong number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias

from debrief.errors import BadRequest, DebriefError, RetryLater, Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.pagination import PAGE
from debrief.kaltura.sessions.organizers import person_of
from debrief.model import NotKnown
from debrief.persons import id_key
from debrief.registration import BLOCKED, CANCELLED, INVITED, REGISTERED, UNCLEAR, Registrant
from debrief.util.values import is_identified

Object: TypeAlias = dict[str, Any]

APPS, PROFILES = "app-registry/list", "user-profile/list"
MOST_PEOPLE = 200_000
_WINDOW = 10_000  # objects that can be skipped; for more, a list is read from a later time
_ATTEMPTS = 3  # readings of a list that changes
_MOST_ANSWERS, _LONGEST, _DEEPEST = 60, 500, 4  # answers of a person, characters of a text, levels of an answer
_APP_ID = re.compile(r"[0-9A-Za-z_-]{8,64}").fullmatch
_FIELDS = "id,firstName,lastName,fullName,screenName,email,company"
# By Kaltura's attendance status. "attended" means that somebody entered the event's site before the event.
_STATUSES = {
    **dict.fromkeys(
        ("registered", "confirmed", "autoConfirmed", "attended", "participated", "participatedPostEvent"), REGISTERED
    ),
    "unregistered": CANCELLED,
    "blocked": BLOCKED,
    **dict.fromkeys(("created", "invited", "invitedPendingRegistration"), INVITED),
}


def registrants_of(kaltura: Kaltura, event_id: str) -> list[Registrant] | NotKnown | None:
    """Return the people of a virtual event, each once; None if Kaltura says that the event has no app."""
    try:
        apps = _apps(kaltura, event_id)
        return _people(kaltura, apps) if apps else None
    except DebriefError as error:
        return NotKnown(f"Kaltura's registrations cannot be read: {error}", isinstance(error, RetryLater))


def _apps(kaltura: Kaltura, event_id: str) -> list[str]:
    """Return the ids of an event's apps, whatever their type. Raises RetryLater or GiveUp."""
    apps = _whole_list(kaltura, APPS, {"filter": {"appCustomIdIn": [event_id]}})
    ids = [app["id"] for app in apps]
    if any(str(app.get("appCustomId")) != event_id for app in apps) or not all(map(_APP_ID, ids)):
        raise _undocumented(APPS)
    return ids


def _people(kaltura: Kaltura, apps: Sequence[str]) -> list[Registrant]:
    """Return the people of some apps. Raises RetryLater or GiveUp.

    Without an app in the filter, the service would list the people of all events. If it lists a person of another
    app, it has ignored the filter. Neither answer is used.
    """
    if not apps:
        raise _undocumented(APPS)
    question = {"filter": {"appGuidIn": list(apps)}, "orderBy": "createdAt", "includeTotalCount": True}
    profiles = _whole_list(kaltura, PROFILES, question)
    if any(profile.get("appGuid") not in apps for profile in profiles):
        raise _undocumented(PROFILES)
    latest = list(_latest(profiles))
    users = _users(kaltura, [user_id for profile in latest if (user_id := _user_id(profile))])
    return [_registrant(profile, users.get(id_key(_user_id(profile)))) for profile in latest]


def _latest(profiles: Iterable[Object]) -> Iterable[Object]:
    """Return for each person the profile that was changed last. Profiles without a user id are different people."""
    found: dict[str, Object] = {}
    for profile in profiles:
        key = id_key(_user_id(profile)) or f"\n{profile['id']}"
        if key not in found or _text(profile.get("updatedAt")) > _text(found[key].get("updatedAt")):
            found[key] = profile
    return found.values()


def _whole_list(kaltura: Kaltura, path: str, question: Mapping[str, Any]) -> list[Object]:
    """Return every object of a list once. Raises Unavailable if it keeps changing or is incomplete."""
    for _ in range(_ATTEMPTS):
        objects = _read_once(kaltura, path, question)
        if objects is not None:
            return objects
    raise Unavailable(f"The registration service's {path} did not give its whole list.")


def _read_once(kaltura: Kaltura, path: str, question: Mapping[str, Any]) -> list[Object] | None:
    """Return every object of a list once; None if objects are missing, as after a change while the list is read."""
    found: dict[str, Object] = {}
    since, offset, total = "", 0, -1
    while True:
        window = {"createdAtGreaterThanOrEqual": since} if since else {}
        asked = {"filter": question["filter"] | window, "pager": {"offset": offset, "limit": PAGE}}
        objects, counted = _page(path, kaltura.registrations(path, {**question, **asked}).value)
        known = len(found)
        found |= {value["id"]: value for value in objects}
        offset += len(objects)
        if len(found) > MOST_PEOPLE:
            raise BadRequest(f"The registration service's {path} lists more than {MOST_PEOPLE:,} people.")
        if -1 < counted < max(total, offset):
            return None
        total = counted
        if not objects or offset == total:
            is_whole = offset == total if total >= 0 else known > 0
            return list(found.values()) if is_whole and (since or len(found) >= total) else None
        if len(found) == known:
            return None
        if offset >= _WINDOW:
            last = _text(objects[-1].get("createdAt"))
            if last <= since:
                return None
            since, offset, total = last, 0, -1


def _page(path: str, answer: Any) -> tuple[list[Object], int]:
    """Return the objects in an answer, and the number of all objects; -1 if the answer does not give it."""
    objects = answer.get("objects") if isinstance(answer, dict) else None
    if not isinstance(objects, list) or not all(isinstance(value, dict) and _has_id(value) for value in objects):
        raise _undocumented(path)
    total = answer.get("totalCount")
    return objects, total if type(total) is int and total >= 0 else -1


def _has_id(value: Object) -> bool:
    return isinstance(value.get("id"), str) and bool(value["id"].strip())


def _undocumented(path: str) -> BadRequest:
    return BadRequest(f"The answer of the registration service's {path} is not as Kaltura documents it.")


def _users(kaltura: Kaltura, ids: Sequence[str]) -> dict[str, Object]:
    """Return users by the key of their id; users that Kaltura no longer has are missing. Raises RetryLater or GiveUp.

    An id with a comma cannot be in the filter.
    """
    found: dict[str, Object] = {}
    askable = [user_id for user_id in ids if "," not in user_id]
    for start in range(0, len(askable), PAGE):
        fields = {
            "filter[objectType]": "KalturaUserFilter",
            "filter[idIn]": ",".join(askable[start : start + PAGE]),
            "pager[pageSize]": str(PAGE),
            "pager[pageIndex]": "1",
            "responseProfile[objectType]": "KalturaDetachedResponseProfile",
            "responseProfile[type]": "1",
            "responseProfile[fields]": _FIELDS,
        }
        answer = kaltura.call("user", "list", fields)
        users = answer.get("objects") if isinstance(answer, dict) else None
        if not isinstance(users, list) or answer.get("totalCount", len(users)) != len(users):
            raise Unavailable("Kaltura did not give the whole list of users.")
        found |= {id_key(str(user.get("id"))): user for user in users if isinstance(user, dict)}
    return found


def _user_id(profile: Object) -> str:
    user_id = profile.get("userId")
    return _text(user_id) if isinstance(user_id, str) and is_identified(user_id) else ""


def _registrant(profile: Object, user: Object | None) -> Registrant:
    """Return a person. Without a Kaltura user, the address is the user id, if that is an address."""
    user_id = _user_id(profile)
    person = person_of(user_id, user)
    data = profile.get("eventData")
    event = data if isinstance(data, dict) else {}
    status = event.get("attendanceStatus")
    return Registrant(
        email=_text(person.email) or (user_id if "@" in user_id else ""),
        name=_text(person.name),
        user_id=user_id,
        company=_text(user.get("company")) if user else "",
        status=_STATUSES.get(status, UNCLEAR) if isinstance(status, str) else UNCLEAR,
        answers=dict(islice(_answers(profile.get("profileData")), _MOST_ANSWERS)),
        origin=_text(event.get("regOrigin")),
    )


def _answers(data: Any) -> Iterator[tuple[str, str]]:
    """Yield the answers to the registration form as texts, by question. A form may have any questions."""
    pairs = data.items() if isinstance(data, dict) else [("profileData", data)]
    for name, value in pairs:
        if (question := _text(name)) and (answer := _text(value)):
            yield question, answer


def _text(value: Any, level: int = 0) -> str:
    """Return a value of any JSON type as one line of text; blank for null."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            start = value[: 4 * _LONGEST]
            if not start.isprintable():
                start = "".join(character if character.isprintable() else " " for character in start)
            return " ".join(start.split())[:_LONGEST]
        case list() | dict() if level >= _DEEPEST:
            return ""
        case list():
            parts = [_text(item, level + 1) for item in value[:_MOST_ANSWERS]]
        case dict():
            pairs = islice(value.items(), _MOST_ANSWERS)
            parts = [f"{_text(name)}: {text}" for name, item in pairs if (text := _text(item, level + 1))]
        case _:
            return str(value)[:_LONGEST]
    return "; ".join(filter(None, parts))[:_LONGEST]
