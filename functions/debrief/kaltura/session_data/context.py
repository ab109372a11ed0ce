"""What is known of a session beside the reports' answers: kept among them, so that all can be told again later.

Who organizes the session is in it by user id and name; nobody's address is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from debrief.errors import BadRequest
from debrief.kaltura.reports.window import Window
from debrief.model import Finding, NotKnown, Organizer, PageData, Part, Person, PollSpan, RawAnswer, Session
from debrief.util.values import moment, utc_text

SCHEMA = "debrief.context/1"
NAME = "context.json"


@dataclass(frozen=True)
class PageContext:
    """Of the Summary page: its span, what could not be had and why, and whose heatmaps were asked for, in order."""

    start: str
    end: str
    is_shared: bool
    unavailable: Mapping[str, str]  # by report and action; `polls` for the chat service's, `roles` of 60010
    heatmap_users: Sequence[str] = field(repr=False)
    poll_span: Mapping[str, Any] | None  # a PollSpan, but of the polls before only whether they are known


@dataclass(frozen=True)
class Context:
    """Everything that `archived.archived_data` needs beside the answers.

    `windows` are those of the answers to a report that came in parts, by the report's name in the archive.
    """

    session: Session
    organizers: Sequence[Organizer]
    windows: Mapping[str, Sequence[Window]]
    findings: Sequence[Finding]  # those that no answer shows by itself
    page: PageContext | None


def page_context(data: PageData, heatmap_users: Sequence[str]) -> PageContext:
    """The context of a page."""
    tables = {name: table.reason for name, table in data.tables.items() if isinstance(table, NotKnown)}
    polls = {"polls": data.polls.reason} if isinstance(data.polls, NotKnown) else {}
    roles = {"roles": data.no_roles} if data.no_roles else {}
    span = data.poll_span
    noted = {**asdict(replace(span, before=None)), "before": span.before is not None} if span else None
    missing = tables | polls | roles
    return PageContext(utc_text(data.start), utc_text(data.end), data.is_shared, missing, heatmap_users, noted)


def poll_span_of(page: PageContext) -> PollSpan:
    """The span of the polls as noted; the polls before are none where they are known."""
    noted = page.poll_span or {}
    return PollSpan(**{**noted, "before": [] if noted.get("before") else None})


def context_answer(context: Context) -> RawAnswer:
    """The context as a file among the answers, the same bytes each time."""
    session = context.session
    value = {
        "schema": SCHEMA,
        "session": {
            **asdict(session),
            "start": utc_text(session.start),
            "end": utc_text(session.end),
            "parts": [[part.cue_point_id, utc_text(part.start), utc_text(part.end)] for part in session.parts],
        },
        "organizers": [[one.role, one.person.user_id, one.person.name] for one in context.organizers],
        "windows": {
            name: [[utc_text(window.start), utc_text(window.end)] for window in windows]
            for name, windows in context.windows.items()
        },
        "findings": [[finding.code, finding.message] for finding in context.findings],
        "page": asdict(context.page) if context.page else None,
    }
    return RawAnswer(NAME, json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", errors="replace") + b"\n")


def read_context(body: bytes) -> Context:
    """The context in a file's bytes. Raises BadRequest when it is damaged or of another schema."""
    try:
        value = json.loads(body)
        if value["schema"] != SCHEMA:
            raise BadRequest(f"The session's context is not of the schema {SCHEMA}.")
        return Context(
            session=_session(value["session"]),
            organizers=[Organizer(Person(user_id, name), role) for role, user_id, name in value["organizers"]],
            windows={
                name: [Window(_time(start), _time(end)) for start, end in windows]
                for name, windows in value["windows"].items()
            },
            findings=[Finding(code, message) for code, message in value["findings"]],
            page=PageContext(**value["page"]) if value["page"] else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        # The cause could quote the damaged text, and with it people.
        raise BadRequest(f"The session's context is damaged: {type(error).__name__} while reading it.") from None


def _session(value: Mapping[str, Any]) -> Session:
    parts = tuple(Part(one, _time(start), _time(end)) for one, start, end in value["parts"])
    return Session(**{**value, "start": _time(value["start"]), "end": _time(value["end"]), "parts": parts})


def _time(text: str) -> datetime:
    time = moment(text)
    if time is None:
        raise ValueError("no time")
    return time
