"""Rebuild a session's data from the archived answers, without Kaltura."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from debrief.errors import BadRequest
from debrief.kaltura.reports.page_reports import PAGE_ATTENDEES, PAGE_REQUESTS, PageRequest, heatmaps_in, rows_of
from debrief.kaltura.reports.reader import R, Reading, merge_answers
from debrief.kaltura.reports.room_reports import ATTENDEES, BREAKOUTS, ROOMS, Report, parse
from debrief.kaltura.reports.window import Window
from debrief.kaltura.session_data.assembly import (
    Readings,
    assemble,
    attendees_of_session,
    breakout_attendees_of_session,
    breakouts_of_session,
    complete_session,
    rooms_of_session,
)
from debrief.kaltura.session_data.context import NAME, Context, PageContext, poll_scope_of, read_context
from debrief.kaltura.session_data.identities import Answers, decode_json
from debrief.kaltura.session_data.registration_list import NAME as REGISTRATIONS
from debrief.kaltura.session_data.registration_list import read_registrations
from debrief.kaltura.session_data.room_polls import CURRENT as POLLS
from debrief.kaltura.session_data.room_polls import archived_polls
from debrief.kaltura.session_data.summary_page import merge_attendees
from debrief.kaltura.session_data.transcript_file import NAME as TRANSCRIPT
from debrief.kaltura.session_data.transcript_file import read_transcript
from debrief.model import NotKnown, PageData, PollScope, RawAnswer, SessionData
from debrief.util.columns import Cells
from debrief.util.values import moment

_NOT_ARCHIVED = NotKnown("Its answer was not archived when the session was exported.")
_NO_ROLES_REQUESTED = (
    "Roles and industries were not requested when the session was exported; export it again to add them."
)


def archived_context(answers: Answers) -> Context:
    """Return the archived context. Raises BadRequest when it is missing or damaged."""
    if NAME not in answers:
        raise BadRequest(
            "The session was archived by a version before 1.0; export it again: `debrief export --session`."
        )
    return read_context(answers[NAME])


def archived_data(answers: Answers) -> SessionData:
    """Return the session's data, without its virtual event and earlier sessions.

    Raises BadRequest when the context is missing or damaged, or an answer cannot be read.
    """
    context = archived_context(answers)
    session = context.session
    breakouts = breakouts_of_session(_reading(BREAKOUTS, "6002", answers, context), session)
    rooms = rooms_of_session(_reading(ROOMS, "6000", answers, context), session, breakouts.rows)
    attendees = attendees_of_session(_reading(ATTENDEES, "6001", answers, context), session)
    in_breakouts = None
    if breakouts.rows:
        reading = _reading(ATTENDEES, "6001-breakouts", answers, context)
        in_breakouts = breakout_attendees_of_session(reading, session, breakouts.rows)
    name = session.entry_name  # from the entry, because report 6000 loses commas
    session = replace(complete_session(session, rooms.rows), entry_name=name)
    page = _page(answers, context.page) if context.page else None
    data = assemble(
        session, Readings(rooms, attendees, breakouts, in_breakouts), context.organizers, page, context.findings
    )
    registrations = read_registrations(answers[REGISTRATIONS]) if REGISTRATIONS in answers else None
    transcript = read_transcript(answers[TRANSCRIPT]) if TRANSCRIPT in answers else None
    raw = [RawAnswer(name, body) for name, body in answers.items()]
    return replace(data, registrations=registrations, transcript=transcript, raw=raw)


def _reading(report: Report[R], name: str, answers: Answers, context: Context) -> Reading[R]:
    """Merge a report's answers as the export did."""
    bodies = [body for _, body in _parts(name, "csv", answers)]
    if not bodies:
        raise BadRequest(f"The archive has no answer of report {name}; export the session again.")
    whole = [Window.around(context.session.start, context.session.end)]
    windows = context.windows.get(name, whole)
    if len(windows) != len(bodies):
        raise BadRequest(
            f"The archive has {len(bodies)} answers of report {name} instead of {len(windows)}; "
            "export the session again."
        )
    return merge_answers(
        report, [(body, window, parse(report, body)) for body, window in zip(bodies, windows, strict=True)]
    )


def _parts(name: str, suffix: str, answers: Answers) -> list[tuple[int, bytes]]:
    """Return the answers of a name in order: `name.suffix`, or `name.1.suffix`, `name.2.suffix` and so on."""
    pattern = re.compile(rf"{re.escape(name)}(?:[.]([0-9]+))?[.]{suffix}")
    found = ((pattern.fullmatch(file), body) for file, body in answers.items())
    return sorted((int(match[1] or 1), body) for match, body in found if match)


def _page(answers: Answers, page: PageContext) -> PageData:
    start, end = moment(page.start), moment(page.end)
    if start is None or end is None:
        raise BadRequest("The session's context is damaged: the Summary page has no times.")
    polls: list[dict[str, Any]] | NotKnown = _NOT_ARCHIVED
    scope: PollScope | None = None
    if reason := page.unavailable.get("polls"):
        polls = NotKnown(reason)
    elif POLLS in answers:
        polls, scope = archived_polls(answers, poll_scope_of(page))
    return PageData(
        start=start,
        end=end,
        is_shared=page.is_shared,
        tables={request.name: _table(request, answers, page) for request in PAGE_REQUESTS},
        heatmaps=_heatmaps(answers, page.heatmap_users),
        polls=polls,
        poll_scope=scope,
        no_roles=_no_roles(answers, page),
    )


def _no_roles(answers: Answers, page: PageContext) -> str:
    """Return why roles are unknown. Older versions made one request, without the event, instead of two."""
    if reason := page.unavailable.get("roles"):
        return reason
    is_known = PAGE_ATTENDEES.name not in page.unavailable
    return _NO_ROLES_REQUESTED if is_known and len(_parts(PAGE_ATTENDEES.name, "json", answers)) == 1 else ""


def _table(request: PageRequest, answers: Answers, page: PageContext) -> Sequence[Cells] | NotKnown:
    if reason := page.unavailable.get(request.name):
        return NotKnown(reason)
    tables = [rows_of(request, answer) for answer in _values(request.name, answers)]
    if not tables:
        return _NOT_ARCHIVED
    return merge_attendees(tables) if request == PAGE_ATTENDEES and len(tables) > 1 else tables[0]


def _heatmaps(answers: Answers, users: Sequence[str]) -> dict[str, list[Cells]]:
    """Read heatmaps. The answers have no ids; they are in the order of `users`."""
    batches = list(_values("60011-getTable", answers))
    if not all(isinstance(batch, list) for batch in batches) or sum(map(len, batches)) != len(users):
        raise BadRequest("The archived heatmaps do not match the users; export the session again.")
    found: dict[str, list[Cells]] = {}
    first = 0
    for batch in batches:
        found |= heatmaps_in(batch, users[first : first + len(batch)])
        first += len(batch)
    return found


def _values(name: str, answers: Answers) -> Iterator[Any]:
    """Return the decoded answers of a name. Raises BadRequest."""
    return (decode_json(name, body) for _, body in _parts(name, "json", answers))
