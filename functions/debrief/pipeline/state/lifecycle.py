"""The life of a session's record: every change of its state, pure. (record, what happened, now, settings) → record.

    waiting ──▶ exported ──▶ final          a report that is provisional until its last check
       │  ▲         │
       │  └─────────┘  the session goes on, or Kaltura moves its end
       ├──▶ skipped    the filters leave it out; judged again at each check
       └──▶ failed     the reason is recorded, tried again every hour for a week

Whoever changes a record reads the clock once and hands it in. The times of a record's life are all here or in settings;
docs/decisions.md says why.
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

# How long an export that was asked for is not asked for again. A second message would do no harm, only work.
ASK_AGAIN_AFTER = timedelta(hours=2)
OVERDUE_AFTER = timedelta(hours=3)  # after the first check, by which every session should have its report
HISTORY_AFTER = timedelta(days=8)  # what failed for longer is nobody's news any more
OPEN_FOR = timedelta(hours=24)  # a session that Kaltura calls open for longer holds nothing back, and is a failure
DECIDE_AGAIN_AFTER = timedelta(minutes=15)  # what a first export depends on and Kaltura could not tell
RETRY_FAILED_AFTER = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=7)  # since the session's end, or since it first failed after that
FIRST_WAITS = timedelta(hours=1)  # from when a first export was due, for sections that are missing
LOOK_AGAIN_AFTER = timedelta(hours=1)  # at an event that is not over; rarer the longer nothing happens
MENDED_AFTER = timedelta(hours=6)  # an event's report without a damaged session is tried again
SPAN = timedelta(days=60)  # from an event's first session to its last: what is older is not looked for

OPEN = "The session is still open."
NEVER_CLOSED = "Kaltura has called the session open for more than a day, so there is no report of it."
FRESH = "Kaltura's figures settle first."
NO_FIGURES = "Kaltura has no figures yet; perhaps nobody came."
EVENT_UNKNOWN = "Kaltura cannot tell now to which virtual event the session belongs; rules or filters need it."
ORGANIZERS_UNKNOWN = "Kaltura cannot tell now who an organizer of the session is; the report waits for that."
OWNER_UNKNOWN = "Kaltura cannot tell now who owns the virtual event; the report waits for that."
UNDECIDED = "Another session of the room is close, and it is not known yet whether both are one meeting."
JOINT_SETTLES = "Kaltura's figures settle first; the session was interrupted, so its parts are reported together."
JOINT_UNMAILED = "Its parts are reported together; they were found by an export that mails nobody."
EACH = "Its parts are reported one by one."
STAYS = "Kaltura stopped answering for a week, so the earlier report, which has all sections, stays."
LACKS = "Kaltura stopped answering for a week, so the report lacks sections; export the session again once it answers."
SESSIONS_LEFT = "A session of the event is not final yet."
NEVER_OVER = "Nothing happened in this event for 60 days, and Kaltura never said that it is over."

_UNDECIDED = frozenset({UNDECIDED, EVENT_UNKNOWN, ORGANIZERS_UNKNOWN})
_HISTORY = 10  # revisions whose figures are remembered


def listed(
    session: Session, record: SessionRecord | None, settings: Settings, parts: tuple[Part, ...] = ()
) -> SessionRecord:
    """Follow what Kaltura lists now: a session, perhaps as one of several parts.

    Once an export was begun its start stays, because the files are under it; the export of the new start moves both.
    """
    if record is None:
        record = SessionRecord(session.cue_point_id, session.entry_id, session.start, session.end)
    is_moved = record.begun and record.start != session.start and not (record.asked or record.reason)
    went_on = record.end != session.end or is_moved
    record = replace(
        record,
        start=record.start if record.begun else session.start,
        end=session.end,
        entry_name=record.entry_name or session.entry_name,
        parent_entry_id=session.parent_entry_id,
    )
    if session.is_open:
        is_told = record.reason == NEVER_CLOSED and not went_on
        return record if is_told else replace(record, state="waiting", reason=OPEN, due=None, asked=None)
    skipped = why_skipped(replace(session, entry_name=record.entry_name, parts=parts), settings)
    if skipped and record.revision == 0 and not record.joint:
        return replace(record, state="skipped", reason=skipped, due=None, asked=None)
    if went_on or record.reason == NEVER_CLOSED or _waits_unasked(record) or _was_filtered(record):
        reason = FRESH if session.has_figures else NO_FIGURES
        return replace(record, state="waiting", reason=reason, due=first_export(session, settings), asked=None)
    return record


def aged(record: SessionRecord, now: datetime) -> SessionRecord:
    """Give up a session that Kaltura never closes: somebody must hear of it, and its event must not wait."""
    if record.reason != OPEN or now < record.start + OPEN_FOR:
        return record
    return replace(record, state="failed", reason=NEVER_CLOSED, due=None, asked=None)


def is_abandoned(session: Session, now: datetime) -> bool:
    """Whether Kaltura has called a session open for so long that nobody waits for its end."""
    return session.is_open and now >= session.start + OPEN_FOR


def is_due(record: SessionRecord, now: datetime) -> bool:
    """Whether an export is to be asked for now."""
    if record.due is None or record.due > now:
        return False
    return record.asked is None or record.asked <= now - ASK_AGAIN_AFTER


def ask(record: SessionRecord, now: datetime) -> SessionRecord:
    """Note that an export is asked for. One asked for late is due now: its wait for missing sections begins here."""
    return replace(record, asked=now, due=record.due if record.asked else now)


def release(record: SessionRecord) -> SessionRecord:
    """Take back that an export was asked for: the message never left."""
    return replace(record, asked=None)


def is_stale(record: SessionRecord, order: ExportOrder) -> bool:
    """Whether an order is older than what the ledger knows: the session went on, so a later one will be made."""
    is_unasked = record.version > 0 and record.state == "waiting" and record.asked is None
    is_shorter = order.end < record.end or (record.kind == "joint" and len(order.parts) < len(record.parts))
    return is_unasked and (is_shorter or record.reason == OPEN)


def is_unmailed(record: SessionRecord, since: datetime) -> bool:
    """Whether a merged session is to be archived only: an export that mails nobody found it and was stopped.

    One that scheduled runs found is mailed however late it comes.
    """
    is_old = record.kind == "joint" and not record.begun and record.end < since
    return is_old and record.reason != JOINT_SETTLES


def undecided(record: SessionRecord, reason: str, now: datetime) -> SessionRecord:
    """Let a first export wait, for what Kaltura could not tell."""
    return replace(record, state="waiting", reason=reason, due=now + DECIDE_AGAIN_AFTER, asked=None)


def skipped(record: SessionRecord, reason: str, now: datetime, settings: Settings) -> SessionRecord:
    """Leave it out, until the next check: figures that come late may change the decision."""
    return replace(record, state="skipped", reason=reason, due=next_check(record.end, now, settings), asked=None)


def kept(record: SessionRecord, now: datetime, settings: Settings) -> SessionRecord:
    """Leave the documents as they are, because new ones would lack sections, and look again soon."""
    again = next_due(record, now, settings, has_gaps=True)
    return replace(record, reason=record.reason if again else STAYS, due=again, asked=None)


def may_be_filled(record: SessionRecord, now: datetime) -> bool:
    """Whether missing sections are worth another try: for a week after the session's end."""
    return now < record.end + GIVE_UP_AFTER


