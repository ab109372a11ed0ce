"""Decide which emails the admin gets: one daily summary, and each problem at most once a day."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from debrief.delivery.ledger.ledger import ADMIN, DIGEST, Delivery, Note, SessionRecord
from debrief.delivery.ledger.suppressions import mail_block
from debrief.delivery.mail.addresses import is_one_of, recipient_id
from debrief.pipeline.mailing.add_to_digests import due_of, may_have_daily
from debrief.pipeline.mailing.report_events import due_failures
from debrief.pipeline.state.reconciliations import FAILED, SUCCEEDED, last_reconciliation
from debrief.pipeline.state.session_records import delivery_order_of
from debrief.pipeline.state.session_status import SessionStatus, session_status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from debrief.delivery.ledger.ledger import DeliveryState
    from debrief.orders import DeliveryOrder
    from debrief.pipeline.services import Services
    from debrief.settings import Settings

INDEX = "index"
DAILY: Final = "daily"
TAKEN = "The daily summary is a section of the recipient's digest."
_WHY = "You are named as the admin of this Debrief installation."
_REPORT_FOR = timedelta(days=1)  # a refused email, or an email of unknown status, is reported for this time
_DAY = timedelta(days=1)
_MOST_SUMMARIES = 7  # the most daily summaries that one run sends
_IDS_AND_NUMBERS = re.compile(r"[\w.:-]*\d[\w.:-]*")  # reasons that differ only in these are one problem


def due_notices(services: Services) -> list[DeliveryOrder]:
    """Add to the ledger the admin emails and the events about failures that are due. Returns their orders."""
    failures = due_failures(services)
    return [*failures, *_due_admin_mails(services)] if services.settings.admin_to else failures


def _due_admin_mails(services: Services) -> list[DeliveryOrder]:
    now = services.clock()
    today = now.astimezone(services.settings.zone)
    found = problems(services).items()
    days = {digest: (problem.at or now).astimezone(services.settings.zone) for digest, problem in found}
    waiting = _waiting_problems(services) if days else set()
    due_days = _days_without_summary(services, today)
    orders = []
    for address in services.settings.admin_to:
        for digest, day in days.items():
            if (recipient_id(address), digest) not in waiting:
                orders += _add(services, address, f"problem-{day:%Y-%m-%d}-{digest}", now)
        for summary_day in due_days:
            orders += _add_daily(services, address, summary_day)
    if due_days:
        services.ledger.put_note(Note(DAILY, SUCCEEDED, now, due_days[-1].isoformat()))
    return orders


def _waiting_problems(services: Services) -> set[tuple[str, str]]:
    """Return recipient id and digest of each unsent email about a problem: a second email would say the same."""
    return {
        (mail.recipient_id, mail.occasion.rpartition("-")[2])
        for mail in services.ledger.open_deliveries()
        if mail.cue_point_id == ADMIN and mail.occasion.startswith("problem-")
    }


def _days_without_summary(services: Services, today: datetime) -> list[date]:
    """Return the days since the last daily summary, at most seven. Today counts only after the daily hour."""
    newest = today.date() if today.hour >= services.settings.daily_hour else today.date() - _DAY
    last = services.ledger.note(DAILY, SUCCEEDED)
    if last is None:
        return [newest] if newest == today.date() else []
    missing = min((newest - date.fromisoformat(last.detail)).days, _MOST_SUMMARIES)
    return [newest - _DAY * back for back in reversed(range(missing))]


def index_mail(services: Services, recipient: str) -> list[DeliveryOrder]:
    """Add an email with a link to the portal's list of sessions, once a day and only to an admin. Returns its order.

    `recipient` is the recipient id of an admin. The address is taken from the settings, never from a request.
    """
    now = services.clock()
    admins = [address for address in services.settings.admin_to if is_one_of(recipient, [address])]
    return _add(services, admins[0], f"{INDEX}-{now:%Y-%m-%d}", now) if admins else []


def leads_to_index(delivery: Delivery) -> bool:
    """Return whether an admin email has a link to the portal's list of sessions; an email about a problem has none."""
    return delivery.occasion.partition("-")[0] in {"daily", INDEX}


def daily_delivery(services: Services, address: str, day: date, *, is_taken: bool) -> Delivery:
    """Return the delivery of a daily summary; if it `is_taken`, a digest has the summary, and it is no email."""
    state: DeliveryState = "stopped" if is_taken else "pending"
    return Delivery(
        ADMIN,
        1,
        recipient_id(address),
        address,
        _WHY,
        state,
        TAKEN if is_taken else "",
        at=services.clock(),
        occasion=f"daily-{day}",
    )


def daily_due(settings: Settings, day: date) -> datetime:
    """Return when the summary of a day is due."""
    return datetime.combine(day, time(settings.daily_hour), settings.zone)


