"""The context of a session: data that the archived answers lack. It is archived too, so that a report can be rebuilt.

The context lists the organizers by user id and name, without addresses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from debrief.errors import BadRequest
from debrief.kaltura.reports.window import Window
from debrief.model import Finding, NotKnown, Organizer, PageData, Part, Person, PollScope, RawAnswer, Session
from debrief.util.values import moment, utc_text

SCHEMA = "debrief.context/1"
NAME = "context.json"


@dataclass(frozen=True)
class PageContext:
    """The Summary page's times, unavailable reports with reasons, and the users of the heatmaps in order."""

    start: str
    end: str
    is_shared: bool  # whether the room had another session in a clock hour that the session touches
    unavailable: Mapping[str, str]  # keys: `60004-getTable` etc., `polls` (the chat service), `roles` (report 60010)
    heatmap_users: Sequence[str] = field(repr=False)
    # The PollScope; `before` is stored as true or false: whether the room's earlier polls were known.
    poll_span: Mapping[str, Any] | None


@dataclass(frozen=True)
class Context:
    """Everything that `from_archive.archived_data` needs besides the answers.

    `windows` has the time windows of reports fetched in several pieces, by the report's name in the archive.
    """

    session: Session
    organizers: Sequence[Organizer]
    windows: Mapping[str, Sequence[Window]]
    findings: Sequence[Finding]  # only findings that cannot be derived from the answers
    page: PageContext | None


def page_context(data: PageData, heatmap_users: Sequence[str]) -> PageContext:
    tables = {name: table.reason for name, table in data.tables.items() if isinstance(table, NotKnown)}
    polls = {"polls": data.polls.reason} if isinstance(data.polls, NotKnown) else {}
    roles = {"roles": data.no_roles} if data.no_roles else {}
    scope = data.poll_scope
    poll_span = None
    if scope:
        earlier = {"compared_with": scope.compared_with, "since": scope.since}
        poll_span = {"before": scope.before is not None, **earlier, "goes_on": scope.had_later_session}
    missing = tables | polls | roles
    return PageContext(utc_text(data.start), utc_text(data.end), data.is_shared, missing, heatmap_users, poll_span)


def poll_scope_of(page: PageContext) -> PollScope:
    """Return which sessions the polls may belong to; `before` is [] if the earlier polls were known, else None."""
    scope = page.poll_span or {}
    before: list[Mapping[str, Any]] | None = [] if scope.get("before") else None
    return PollScope(before, scope.get("compared_with", ""), scope.get("since", ""), scope.get("goes_on", True))


def context_file(context: Context) -> RawAnswer:
    """Return the context as an archive file; the same context gives the same bytes."""
    session = context.session
    own = asdict(session)
    event_id = own.pop("event_id")  # not a field of `session`, so that earlier versions can read the context
    value = {
        "schema": SCHEMA,
        "session": {
            **own,
            "start": utc_text(session.start),
            "end": utc_text(session.end),
            "parts": [[part.cue_point_id, utc_text(part.start), utc_text(part.end)] for part in session.parts],
        },
        **({"event_id": event_id} if event_id else {}),
        "organizers": [[each.role, each.person.user_id, each.person.name] for each in context.organizers],
        "windows": {
            name: [[utc_text(window.start), utc_text(window.end)] for window in windows]
            for name, windows in context.windows.items()
        },
        "findings": [[finding.code, finding.message] for finding in context.findings],
        "page": asdict(context.page) if context.page else None,
    }
    return RawAnswer(NAME, json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", errors="replace") + b"\n")


def read_context(body: bytes) -> Context:
    """Read an archived context. Raises BadRequest when the file is damaged or of another schema."""
    try:
        value = json.loads(body)
        if value["schema"] != SCHEMA:
            raise BadRequest(f"The session's context does not have the schema {SCHEMA}, which this version reads.")
        return Context(
            session=_session(value["session"], value.get("event_id", "")),
            organizers=[Organizer(Person(user_id, name), role) for role, user_id, name in value["organizers"]],
            windows={
                name: [Window(_time(start), _time(end)) for start, end in windows]
                for name, windows in value["windows"].items()
            },
            findings=[Finding(code, message) for code, message in value["findings"]],
            page=PageContext(**value["page"]) if value["page"] else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        # Do not chain the cause: it could quote personal data.
        raise BadRequest(f"The session's context is damaged: {type(error).__name__} while reading it.") from None


def _session(value: Mapping[str, Any], event_id: str) -> Session:
    parts = tuple(Part(cue_point_id, _time(start), _time(end)) for cue_point_id, start, end in value["parts"])
    return Session(
        **{**value, "start": _time(value["start"]), "end": _time(value["end"]), "parts": parts, "event_id": event_id}
    )


def _time(text: str) -> datetime:
    time = moment(text)
    if time is None:
        raise ValueError("not a time")
    return time