def exported(
    record: SessionRecord,
    data: SessionData,
    revision: Revision,
    figures: Mapping[str, float],
    now: datetime,
    settings: Settings,
    *,
    has_gaps: bool,
) -> SessionRecord:
    """Note documents: their revision, and the figures that mails compare with.

    `now` is the time by which the revision is provisional or final: an export that straddles the last check has it
    still to come.
    """
    number, session = revision.number, data.session
    history = {**record.history, number: record.history.get(number) or figures}
    was_reported = record.revision > 0
    record = replace(record, start=session.start, end=session.end)
    due = next_due(record, now, settings, has_gaps=has_gaps)
    return replace(
        record,
        entry_name=session.entry_name,
        state="final" if revision.state == "final" else "exported",
        reason=LACKS if has_gaps and was_reported and due is None else "",
        revision=number,
        content_hash=revision.content_hash,
        due=due,
        asked=None,
        begun=True,
        host_user_id=session.host_user_id,
        host_name=data.host.name if data.host else "",
        history=dict(sorted(history.items())[-_HISTORY:]),
    )


def next_due(record: SessionRecord, now: datetime, settings: Settings, *, has_gaps: bool) -> datetime | None:
    """Find the next check; soon, and for a week, when sections are missing because Kaltura stopped answering."""
    check = next_check(record.end, now, settings)
    if not (has_gaps and may_be_filled(record, now)):
        return check
    return min(check, now + RETRY_FAILED_AFTER) if check else now + RETRY_FAILED_AFTER


