"""Read Kaltura users, and find the organizers of a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from debrief.errors import BadRequest, Forbidden
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import NoSuchUser, ServerFailed
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.sessions.schedule import covering_event, owner_of
from debrief.model import Finding, NotKnown, Organizer, Person, Role, Session
from debrief.persons import spellings

MOST_ORGANIZERS = 20
ORGANIZERS_CUT = "ORGANIZERS_CUT"
USERS_UNREADABLE = Finding(
    "HOST_UNREADABLE",
    "The credential has no permission to read users, so organizers without a known address get no email.",
)
ORGANIZERS_FAILED = Finding(
    "ORGANIZERS_UNKNOWN", "Kaltura did not name every organizer, so some organizers get no email."
)


def organizers_of(
    kaltura: Kaltura,
    session: Session,
    entry: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]] | NotKnown,
    hosts: Sequence[str] = (),
) -> tuple[list[Organizer], list[Finding]]:
    """Return the host, the room's owner, its co-organizers, and the owner of the schedule event of the session.

    `hosts` are the hosts of a merged session's parts. At most 20 people are listed, each once, with the first of these
    roles. A user has no name and address if Kaltura does not know or show the user; some accounts write a name in place
    of the host's id. If Kaltura fails to return the schedule or a user, a finding says so. Raises RetryLater.
    """
    scheduler = "" if isinstance(events, NotKnown) else owner_of(covering_event(session, events))
    roles = roles_of((session.host_user_id, *hosts), entry, scheduler)
    ids = list(roles)[:MOST_ORGANIZERS]
    people, finding = read_users(kaltura, ids)
    findings = [finding] if finding else []
    if isinstance(events, NotKnown) and events.is_temporary and ORGANIZERS_FAILED not in findings:
        findings.append(ORGANIZERS_FAILED)
    if len(roles) > len(ids):
        read = f"Debrief reads only the first {MOST_ORGANIZERS}"
        sentence = f"The room has {len(roles)} organizers. {read}, so the others get no email."
        findings.append(Finding(ORGANIZERS_CUT, sentence))
    return [Organizer(people[user_id], roles[user_id]) for user_id in ids], findings


def roles_of(hosts: Sequence[str], entry: Mapping[str, Any], scheduler: str = "") -> dict[str, Role]:
    """Return user ids with their first role, in the order of roles. Restores commas that report 6000 replaced."""
    editors = str(entry.get("entitledUsersEdit") or "").split(",")
    pairs: list[tuple[str, Role]] = [
        *((host, "host") for host in hosts),
        (str(entry.get("userId") or ""), "owner"),
        *((editor, "co-organizer") for editor in editors),
        (scheduler, "scheduler"),
    ]
    originals = spellings(hosts, [user_id.strip() for user_id, role in pairs if role != "host"])
    roles: dict[str, Role] = {}
    for user_id, role in pairs:
        if user_id.strip():
            roles.setdefault(originals.get(user_id, user_id.strip()), role)
    return roles


def read_users(kaltura: Kaltura, user_ids: Sequence[str]) -> tuple[dict[str, Person], Finding | None]:
    """Read users in multirequests. A finding says if users may not be read or Kaltura failed. Raises RetryLater."""
    people = {user_id: Person(user_id) for user_id in user_ids}
    findings = set[Finding]()
    calls = {user_id: ApiCall("user", "get", {"userId": user_id}) for user_id in user_ids}
    with kaltura.ahead(calls.values()):
        for user_id, call in calls.items():
            try:
                people[user_id] = person_of(user_id, kaltura.call(call.service, call.action, call.fields))
            except NoSuchUser:
                pass
            except (Forbidden, BadRequest):
                findings.add(USERS_UNREADABLE)
            except ServerFailed:
                findings.add(ORGANIZERS_FAILED)
    return people, next((finding for finding in (ORGANIZERS_FAILED, USERS_UNREADABLE) if finding in findings), None)


def person_of(user_id: str, user: Any) -> Person:
    """Return the person in an answer about a user."""
    fields = user if isinstance(user, dict) else {}
    first_last = f"{fields.get('firstName') or ''} {fields.get('lastName') or ''}".strip()
    name = first_last or str(fields.get("fullName") or fields.get("screenName") or "")
    return Person(user_id, name, str(fields.get("email") or ""))