def _add_daily(services: Services, address: str, day: date) -> list[DeliveryOrder]:
    """Add a daily summary to the ledger. Returns its order, or nothing if it was added before, or a digest has it."""
    key, due = recipient_id(address), daily_due(services.settings, day)
    is_taken = any(
        mail.cue_point_id == DIGEST
        and mail.recipient_id == key
        and due_of(services.settings, mail) <= services.clock()
        and due_of(services.settings, mail).astimezone(due.tzinfo).date() == day
        and may_have_daily(services.ledger, mail)
        for mail in services.ledger.open_deliveries()
    )
    delivery = daily_delivery(services, address, day, is_taken=is_taken)
    return [delivery_order_of(delivery)] if services.ledger.add_delivery(delivery) and not is_taken else []


def _add(services: Services, address: str, occasion: str, now: datetime) -> list[DeliveryOrder]:
    """Add an email to the ledger. Returns its order, or nothing if it was added before."""
    delivery = Delivery(ADMIN, 1, recipient_id(address), address, _WHY, at=now, occasion=occasion)
    return [delivery_order_of(delivery)] if services.ledger.add_delivery(delivery) else []


@dataclass
class Problem:
    """A problem and its sessions.

    `at` is the time of a problem that is reported once. It is None for a problem that is reported each day, until it
    ends.
    """

    reason: str
    sessions: list[SessionStatus] = field(default_factory=list)
    at: datetime | None = None


def problems(services: Services) -> dict[str, Problem]:
    """Return the present problems by the digest of their reason."""
    found: dict[str, Problem] = {}
    recent = [note for note in services.ledger.notes("trouble") if note.at >= services.clock() - _REPORT_FOR]
    for note in recent:
        if note.subject.startswith(f"{DIGEST}/"):
            found.setdefault(digest_of(note.detail), Problem(note.detail, at=note.at))
    for record, at in _failed_sessions(services, recent):
        status = session_status(services.ledger, record)
        if status.has_failed:
            problem = found.setdefault(digest_of(status.reason), Problem(status.reason, at=at))
            problem.sessions.append(status)
            problem.at = max(at, problem.at) if at and problem.at else None
    failed, last = services.ledger.note("compared", FAILED), last_reconciliation(services)
    if failed and (last is None or failed.at > last):
        found.setdefault(digest_of(failed.detail), Problem(failed.detail)).at = None
    if block := mail_block(services.ledger):
        # `at` is the start of the block, so every day has the same occasion: one email, sent when the block has ended.
        found.setdefault(digest_of(block.detail), Problem(block.detail)).at = block.at
    else:
        for reason, sessions in _waiting_for_operator(services).items():
            problem = found.setdefault(digest_of(reason), Problem(reason))
            problem.sessions.extend(sessions)
            problem.at = None
    return found


def _waiting_for_operator(services: Services) -> dict[str, list[SessionStatus]]:
    """Return the reasons why emails wait until an operator acts, each with its sessions.

    An email that is sent again without attachments waits for nobody.
    """
    waiting: dict[str, dict[str, None]] = {}
    for mail in services.ledger.open_deliveries():
        if mail.state == "pending" and mail.reason and not mail.without_files:
            waiting.setdefault(mail.reason, {})[mail.cue_point_id] = None
    return {
        reason: [session_status(services.ledger, record) for name in names if (record := services.ledger.session(name))]
        for reason, names in waiting.items()
    }


def _failed_sessions(services: Services, recent: Iterable[Note]) -> list[tuple[SessionRecord, datetime | None]]:
    """Return sessions whose export or email failed, each with the time of the failure; None if the failure lasts.

    A lasting failure is reported for 8 days after the session's end, any other failure for one day. Sessions without a
    failure are not read.
    """
    from debrief.pipeline.state.lifecycle import REPORT_FAILURES_FOR

    now = services.clock()
    since = now - REPORT_FAILURES_FOR
    unfinished = (each for each in services.ledger.unfinished() if each.end >= since)
    lasting = {
        each.cue_point_id: each for each in unfinished if each.state == "failed" or (each.revision and each.reason)
    }
    last_failures: dict[str, datetime] = {}
    for note in recent:
        cue_point_id = note.subject.rpartition("/")[0]
        if cue_point_id not in lasting:
            last_failures[cue_point_id] = max(note.at, last_failures.get(cue_point_id, note.at))
    past = [(record, at) for name, at in last_failures.items() if (record := services.ledger.session(name))]
    return [*((record, None) for record in lasting.values()), *past]


def digest_of(reason: str) -> str:
    """Return the digest of a problem's reason, the same for reasons that differ only in ids and numbers."""
    return hashlib.sha256(_IDS_AND_NUMBERS.sub("#", reason).encode()).hexdigest()[:8]