def failed(record: SessionRecord, reason: str, now: datetime, first: datetime) -> SessionRecord:
    """Note a failure, and try again every hour for a week since the session's end, or since its `first` failure.

    A session that has documents keeps its state; its reason says what failed at the last check.
    """
    due = now + RETRY_FAILED_AFTER if now < max(record.end, first) + GIVE_UP_AFTER else None
    state: SessionState = record.state if record.revision else "failed"
    return replace(record, state=state, reason=reason, due=due, asked=None)


def is_failing(record: SessionRecord) -> bool:
    """Whether its last export failed."""
    return record.state == "failed" or (record.revision > 0 and bool(record.reason) and record.state != "waiting")


def is_settled(record: SessionRecord) -> bool:
    """Whether nothing more will come of a session: final, skipped or failed for good."""
    return record.state == "final" or (record.due is None and record.state in {"exported", "skipped", "failed"})


def is_overdue(record: SessionRecord, now: datetime, settings: Settings) -> bool:
    """Whether a session should have a report by now and has none: what an alarm is for. A week later it is history."""
    deadline = max(timedelta(minutes=settings.settle_minutes), timedelta(hours=min(settings.check_hours)))
    is_ended = record.kind != "event" and record.end > record.start
    is_missing = record.revision == 0 and record.reason != UNDECIDED
    return is_ended and is_missing and record.end + deadline + OVERDUE_AFTER < now < record.end + HISTORY_AFTER


def event_seen(event: SessionRecord, found: Sequence[SessionRecord], settings: Settings) -> SessionRecord:
    """Follow the sessions of a virtual event that the ledger knows: a new or moved one makes it wait again."""
    last = max(one.end for one in found)
    after = replace(event, end=max(event.end, last))
    covered = {part.cue_point_id: (part.start, part.end) for part in event.parts}
    is_new = any(one.revision and not {one.cue_point_id, one.joint} & covered.keys() for one in found)
    is_moved = any(covered.get(one.cue_point_id, (one.start, one.end)) != (one.start, one.end) for one in found)
    if event.version and after.end == event.end and not (event.state == "final" and (is_new or is_moved)):
        return after
    due = after.end + timedelta(hours=max(settings.check_hours))
    return replace(after, state="waiting", reason=SESSIONS_LEFT, due=due, asked=None)


def event_waits(event: SessionRecord, reason: str, due: datetime, now: datetime) -> SessionRecord:
    """Let an event's report wait; not for ever, when nothing happens in the event any more."""
    if now - event.end > SPAN:
        return replace(event, state="skipped", reason=NEVER_OVER, due=None)
    return replace(event, reason=reason, due=due, asked=None)


def look_again(event: SessionRecord, now: datetime) -> datetime:
    """In an hour, and after days of silence in as many hours."""
    return now + max(LOOK_AGAIN_AFTER, (now - event.end) / 24)


def _waits_unasked(record: SessionRecord) -> bool:
    """Whether no export of it was asked for yet; one that was and could not decide has said when to look again."""
    return record.state == "waiting" and record.asked is None and record.reason not in _UNDECIDED


def _was_filtered(record: SessionRecord) -> bool:
    """Whether a comparison left it out; what an export decided stands until the next check."""
    return record.state == "skipped" and not record.begun
