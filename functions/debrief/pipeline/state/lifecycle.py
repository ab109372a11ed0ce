"""The life cycle of a session's record: pure functions that compute the next record.

    waiting ──▶ exported ──▶ final    exported: the report is provisional; final: its last check is over
       │  ▲         │
       │  └─────────┘  from any state: the session continues, or Kaltura moves its start or end
       ├──▶ skipped    the session is excluded, by filters in most cases. Before the first export begins, the filters
       │               are applied in every run; after that, only at each check
       └──▶ failed     the export failed, and is repeated every hour for a week; or Kaltura has not closed the session
                       for a day, and there is no export until Kaltura closes it

All periods are here or in the settings; docs/decisions.md gives the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import SessionRecord, SessionState
from debrief.pipeline.state.check_schedule import first_export, next_check
from debrief.pipeline.state.filters import why_skipped

if TYPE_CHECKING:
    from debrief.model import Part, Session, SessionData
    from debrief.orders import ExportOrder
    from debrief.pipeline.state.revisions import Revision
    from debrief.settings import Settings

ORDER_AGAIN_AFTER = timedelta(hours=2)  # if an ordered export is not done after this time, it is ordered again
OVERDUE_AFTER = timedelta(hours=3)  # from the first check to the alarm; by then every report should exist
# A lasting failure is reported daily until this long after the session's end. A failure that begins later is reported
# once.
REPORT_FAILURES_FOR = timedelta(days=8)
OPEN_FOR = timedelta(hours=24)  # a session that is open for longer has failed, and its event does not wait for it
DECIDE_AGAIN_AFTER = timedelta(minutes=15)  # until Kaltura is asked again for something that a first report needs
RETRY_FAILED_AFTER = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=7)  # counted from the session's end, or from its first failure if that is later
FIRST_EXPORT_WAIT = timedelta(hours=1)  # how long a first export waits for missing sections after its first order
EVENT_CHECK_INTERVAL = timedelta(hours=1)  # shortest interval between checks of an event whose report waits
# Captions of a recording come late. If they are missing at the last check, Debrief looks once more at this time after
# the session's end. The report is final all the same, and nothing waits for this look.
LATE_LOOK = timedelta(days=3)
RETRY_EVENT_AFTER = timedelta(hours=6)  # if an event's report leaves out a session because its files are damaged
# An event's report leaves out a session that ended more than 60 days before the event's last session. An event that
# still waits 60 days after its last session is skipped.
EVENT_SPAN = timedelta(days=60)

# Reasons. Stored records are compared with some of them, so changed texts do not match ledgers of earlier versions.
STILL_OPEN = "The session is still open."
NEVER_CLOSED = "Kaltura has called the session open for more than a day, so there is no report of it."
FIGURES_SETTLE = "The report waits until Kaltura's figures are stable."
NO_FIGURES = "Kaltura has no figures yet; perhaps nobody came."
EVENT_UNKNOWN = "Kaltura cannot say now which virtual event the session belongs to; rules or filters need this."
ORGANIZERS_UNKNOWN = "Kaltura cannot name an organizer of the session now; the report waits for this."
OWNER_UNKNOWN = "Kaltura cannot name the owner of the virtual event now; the report waits for this."
UNDECIDED = "Another session of the room is close, and it is not known yet whether both are one meeting."
_PARTS_TOGETHER = "the session was interrupted, so its parts are reported together."  # as in ledgers of version 1.0
MERGED_SETTLES = f"The report waits until Kaltura's figures are stable; {_PARTS_TOGETHER}"
MERGED_UNMAILED = (
    "Its parts are reported together. No email is sent, because an export without emails merged the parts first."
)
PARTS_SEPARATE = "Its parts are reported separately."
EARLIER_REPORT_KEPT = "Kaltura stopped answering for a week, so the earlier report with all sections is kept."
SECTIONS_MISSING = (
    "Kaltura stopped answering for a week, so the report lacks sections; export the session again once it answers."
)
PLAN_UNKNOWN = "Kaltura cannot say now whether more of the event is planned; the report waits for this."
SESSIONS_LEFT = "A session of the event is not final yet."
NEVER_OVER = "Nothing happened in this event for 60 days, and Kaltura never said that it is over."

_UNDECIDED = frozenset({UNDECIDED, EVENT_UNKNOWN, ORGANIZERS_UNKNOWN})
_MOST_REVISIONS = 10  # the record has the figures of this many revisions


def follow_listing(
    session: Session, record: SessionRecord | None, settings: Settings, parts: tuple[Part, ...] = ()
) -> SessionRecord:
    """Update a record from Kaltura's list; `parts` are the possible parts of an interrupted session.

    Once an export has begun, only the next export changes the start, because the start is part of the files' keys.
    """
    if record is None:
        record = SessionRecord(session.cue_point_id, session.entry_id, session.start, session.end)
    is_moved = record.begun and record.start != session.start and not (record.asked or record.reason)
    is_changed = record.end != session.end or is_moved
    record = replace(
        record,
        start=record.start if record.begun else session.start,
        end=session.end,
        entry_name=record.entry_name or session.entry_name,
        parent_entry_id=session.parent_entry_id,
    )
    if session.is_open:
        has_failed = record.reason == NEVER_CLOSED and not is_changed
        return record if has_failed else replace(record, state="waiting", reason=STILL_OPEN, due=None, asked=None)
    reason = why_skipped(replace(session, entry_name=record.entry_name, parts=parts), settings)
    if reason and record.revision == 0 and not record.merged_id:
        return replace(record, state="skipped", reason=reason, due=None, asked=None)
    # If an export was postponed (`postpone`), `due` is already set. If an export skipped a session, only the session's
    # next check decides again.
    may_reschedule = record.state == "waiting" and record.asked is None and record.reason not in _UNDECIDED
    was_filtered = record.state == "skipped" and not record.begun
    if is_changed or record.reason == NEVER_CLOSED or may_reschedule or was_filtered:
        reason = FIGURES_SETTLE if session.has_figures else NO_FIGURES
        return replace(record, state="waiting", reason=reason, due=first_export(session, settings), asked=None)
    return record


def fail_if_never_closed(record: SessionRecord, now: datetime) -> SessionRecord:
    """Fail a session that Kaltura never closes, so that the admin is informed and its event does not wait."""
    if record.reason != STILL_OPEN or now < record.start + OPEN_FOR:
        return record
    return replace(record, state="failed", reason=NEVER_CLOSED, due=None, asked=None)


def is_abandoned(session: Session, now: datetime) -> bool:
    """Return whether a session has been open for so long that nothing waits for its end."""
    return session.is_open and now >= session.start + OPEN_FOR


def is_due(record: SessionRecord, now: datetime) -> bool:
    """Return whether an export must be ordered now."""
    if record.due is None or record.due > now:
        return False
    return record.asked is None or record.asked <= now - ORDER_AGAIN_AFTER


def order_export(record: SessionRecord, now: datetime) -> SessionRecord:
    """Record an order. `due` keeps the time of the first order, from which FIRST_EXPORT_WAIT is counted."""
    return replace(record, asked=now, due=record.due if record.asked or is_late_look(record) else now)


def is_late_look(record: SessionRecord) -> bool:
    """Return whether the next export only looks for late captions. It sends no email, and its failure is no problem."""
    return record.state == "final" and record.due == record.end + LATE_LOOK


def is_stale(record: SessionRecord, order: ExportOrder) -> bool:
    """Return whether an order is outdated: the session continued after the order, so another order will follow."""
    is_unordered = record.version > 0 and record.state == "waiting" and record.asked is None
    is_shorter = order.end < record.end or (record.kind == "joint" and len(order.parts) < len(record.parts))
    return is_unordered and (is_shorter or record.reason == STILL_OPEN)


def must_not_be_emailed(record: SessionRecord, since: datetime) -> bool:
    """Return whether a merged session that ended before `since` gets no email.

    This is so if an export with --no-mail created its record, and was killed before it exported the session. If a
    scheduled run created the record, the session is emailed however old it is.
    """
    is_waiting = record.kind == "joint" and not record.begun
    return is_waiting and record.end < since and not record.reason.endswith(_PARTS_TOGETHER)


def postpone(record: SessionRecord, reason: str, now: datetime) -> SessionRecord:
    """Postpone a first export because Kaltura cannot answer something that the export needs."""
    return replace(record, state="waiting", reason=reason, due=now + DECIDE_AGAIN_AFTER, asked=None)


def skip(record: SessionRecord, reason: str, now: datetime, settings: Settings) -> SessionRecord:
    """Skip a session until the next check: late figures may change the decision."""
    return replace(record, state="skipped", reason=reason, due=next_check(record.end, now, settings), asked=None)


def keep_documents(record: SessionRecord, now: datetime, settings: Settings) -> SessionRecord:
    """Keep the archived documents, and repeat the export soon: new documents would lack sections."""
    if is_late_look(record):
        return replace(record, due=None, asked=None)
    due = next_due(record, now, settings, lacks_sections=True)
    return replace(record, reason=record.reason if due else EARLIER_REPORT_KEPT, due=due, asked=None)


def may_wait_for_kaltura(record: SessionRecord, now: datetime) -> bool:
    """Return whether exports still wait for missing answers: until a week after the session's end."""
    return now < record.end + GIVE_UP_AFTER


