"""Compose the content of the admin's emails: the daily summary, and one problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from debrief.delivery.ledger.ledger import Delivery
from debrief.delivery.ledger.suppressions import ended_block
from debrief.documents.mail.notice import Notice, words_of
from debrief.pipeline.mailing.admin_schedule import digest_of, problems
from debrief.pipeline.services import Services
from debrief.pipeline.state.reconciliations import FAILED, last_reconciliation
from debrief.pipeline.state.session_status import STATUSES, SessionStatus, session_status

MOST_ROWS = 100
_HEAD = ("Session", "Room", "Status", "Reason")


def notice_of(services: Services, delivery: Delivery, most_rows: int = MOST_ROWS) -> Notice:
    """Return the content of one of the admin's emails, from the present ledger."""
    if delivery.occasion.startswith("daily-"):
        return _daily(services, date.fromisoformat(delivery.occasion.removeprefix("daily-")), most_rows)
    return _problem(services, delivery.occasion.rpartition("-")[2])


def _daily(services: Services, day: date, most_rows: int) -> Notice:
    """Return the summary of the sessions that ended in the 24 hours before this day's summary was due.

    On the two days of a clock change it covers 23 or 25 hours.
    """
    hour = time(services.settings.daily_hour)
    first, last = (datetime.combine(each, hour, services.settings.zone) for each in (day - timedelta(days=1), day))
    found = [session_status(services.ledger, record) for record in services.ledger.sessions(first, last)]
    found = [status for status in found if not status.record.merged_id]
    found = [status for status in found if status.record.kind != "event" or status.has_failed]
    counts = Counter(status.word for status in found)
    subject, lead = words_of(
        "daily",
        day=day,
        sessions=_session_count(found),
        failed=counts["failed"],
        counts=", ".join(f"{counts[word]} {word}" for word in STATUSES if counts[word]),
        span=f"between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M} ({services.settings.timezone})",
    )
    listed = sorted(found, key=lambda status: (-STATUSES.index(status.word), status.record.end))
    notes = (_last_reconciliation(services), *_note_if_cut(listed, most_rows))
    return Notice(subject, lead, _HEAD, _rows(listed, most_rows), notes)


def _problem(services: Services, digest: str) -> Notice:
    """Return one problem and its sessions, or a notice that the problem has ended, with the reason if it is known."""
    problem = problems(services).get(digest)
    if problem is None:
        # An email about a block of all emails is composed after another email has ended the block.
        block = ended_block(services.ledger)
        cause = block.detail if block and digest_of(block.detail) == digest else ""
        return Notice(*words_of("problem_ended", cause=cause))
    cause, sessions = problem.reason, problem.sessions
    failed = services.ledger.note("compared", FAILED)
    subject, lead = words_of(
        "problem",
        cause=cause,
        sessions=_session_count(sessions) if sessions else "",
        is_reconciliation=bool(failed and failed.detail == cause),
    )
    notes = ("You get at most one email a day about this cause.", *_note_if_cut(sessions))
    return Notice(subject, lead, _HEAD if sessions else (), _rows(sessions), notes)


def _rows(found: list[SessionStatus], most: int = MOST_ROWS) -> list[tuple[str, ...]]:
    shown = found[:most]
    return [(status.record.cue_point_id, status.record.entry_name, status.word, status.reason) for status in shown]


def _session_count(found: list[SessionStatus]) -> str:
    return "1 session" if len(found) == 1 else f"{len(found)} sessions"


def _note_if_cut(found: list[SessionStatus], most: int = MOST_ROWS) -> Iterable[str]:
    if len(found) > most:
        yield f"The table shows {most} of {len(found)} sessions; `debrief status` lists all."


def _last_reconciliation(services: Services) -> str:
    last = last_reconciliation(services)
    if last is None:
        return "Kaltura and the ledger have not been compared yet."
    at = last.astimezone(services.settings.zone)
    return f"Kaltura and the ledger were last compared on {at:%Y-%m-%d} at {at:%H:%M} ({services.settings.timezone})."
