"""Kaltura's users as persons, and which of them organize a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from debrief.errors import BadRequest, DebriefError, Forbidden, RetryLater
from debrief.kaltura.api.client import ApiCall, Kaltura
from debrief.kaltura.api.errors import NoSuchUser, ServerFailed
from debrief.kaltura.api.responses import item_error
from debrief.kaltura.sessions.schedule import covering, owner_of
from debrief.model import Finding, Organizer, Person, Role, Session
from debrief.persons import spellings

MOST_ORGANIZERS = 20
ORGANIZERS_CUT = "ORGANIZERS_CUT"
UNREADABLE = Finding("HOST_UNREADABLE", "The credential may not read users, so the host gets no mail.")
FAILED = Finding(
    "ORGANIZERS_UNKNOWN", "Kaltura failed to tell who an organizer is, so not every organizer gets an email."
)


def organizers_of(
    kaltura: Kaltura,
    session: Session,
    entry: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
    hosts: Sequence[str] = (),
) -> tuple[list[Organizer], list[Finding]]:
    """The host, the room's owner, its co-organizers, and the owner of the schedule event that covers the session.

    `hosts` are those of the parts of a joint session: each is an organizer of the whole.
    Each person once, in the first role, and at most 20 of them. Somebody whom Kaltura does not know, or does not show,
    stays without a name and an e-mail address; some accounts write a name where the host's id should be.
    Raises RetryLater.
    """
    roles = roles_of((session.host_user_id, *hosts), entry, owner_of(covering(session, events)))
    ids = list(roles)[:MOST_ORGANIZERS]
    people, finding = persons(kaltura, ids)
    findings = [finding] if finding else []
    if len(roles) > len(ids):
        sentence = f"The room has {len(roles)} organizers; only the first {MOST_ORGANIZERS} are known by name."
        findings.append(Finding(ORGANIZERS_CUT, sentence))
    return [Organizer(people[user_id], roles[user_id]) for user_id in ids], findings


def persons(kaltura: Kaltura, user_ids: Sequence[str]) -> tuple[dict[str, Person], Finding | None]:
    """Each of these users, in one call; a finding when the credential may not read one, or Kaltura fails at one.

    Raises RetryLater.
    """
    if not user_ids:
        return {}, None
    fields = [ApiCall("user", "get", {"userId": user_id}) for user_id in user_ids]
    try:
        answers = kaltura.multi(fields).value
    except (Forbidden, BadRequest, ServerFailed) as error:
        nobody = {user_id: Person(user_id) for user_id in user_ids}
        return nobody, FAILED if isinstance(error, ServerFailed) else UNREADABLE
    found: dict[str, Person] = {}
    findings = set[Finding]()
    for user_id, answer in zip(user_ids, answers, strict=True):
        try:
            found[user_id] = _person(user_id, _settled(kaltura, user_id, answer))
        except NoSuchUser:
            found[user_id] = Person(user_id)
        except (Forbidden, BadRequest):
            found[user_id] = Person(user_id)
            findings.add(UNREADABLE)
        except ServerFailed:
            found[user_id] = Person(user_id)
            findings.add(FAILED)
    return found, next((one for one in (FAILED, UNREADABLE) if one in findings), None)


def roles_of(hosts: Sequence[str], entry: Mapping[str, Any], scheduler: str = "") -> dict[str, Role]:
    """User ids with the first role that fits, in the order of the roles; report 6000 has lost the hosts' commas."""
    editors = str(entry.get("entitledUsersEdit") or "").split(",")
    every: list[tuple[str, Role]] = [
        *((host, "host") for host in hosts),
        (str(entry.get("userId") or ""), "owner"),
        *((editor, "co-organizer") for editor in editors),
        (scheduler, "scheduler"),
    ]
    whole = spellings(hosts, [user_id.strip() for user_id, role in every if role != "host"])
    roles: dict[str, Role] = {}
    for user_id, role in every:
        if user_id.strip():
            roles.setdefault(whole.get(user_id, user_id.strip()), role)
    return roles


def _settled(kaltura: Kaltura, user_id: str, answer: Any) -> Any:
    """The answer of one user; what may pass is asked again, because a person without an address gets no mail."""
    error: DebriefError | None = item_error(answer, "user.get")
    if isinstance(error, RetryLater):
        return kaltura.call("user", "get", {"userId": user_id})
    if error:
        raise error
    return answer


def _person(user_id: str, user: Any) -> Person:
    known = user if isinstance(user, dict) else {}
    first_last = f"{known.get('firstName') or ''} {known.get('lastName') or ''}".strip()
    name = first_last or str(known.get("fullName") or known.get("screenName") or "")
    return Person(user_id, name, str(known.get("email") or ""))