def record_export(
    record: SessionRecord,
    data: SessionData,
    revision: Revision,
    figures: Mapping[str, float],
    now: datetime,
    settings: Settings,
    *,
    lacks_sections: bool,
) -> SessionRecord:
    """Record a revision and its figures; later figures are compared with these to decide about another email.

    `now` is the time when the export began. The caller used it to choose between provisional and final.
    """
    number, session = revision.number, data.session
    history = {**record.history, number: record.history.get(number) or figures}
    was_reported = record.revision > 0
    record = replace(record, start=session.start, end=session.end)
    may_come = data.transcript is not None and data.transcript.may_come
    due = next_due(record, now, settings, lacks_sections=lacks_sections, captions_may_come=may_come)
    return replace(
        record,
        entry_name=session.entry_name,
        state="final" if revision.state == "final" else "exported",
        reason=SECTIONS_MISSING if lacks_sections and was_reported and due is None else "",
        revision=number,
        content_hash=revision.content_hash,
        due=due,
        asked=None,
        begun=True,
        host_user_id=session.host_user_id,
        host_name=data.host.name if data.host else "",
        history=dict(sorted(history.items())[-_MOST_REVISIONS:]),
    )


def next_due(
    record: SessionRecord,
    now: datetime,
    settings: Settings,
    *,
    lacks_sections: bool,
    captions_may_come: bool = False,
) -> datetime | None:
    """Return the next check. If sections are missing, it is within an hour, until a week after the session's end.

    After the last check there is one late look for captions, if they may still come.
    """
    check = next_check(record.end, now, settings)
    if check is None and captions_may_come and not lacks_sections and now < record.end + LATE_LOOK:
        return record.end + LATE_LOOK
    if not (lacks_sections and may_wait_for_kaltura(record, now)):
        return check
    return min(check, now + RETRY_FAILED_AFTER) if check else now + RETRY_FAILED_AFTER


