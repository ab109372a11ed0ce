"""What the admin's own mails say: the daily line, and one cause of failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from debrief.delivery.ledger.ledger import Delivery
from debrief.documents.mail.notice import Notice
from debrief.pipeline.mailing.admin_schedule import failures
from debrief.pipeline.services import Services
from debrief.pipeline.state.reconciliations import FAILED, last_reconciliation
from debrief.pipeline.state.session_status import WORDS, SessionStatus, session_status

_MOST_ROWS = 100


def notice_of(services: Services, delivery: Delivery) -> Notice:
    """The content of one of the admin's mails, as things stand now."""
    if delivery.occasion.startswith("daily-"):
        return _daily(services, date.fromisoformat(delivery.occasion.removeprefix("daily-")))
    return _problem(services, delivery.occasion.rpartition("-")[2])


def _daily(services: Services, day: date) -> Notice:
    """The sessions that ended in the 24 hours (23 or 25 on two days of the year) before the day's hour."""
    hour = time(services.settings.daily_hour)
    first, last = (datetime.combine(one, hour, services.settings.zone) for one in (day - timedelta(days=1), day))
    found = [session_status(services.ledger, record) for record in services.ledger.sessions(first, last)]
    found = [one for one in found if not one.record.joint and (one.record.kind != "event" or one.is_trouble)]
    counts = Counter(one.word for one in found)
    told = ", ".join(f"{counts[word]} {word}" for word in WORDS if counts[word])
    sessions = _counted(found)
    span = f"between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M} ({services.settings.timezone})"
    lead = f"{sessions} ended {span}: {told}." if found else f"No session ended {span}."
    listed = sorted(found, key=lambda one: (-WORDS.index(one.word), one.record.end))
    return Notice(
        subject=f"Debrief, {day:%Y-%m-%d}: {sessions}" + (f", {counts['failed']} failed" if counts["failed"] else ""),
        lead=lead,
        head=("Session", "Room", "Stands", "Why"),
        rows=_rows(listed),
        notes=(_compared(services), *_cut(listed)),
    )


def _problem(services: Services, digest: str) -> Notice:
    found = failures(services).get(digest)
    if found is None:
        return Notice("Debrief: a failure has passed", "A failure that was found a moment ago has passed by itself.")
    cause, concerned = found.reason, found.sessions
    sessions = f"{len(concerned)} sessions have" if len(concerned) > 1 else "1 session has"
    failed = services.ledger.mark("compared", FAILED)
    alone = "Kaltura and the ledger cannot be compared" if failed and failed.detail == cause else "Emails wait"
    return Notice(
        subject="Debrief: " + (f"a problem with {_counted(concerned)}" if concerned else "a problem"),
        lead=f"{sessions} this problem: {cause}" if concerned else f"{alone}: {cause}",
        head=("Session", "Room", "Stands", "Why") if concerned else (),
        rows=_rows(concerned),
        notes=("This cause is mailed once a day at most.", *_cut(concerned)),
    )


def _rows(found: list[SessionStatus]) -> list[tuple[str, ...]]:
    return [(one.record.cue_point_id, one.record.entry_name, one.word, one.reason) for one in found[:_MOST_ROWS]]


def _counted(found: list[SessionStatus]) -> str:
    return "1 session" if len(found) == 1 else f"{len(found)} sessions"


def _cut(found: list[SessionStatus]) -> Iterable[str]:
    if len(found) > _MOST_ROWS:
        yield f"The table shows {_MOST_ROWS} of {len(found)} sessions; `debrief status` lists all."


def _compared(services: Services) -> str:
    last = last_reconciliation(services)
    if last is None:
        return "Kaltura and the ledger were never compared."
    at = last.astimezone(services.settings.zone)
    return f"Kaltura and the ledger were last compared on {at:%Y-%m-%d} at {at:%H:%M} ({services.settings.timezone})."
