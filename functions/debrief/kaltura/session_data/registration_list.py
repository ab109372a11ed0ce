"""Archive the list of registrations that a report used, beside Kaltura's answers.

It is archived even if it comes from a file: a report that is rebuilt from the archive must have the same registrants.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from debrief.errors import BadRequest
from debrief.model import CountedOnly, NotKnown, RawAnswer, SessionData
from debrief.persons import id_key, id_keys
from debrief.registration import ORIGINS, SCOPES, Registrant, Registrations

SCHEMA = "debrief.registrations/1"
NAME = "registrations.json"
_TEXTS = ("email", "name", "user_id", "company", "status")
_ADDED = ("origin", "registered_at")  # texts that older archives lack


def with_registrations(data: SessionData, registrations: Registrations | NotKnown | None) -> SessionData:
    """Return the data with a list of registrations, or with the reason why it is unknown."""
    if registrations is None:
        return data
    if isinstance(registrations, Registrations):
        registrations = replace(registrations, people=_as_in_reports(data, registrations.people))
    return replace(data, registrations=registrations, raw=[*data.raw, registrations_file(registrations)])


def _as_in_reports(data: SessionData, people: Sequence[Registrant]) -> list[Registrant]:
    """Spell the user ids as Kaltura's reports do: an erasure finds ids by their exact letters."""
    ids = [row.user_id for row in (*data.attendees, *data.breakout_attendees)]
    ids += [row.get("user_id", "") for row in data.page.rows("60010-getTable")] if data.page else []
    by_key = dict(zip(id_keys(ids), ids, strict=True))
    known = set(ids)
    return [_spelled(person, by_key) if person.user_id and person.user_id not in known else person for person in people]


def _spelled(person: Registrant, by_key: Mapping[str, str]) -> Registrant:
    spelling = by_key.get(id_key(person.user_id))
    return replace(person, user_id=spelling) if spelling else person


def registrations_file(registrations: Registrations | NotKnown) -> RawAnswer:
    """Return the list as an archive file; the same list gives the same bytes."""
    value: dict[str, Any] = {"schema": SCHEMA}
    if isinstance(registrations, NotKnown):
        value["unavailable"] = registrations.reason
        if isinstance(registrations, CountedOnly):
            value["counts"] = dict(registrations.counts)
    else:
        value |= {
            "scope": registrations.scope,
            "origin": registrations.origin,
            **({"questions": [*registrations.questions]} if registrations.questions else {}),
            **({"names_origin": True} if registrations.names_origin else {}),
            **({"note": registrations.note} if registrations.note else {}),
            "registrants": [_row(person) for person in registrations.people],
        }
    return RawAnswer(NAME, json.dumps(value, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n")


def _row(person: Registrant) -> dict[str, Any]:
    texts = {name: getattr(person, name) for name in (*_TEXTS, *_ADDED)}
    aliases = {"aliases": list(person.aliases)} if person.aliases else {}
    return {**texts, "answers": dict(person.answers), **aliases}


def read_registrations(body: bytes) -> Registrations | NotKnown:
    """Read an archived list. Raises BadRequest if the file is damaged or of another schema."""
    try:
        value = json.loads(body)
        if value["schema"] != SCHEMA:
            raise BadRequest(
                f"The archived list of registrations does not have the schema {SCHEMA}, which this version reads."
            )
        if "unavailable" in value:
            reason = str(value["unavailable"])
            counts = {str(status): int(people) for status, people in value.get("counts", {}).items()}
            return CountedOnly(reason, counts=counts) if "counts" in value else NotKnown(reason)
        scope, origin = SCOPES[SCOPES.index(value["scope"])], ORIGINS[ORIGINS.index(value["origin"])]
        questions = tuple(map(str, value.get("questions", ())))
        people = [_registrant(row) for row in value["registrants"]]
        note = str(value.get("note", ""))
        return Registrations(scope, origin, people, questions, value.get("names_origin") is True, note)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        # Do not chain the cause: it could quote personal data.
        raise BadRequest("The archived list of registrations is damaged; export the session again.") from None


def _registrant(row: dict[str, Any]) -> Registrant:
    answers = {str(name): str(answer) for name, answer in row["answers"].items()}
    added = {name: str(row.get(name, "")) for name in _ADDED}
    aliases = tuple(map(str, row.get("aliases", ())))
    return Registrant(**{name: str(row[name]) for name in _TEXTS}, **added, answers=answers, aliases=aliases)