def record_failure(record: SessionRecord, reason: str, now: datetime, first: datetime) -> SessionRecord:
    """Record a failure, and retry every hour for a week after the session's end or its `first` failure, if later.

    A session with documents keeps its state; `reason` says what failed at the last check.
    """
    if is_late_look(record):
        return replace(record, due=None, asked=None)
    due = now + RETRY_FAILED_AFTER if now < max(record.end, first) + GIVE_UP_AFTER else None
    state: SessionState = record.state if record.revision else "failed"
    return replace(record, state=state, reason=reason, due=due, asked=None)


def needs_operator(record: SessionRecord) -> bool:
    """Return whether the operator must be informed: the last export failed, or the report stays incomplete."""
    return record.state == "failed" or (record.revision > 0 and bool(record.reason) and record.state != "waiting")


def is_settled(record: SessionRecord) -> bool:
    """Return whether no further export is planned, so that an event need not wait for the session.

    An export that failed, or whose final report lacks sections, is repeated for at most a week.
    """
    return (record.due is None or is_late_look(record)) and record.state != "waiting"


def is_overdue(record: SessionRecord, now: datetime, settings: Settings) -> bool:
    """Return whether the alarm reports this session as late; sessions older than REPORT_FAILURES_FOR are left out."""
    alarm = max(timedelta(minutes=settings.settle_minutes), timedelta(hours=min(settings.check_hours))) + OVERDUE_AFTER
    is_ended = record.kind != "event" and record.end > record.start
    is_missing = record.revision == 0 and record.reason != UNDECIDED
    return is_ended and is_missing and record.end + alarm < now < record.end + REPORT_FAILURES_FOR


def follow_event_sessions(event: SessionRecord, sessions: Sequence[SessionRecord], settings: Settings) -> SessionRecord:
    """Update a virtual event from its sessions' records. If a session is new or moved, the event waits again."""
    end = max(event.end, *(session.end for session in sessions))
    covered = {part.cue_point_id: (part.start, part.end) for part in event.parts}
    is_new = any(item.revision and not {item.cue_point_id, item.merged_id} & covered.keys() for item in sessions)
    is_moved = any(
        covered.get(item.cue_point_id, (item.start, item.end)) != (item.start, item.end) for item in sessions
    )
    if event.version and end == event.end and not (event.state == "final" and (is_new or is_moved)):
        return event
    due = end + timedelta(hours=max(settings.check_hours))
    return replace(event, end=end, state="waiting", reason=SESSIONS_LEFT, due=due, asked=None)


def postpone_event(event: SessionRecord, reason: str, due: datetime, now: datetime) -> SessionRecord:
    """Postpone an event's report, or skip it when nothing has happened in the event for 60 days."""
    if now - event.end > EVENT_SPAN:
        return replace(event, state="skipped", reason=NEVER_OVER, due=None)
    return replace(event, reason=reason, due=due, asked=None)


def next_event_check(event: SessionRecord, now: datetime) -> datetime:
    """Return the next check: now, plus one hour for each day since the event's end, at least one hour."""
    return now + max(EVENT_CHECK_INTERVAL, (now - event.end) / 24)
