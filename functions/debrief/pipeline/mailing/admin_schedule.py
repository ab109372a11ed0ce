"""Decide which emails the admin gets: one daily summary, and each problem at most once a day."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from debrief.delivery.ledger.ledger import ADMIN, Delivery, Note, SessionRecord
from debrief.delivery.ledger.suppressions import mail_block
from debrief.delivery.mail.addresses import is_one_of, recipient_id
from debrief.pipeline.state.reconciliations import FAILED, SUCCEEDED, last_reconciliation
from debrief.pipeline.state.session_records import delivery_order_of
from debrief.pipeline.state.session_status import SessionStatus, session_status

if TYPE_CHECKING:
    from debrief.orders import DeliveryOrder
    from debrief.pipeline.services import Services

INDEX = "index"
DAILY: Final = "daily"
_WHY = "You are named as the admin of this Debrief installation."
_REPORT_FOR = timedelta(days=1)  # how long a failure that happened once is still reported
_DAY = timedelta(days=1)
_MOST_SUMMARIES = 7  # daily summaries that one run sends at most
_NAMES = re.compile(r"[\w.:-]*\d[\w.:-]*")  # ids and numbers; they may differ between two reasons with the same cause


def due_notices(services: Services) -> list[DeliveryOrder]:
    """Write the deliveries of the admin's emails that are due. Returns the orders to send them."""
    if not services.settings.admin_to:
        return []
    now = services.clock()
    today = now.astimezone(services.settings.zone)
    days = {name: (cause.at or now).astimezone(services.settings.zone) for name, cause in failures(services).items()}
    waiting = _waiting_problems(services)
    due_days = _days_without_summary(services, today)
    orders = []
    for address in services.settings.admin_to:
        for name, day in days.items():
            if (recipient_id(address), name) not in waiting:
                orders += _add(services, address, f"problem-{day:%Y-%m-%d}-{name}", now)
        for summary_day in due_days:
            orders += _add(services, address, f"daily-{summary_day}", now)
    if due_days:
        services.ledger.put_note(Note(DAILY, SUCCEEDED, now, due_days[-1].isoformat()))
    return orders


def _waiting_problems(services: Services) -> set[tuple[str, str]]:
    """Return the recipient id and the problem of each unsent email about a problem: a second one would say the same."""
    return {
        (one.recipient_id, one.occasion.rpartition("-")[2])
        for one in services.ledger.open_deliveries()
        if one.cue_point_id == ADMIN and one.occasion.startswith("problem-")
    }


def _days_without_summary(services: Services, today: datetime) -> list[date]:
    """Return the days whose daily summary is due: today, and every day since the last summary, a week at most.

    So the next run makes up for days without a scheduled run.
    """
    newest = today.date() if today.hour >= services.settings.daily_hour else today.date() - _DAY
    last = services.ledger.note(DAILY, SUCCEEDED)
    if last is None:
        return [newest] if newest == today.date() else []
    missing = min((newest - date.fromisoformat(last.detail)).days, _MOST_SUMMARIES)
    return [newest - _DAY * back for back in reversed(range(missing))]


def index_mail(services: Services, recipient: str) -> list[DeliveryOrder]:
    """Write the delivery of a link to the index to the admin with that recipient id, once a day. Returns its order.

    The link is sent only to an admin's address in the settings, never to another address in the request.
    """
    now = services.clock()
    admins = [one for one in services.settings.admin_to if is_one_of(recipient, [one])]
    return _add(services, admins[0], f"{INDEX}-{now:%Y-%m-%d}", now) if admins else []


def leads_to_index(delivery: Delivery) -> bool:
    """Return whether an admin email has a link to the index: the daily summary and a requested link, not a problem."""
    return delivery.occasion.partition("-")[0] in {"daily", INDEX}


def _add(services: Services, address: str, occasion: str, now: datetime) -> list[DeliveryOrder]:
    """Add a delivery. Returns its order; nothing if it was added before."""
    delivery = Delivery(ADMIN, 1, recipient_id(address), address, _WHY, at=now, occasion=occasion)
    return [delivery_order_of(delivery)] if services.ledger.add_delivery(delivery) else []


@dataclass
class Cause:
    """A problem and its sessions. `at` is when it happened; None while it lasts: then an email is sent each day."""

    reason: str
    sessions: list[SessionStatus] = field(default_factory=list)
    at: datetime | None = None


def failures(services: Services) -> dict[str, Cause]:
    """Return the present problems by the digest of their reason."""
    causes: dict[str, Cause] = {}
    for record, at in _failed_sessions(services):
        one = session_status(services.ledger, record)
        if one.has_failed:
            cause = causes.setdefault(_digest(one.reason), Cause(one.reason, at=at))
            cause.sessions.append(one)
            cause.at = max(at, cause.at) if at and cause.at else None
    failed, last = services.ledger.note("compared", FAILED), last_reconciliation(services)
    if failed and (last is None or failed.at > last):
        causes.setdefault(_digest(failed.detail), Cause(failed.detail)).at = None
    if block := mail_block(services.ledger):  # one email, sent when the block has ended
        causes.setdefault(_digest(block.detail), Cause(block.detail)).at = block.at
    else:
        for reason, sessions in _waiting_for_operator(services).items():
            cause = causes.setdefault(_digest(reason), Cause(reason))
            cause.sessions.extend(sessions)
            cause.at = None
    return causes


def _waiting_for_operator(services: Services) -> dict[str, list[SessionStatus]]:
    """Return the reasons why emails wait until an operator acts, each with its sessions.

    Leave out emails that are sent again without attachments.
    """
    waiting: dict[str, dict[str, None]] = {}
    for one in services.ledger.open_deliveries():
        if one.state == "pending" and one.reason and not one.without_files:
            waiting.setdefault(one.reason, {})[one.cue_point_id] = None
    return {
        reason: [session_status(services.ledger, record) for name in names if (record := services.ledger.session(name))]
        for reason, names in waiting.items()
    }


def _failed_sessions(services: Services) -> list[tuple[SessionRecord, datetime | None]]:
    """Return sessions whose export or email failed lately, with the time; None while the failure lasts.

    They are found without reading all other sessions.
    """
    from debrief.pipeline.state.lifecycle import REPORT_FAILURES_FOR

    now = services.clock()
    since = now - REPORT_FAILURES_FOR
    unfinished = (one for one in services.ledger.unfinished() if one.end >= since)
    ongoing = {one.cue_point_id: one for one in unfinished if one.state == "failed" or (one.revision and one.reason)}
    last_failures: dict[str, datetime] = {}
    for note in services.ledger.notes("trouble"):
        cue_point_id = note.subject.rpartition("/")[0]
        if note.at >= now - _REPORT_FOR and cue_point_id not in ongoing:
            last_failures[cue_point_id] = max(note.at, last_failures.get(cue_point_id, note.at))
    past = [(one, at) for name, at in last_failures.items() if (one := services.ledger.session(name))]
    return [*((one, None) for one in ongoing.values()), *past]


def _digest(cause: str) -> str:
    return hashlib.sha256(_NAMES.sub("#", cause).encode()).hexdigest()[:8]
