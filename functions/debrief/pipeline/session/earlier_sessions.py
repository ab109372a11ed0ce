"""Read the room's earlier sessions from the archive, for comparisons and for returning attendees.

The report, the email and the follow-up lists use one rule: an earlier session is comparable if people other than staff
attended, and if it lasted 0.5 to 2 times as long as this session.
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
from debrief.errors import BadRequest, NotReady, ReportChanged, RetryLater
from debrief.kaltura.session_data.summary_page import INCOMPLETE
from debrief.kaltura.sessions.discovery import earlier_sessions
from debrief.metrics.attended_span import attended_span
from debrief.metrics.sections import SHARE_OF
from debrief.model import AttendeeRow, EarlierSession, NotKnown, Part, Person, Session, SessionData, Summary
from debrief.pipeline.privacy.tombstones import known_tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.interrupted import MOST_PARTS
from debrief.pipeline.session.staff import staff_of
from debrief.pipeline.state.archived_tables import is_in_session, machine_tables, rows_of
from debrief.pipeline.state.revisions import manifest_of
from debrief.util.spans import minutes
from debrief.util.values import is_identified

SESSIONS = 5
MOST_CANDIDATES = 60  # the most earlier sessions of the room to examine: one Kaltura call, and 60 files to read
LONGEST_RATIO = 2.0
_SLACK = 1.0  # in minutes, because the time in which people attended is rounded to the minute
_ATTENDED = "attended_minutes"

Candidate: TypeAlias = Session | SessionRecord


def add_earlier_sessions(services: Services, data: SessionData, merged: SessionRecord | None = None) -> SessionData:
    """Add the room's last comparable sessions that are archived.

    `merged` is the record of the merged session that contains this session. Its other parts are not earlier sessions,
    even if their records do not have its id yet. If Kaltura stops answering, the finding INCOMPLETE is added.
    """
    try:
        listed = earlier_sessions(services.kaltura, data.session, MOST_CANDIDATES)
    except RetryLater as error:
        listed = NotKnown(str(error), is_temporary=True)
    if isinstance(listed, NotKnown):
        findings = dict.fromkeys([*data.findings, *([INCOMPLETE] if listed.is_temporary else ())])
        return replace(data, earlier_unknown=listed.reason, findings=list(findings))
    own = {part.cue_point_id for part in merged.parts} if merged else set(data.session.cue_point_ids)
    start = min(merged.start, data.session.start) if merged else data.session.start
    candidates = _without_continuations(services, _candidates(services, listed, own), start)
    return add_comparable_sessions(services, data, candidates)


def add_comparable_sessions(services: Services, data: SessionData, sessions: Iterable[Candidate]) -> SessionData:
    """Add the first five comparable ones of `sessions`, which are in order, latest first."""
    rule = _Rule(data, services.settings.staff)
    possible = (session for session in sessions if rule.may_fit(session))
    archived = (pair for session in possible if (pair := _load(services, session)))
    fitting = (earlier for summary, earlier in archived if rule.fits(summary, earlier))
    return replace(data, earlier=list(islice(fitting, SESSIONS)))


def _candidates(services: Services, listed: Iterable[Session], own: AbstractSet[str]) -> Iterator[Candidate]:
    """Yield the listed sessions in their order, each merged session once, and no session with a part in `own`.

    Yield the ledger's record of a session if there is one, because it has the date of the session's folder.
    """
    seen: set[str] = set()
    for session in listed:
        record = services.ledger.session(session.cue_point_id)
        merged = services.ledger.session(record.merged_id) if record and record.merged_id else None
        candidate = merged or record or session
        parts = {part.cue_point_id for part in merged.parts} if merged else {session.cue_point_id}
        if not parts & own and candidate.cue_point_id not in seen:
            seen.add(candidate.cue_point_id)
            yield candidate


def _without_continuations(services: Services, sessions: Iterable[Candidate], start: datetime) -> Iterator[Candidate]:
    """Skip earlier blocks of the same session: an interrupted session of more than 50 parts is split into blocks."""
    gap = timedelta(minutes=services.settings.interruption_minutes)
    for session in sessions:
        if isinstance(session, SessionRecord) and len(session.parts) >= MOST_PARTS and start - session.end < gap:
            start = session.start
        else:
            yield session


class _Rule:
    def __init__(self, data: SessionData, staff: Sequence[str]) -> None:
        self._data, self._staff = data, staff
        self._minutes = minutes(attended_span(data))

    def may_fit(self, session: Candidate) -> bool:
        """Return whether a session may be long enough, from its start and end, without reading its files."""
        parts = session.parts or (Part(session.cue_point_id, session.start, session.end),)
        longest = sum(part.duration_minutes for part in parts)
        return not longest or self._minutes <= LONGEST_RATIO * longest + _SLACK

    def fits(self, summary: Summary, earlier: EarlierSession) -> bool:
        """Return whether the lengths are similar, and at least one earlier attendee was staff of neither session."""
        least, most = sorted((earlier.minutes, self._minutes))
        if most > LONGEST_RATIO * least + _SLACK:
            return False
        hosts = (summary.session.host_user_id, summary.host.user_id if summary.host else "")
        return not earlier.people.keys() <= staff_of(replace(self._data, earlier=[earlier]), (), self._staff, *hosts)


def _load(services: Services, session: Candidate) -> tuple[Summary, EarlierSession] | None:
    """Load an earlier session from the archive; None if it is not archived or cannot be read."""
    body = services.archive.read(report_key(session.start, session.cue_point_id, "summary.json"))
    if body is None:
        return None
    try:
        summary = from_json(body)
    except BadRequest:  # the file is damaged, or another version of Debrief wrote it
        return None
    values = {
        key: summary.metrics[key].value for key in (*HEADLINE, *SHARE_OF.values(), _ATTENDED) if key in summary.metrics
    }
    figures = {key: float(value) for key, value in values.items() if isinstance(value, int | float)}
    attended = figures.pop(_ATTENDED, summary.session.duration_minutes)
    people = _people(services, summary.session)
    return summary, EarlierSession(session.cue_point_id, session.start, figures, people, attended)


def _people(services: Services, session: Session) -> dict[str, Person]:
    """Return the attendees by user id, without erased people; of several names for an id, the last by alphabet.

    Return nothing if the list is damaged, was written by another version, or is being written: `session` is an earlier
    one, and the report that is compared with it must not wait for the list.
    """
    try:
        manifest = manifest_of(services, session.start, session.cue_point_id)
        tables = machine_tables(services, session.parts, manifest) if manifest else ()
        pairs = (pair for table in tables for pair in rows_of(AttendeeRow, table))
        rows = [row for row, cells in pairs if is_in_session(row, cells) or cells["breakout_minutes"]]
    except (BadRequest, NotReady, ReportChanged):
        return {}
    stones = known_tombstones(services)
    people = sorted((row.user_id, row.user_name, row.user_email) for row in rows if is_identified(row.user_id))
    return {user_id: Person(user_id, name, email) for user_id, name, email in people if not stones.has(user_id, email)}
