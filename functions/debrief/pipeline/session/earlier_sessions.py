"""The room's earlier sessions, read from the archive: what a report compares with, and who came to them.

One rule for page, email and lists: somebody other than staff came, and it lasted between half and double as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeAlias

from debrief.delivery.archive.layout import report_key
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.documents.view.headline import HEADLINE
from debrief.errors import BadRequest, NotReady, ReportChanged
from debrief.kaltura.sessions.discovery import earlier_sessions
from debrief.metrics.attended_span import attended_span
from debrief.metrics.sections import SHARE_OF
from debrief.model import AttendeeRow, EarlierSession, Part, Person, Session, SessionData, Summary
from debrief.pipeline.privacy.tombstones import tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.interrupted import MOST_PARTS
from debrief.pipeline.session.staff import staff_of
from debrief.pipeline.state.archived_tables import is_in_session, machine_tables, rows_of
from debrief.pipeline.state.revisions import manifest_of
from debrief.util.spans import minutes
from debrief.util.values import is_identified

SESSIONS = 5
MOST_LOOKED_AT = 60  # of the room's sessions before this one: one call of Kaltura, and at most as many files
LONGEST_RATIO = 2.0
_SLACK = 1.0  # minutes: the attended span is known to the minute
_ATTENDED = "attended_minutes"

Found: TypeAlias = Session | SessionRecord


def with_earlier(services: Services, data: SessionData, joint: SessionRecord | None = None) -> SessionData:
    """The data with the room's last comparable sessions before this one, as far as they are archived.

    `joint` is the record of the joint session that this one is a part of: the other parts are no earlier sessions,
    whether or not their own records tell that yet.
    """
    own = {part.cue_point_id for part in joint.parts} if joint else set(data.session.cue_point_ids)
    start = min(joint.start, data.session.start) if joint else data.session.start
    return comparable(services, data, _apart(services, _whole_ones(services, data.session, own), start))


def comparable(services: Services, data: SessionData, sessions: Iterable[Found]) -> SessionData:
    """The data with those of these sessions, the latest first, that it can be compared with; no more than five."""
    rule = _Rule(data, services.settings.staff)
    possible = (session for session in sessions if rule.may_fit(session))
    archived = (one for session in possible if (one := _archived(services, session)))
    found = (earlier for summary, earlier in archived if rule.fits(summary, earlier))
    return replace(data, earlier=list(islice(found, SESSIONS)))


def _whole_ones(services: Services, later: Session, own: AbstractSet[str]) -> Iterator[Found]:
    """The sessions before that one, an interrupted one once, the latest first; none of its `own` parts."""
    seen: set[str] = set()
    for session in earlier_sessions(services.kaltura, later, MOST_LOOKED_AT) or ():
        one = _whole(services, session, own)
        if one and one.cue_point_id not in seen:
            seen.add(one.cue_point_id)
            yield one


def _whole(services: Services, session: Session, own: AbstractSet[str]) -> Found | None:
    """The session, or the joint one that it is a part of; None when it is, or that has, one of those."""
    record = services.ledger.session(session.cue_point_id)
    joint = services.ledger.session(record.joint) if record and record.joint else None
    parts = {part.cue_point_id for part in joint.parts} if joint else {session.cue_point_id}
    return None if parts & own else joint or record or session  # the ledger knows under which date it is


def _apart(services: Services, sessions: Iterable[Found], start: datetime) -> Iterator[Found]:
    """Those that are no stretch of the same interrupted session, which is cut when it has too many parts."""
    gap = timedelta(minutes=services.settings.interruption_minutes)
    for session in sessions:
        if isinstance(session, SessionRecord) and len(session.parts) >= MOST_PARTS and start - session.end < gap:
            start = session.start
        else:
            yield session


class _Rule:
    """What makes an archived session one to compare with."""

    def __init__(self, data: SessionData, staff: Sequence[str]) -> None:
        self._data, self._staff = data, staff
        self._minutes = minutes(attended_span(data))

    def may_fit(self, session: Found) -> bool:
        """Whether it may be long enough, by what is known before its files are read: nobody attends a closed room."""
        parts = session.parts or (Part(session.cue_point_id, session.start, session.end),)
        longest = sum(part.duration_minutes for part in parts)
        return not longest or self._minutes <= LONGEST_RATIO * longest + _SLACK

    def fits(self, summary: Summary, earlier: EarlierSession) -> bool:
        """Whether it was alike in length, and somebody came who was staff of neither of the two sessions."""
        least, most = sorted((earlier.minutes, self._minutes))
        if most > LONGEST_RATIO * least + _SLACK:
            return False
        hosts = (summary.session.host_user_id, summary.host.user_id if summary.host else "")
        return not earlier.people.keys() <= staff_of(replace(self._data, earlier=[earlier]), (), self._staff, *hosts)


def _archived(services: Services, session: Found) -> tuple[Summary, EarlierSession] | None:
    """An earlier session as the archive has it; None when it has none of it, or nobody came."""
    body = services.archive.read(report_key(session.start, session.cue_point_id, "summary.json"))
    if body is None:
        return None
    try:
        summary = from_json(body)
    except BadRequest:  # of another version; nothing to compare with
        return None
    known = {
        key: summary.metrics[key].value for key in (*HEADLINE, *SHARE_OF.values(), _ATTENDED) if key in summary.metrics
    }
    figures = {key: float(value) for key, value in known.items() if isinstance(value, int | float)}
    attended = figures.pop(_ATTENDED, summary.session.duration_minutes)
    people = _people(services, summary.session)
    return summary, EarlierSession(session.cue_point_id, session.start, figures, people, attended)


def _people(services: Services, session: Session) -> dict[str, Person]:
    """Who came, by user id, and was not erased; of names that differ the last by alphabet stays.

    Nobody when the list cannot be read: it is damaged, of another version, or being written. This session's report
    must not wait for that.
    """
    try:
        manifest = manifest_of(services, session.start, session.cue_point_id)
        tables = machine_tables(services, session.parts, manifest) if manifest else ()
        every = (found for table in tables for found in rows_of(AttendeeRow, table))
        rows = [row for row, cells in every if is_in_session(row, cells) or cells["breakout_minutes"]]
    except (BadRequest, NotReady, ReportChanged):
        return {}
    stones = tombstones(services)
    named = sorted((row.user_id, row.user_name, row.user_email) for row in rows if is_identified(row.user_id))
    return {user_id: Person(user_id, name, email) for user_id, name, email in named if not stones.has(user_id, email)}
