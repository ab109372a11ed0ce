"""Read who registered for a virtual event in Kaltura.

A virtual event has one or more apps, and each app a profile of everybody who was invited or registered. Names and
addresses are in the list of users. These services are known only from Kaltura's documents. So if an answer
differs from the documents, the registrations are unknown, never a wrong number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from debrief.errors import BadRequest, DebriefError, Forbidden, RetryLater, Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.pagination import PAGE
from debrief.kaltura.sessions.event_users import event_users
from debrief.kaltura.sessions.organizers import person_of
from debrief.kaltura.sessions.registered_users import users_by_key
from debrief.kaltura.sessions.registration_counts import registration_counts
from debrief.kaltura.sessions.registration_values import answers_in, status_of, text_of, undocumented
from debrief.model import CountedOnly, NotKnown
from debrief.persons import id_key
from debrief.registration import MOST_PEOPLE, Registrant
from debrief.util.values import is_identified, moment, utc_text

Object: TypeAlias = dict[str, Any]

APPS, PROFILES = "app-registry/list", "user-profile/list"
_WINDOW = 10_000  # objects that can be skipped; for more, a list is read from a later time
_ATTEMPTS = 3  # readings of a list that changes
_OWN_REGISTRATION = {"registration", "webhook", "sso"}  # of other people, the profile has the time of the invitation
_APP_ID = re.compile(r"[0-9A-Za-z_-]{8,64}").fullmatch


def registrants_of(kaltura: Kaltura, event_id: str) -> list[Registrant] | NotKnown | None:
    """Return the people of a virtual event, each once; None if Kaltura says that the event has no app.

    Without the right to list the people of apps, use the list of the Events API; without this right too, only count.
    """
    apps: list[str] = []
    try:
        apps = _apps(kaltura, event_id)
        return _people(kaltura, apps) if apps else None
    except Forbidden as error:
        return _with_fewer_rights(kaltura, event_id, apps, error)
    except DebriefError as error:
        return NotKnown(f"Kaltura's registrations cannot be read: {error}", isinstance(error, RetryLater))


def _with_fewer_rights(
    kaltura: Kaltura, event_id: str, apps: Sequence[str], error: Forbidden
) -> list[Registrant] | NotKnown:
    """Return the people by the Events API, else their number by status, else the reason of the first refusal."""
    with suppress(DebriefError):
        return event_users(kaltura, event_id)
    with suppress(DebriefError):
        counts = registration_counts(kaltura, apps)
        return CountedOnly("Kaltura lets this credential count registrations, but not list people.", counts=counts)
    return NotKnown(f"Kaltura's registrations cannot be read: {error}")


def _apps(kaltura: Kaltura, event_id: str) -> list[str]:
    """Return the ids of an event's apps, whatever their type. Raises RetryLater or GiveUp."""
    apps = _whole_list(kaltura, APPS, {"filter": {"appCustomIdIn": [event_id]}})
    ids = [app["id"] for app in apps]
    if any(str(app.get("appCustomId")) != event_id for app in apps) or not all(map(_APP_ID, ids)):
        raise undocumented(APPS)
    return ids


def _people(kaltura: Kaltura, apps: Sequence[str]) -> list[Registrant]:
    """Return the people of some apps. Raises RetryLater or GiveUp.

    Without an app in the filter, the service would list the people of all events. If it lists a person of another
    app, it has ignored the filter. Neither answer is used.
    """
    if not apps:
        raise undocumented(APPS)
    question = {"filter": {"appGuidIn": list(apps)}, "orderBy": "createdAt", "includeTotalCount": True}
    profiles = _whole_list(kaltura, PROFILES, question)
    if any(profile.get("appGuid") not in apps for profile in profiles):
        raise undocumented(PROFILES)
    latest = [(_user_id(profile), profile) for profile in _latest(profiles)]
    users = users_by_key(kaltura, [user_id for user_id, _ in latest if user_id])
    return [_registrant(user_id, profile, users.get(id_key(user_id))) for user_id, profile in latest]


def _latest(profiles: Iterable[Object]) -> Iterable[Object]:
    """Return for each person the profile that was changed last. Profiles without a user id are different people."""
    found: dict[str, Object] = {}
    for profile in profiles:
        key = id_key(_user_id(profile)) or f"\n{profile['id']}"
        if key not in found or text_of(profile.get("updatedAt")) > text_of(found[key].get("updatedAt")):
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
        objects, counted = page_in(path, kaltura.registrations(path, {**question, **asked}).value)
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
            last = text_of(objects[-1].get("createdAt"))
            if last <= since:
                return None
            since, offset, total = last, 0, -1


def page_in(path: str, answer: Any) -> tuple[list[Object], int]:
    """Return the objects in an answer, and the number of all objects; -1 if the answer does not give it."""
    objects = answer.get("objects") if isinstance(answer, dict) else None
    if not isinstance(objects, list) or not all(isinstance(value, dict) and _has_id(value) for value in objects):
        raise undocumented(path)
    total = answer.get("totalCount")
    return objects, total if type(total) is int and total >= 0 else -1


def _has_id(value: Object) -> bool:
    return isinstance(value.get("id"), str) and bool(value["id"].strip())


def _user_id(profile: Object) -> str:
    user_id = profile.get("userId")
    return text_of(user_id) if isinstance(user_id, str) and is_identified(user_id) else ""


def _registrant(user_id: str, profile: Object, user: Object | None) -> Registrant:
    """Return a person. Without a Kaltura user, the address is the user id, if that is an address."""
    person = person_of(user_id, user)
    data = profile.get("eventData")
    event = data if isinstance(data, dict) else {}
    origin = text_of(event.get("regOrigin"))
    return Registrant(
        email=text_of(person.email) or (user_id if "@" in user_id else ""),
        name=text_of(person.name),
        user_id=user_id,
        company=text_of(user.get("company")) if user else "",
        status=status_of(event.get("attendanceStatus")),
        answers=answers_in(profile.get("profileData")),
        origin=origin,
        registered_at=_time(profile) if origin in _OWN_REGISTRATION else "",
    )


def _time(profile: Object) -> str:
    created = moment(text_of(profile.get("createdAt")))
    return utc_text(created) if created else ""
