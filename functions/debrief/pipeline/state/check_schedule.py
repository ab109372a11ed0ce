"""Compute when a session is exported and checked, and when its figures are final. Pure functions of times.

Kaltura aggregates hourly and does not say when figures are complete, so the first export is provisional and checks
follow.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debrief.model import Session, State
    from debrief.settings import Settings


def first_export(session: Session, settings: Settings) -> datetime:
    """Return when an ended session is first exported.

    A session without figures waits for the first check: either nobody came or Kaltura is late, and the report
    must not confuse the two.
    """
    # A session that starts more than `interruption_minutes` after this end is no part of the same interrupted session.
    minutes = max(settings.settle_minutes, settings.interruption_minutes)
    settled = session.end + timedelta(minutes=minutes)
    if session.has_figures:
        return settled
    return max(settled, session.end + timedelta(hours=min(settings.check_hours)))


def next_check(end: datetime, now: datetime, settings: Settings) -> datetime | None:
    """Return the first check after `now`; None after the last check."""
    checks = (end + timedelta(hours=hours) for hours in settings.check_hours)
    return next((check for check in checks if check > now), None)


def last_check(end: datetime, settings: Settings) -> datetime:
    """Return the check after which the figures are final."""
    return end + timedelta(hours=max(settings.check_hours))


def state_at(end: datetime, now: datetime, settings: Settings) -> State:
    """Return `final` after the last check, else `provisional`."""
    return "provisional" if next_check(end, now, settings) else "final"


def check_minutes(end: datetime, now: datetime, settings: Settings) -> float | None:
    """Return the last settling time or check until `now`, in minutes after the end; None before the first.

    Documents print this time, not the actual time of the export, so that the same figures give the same document.
    """
    elapsed = (now - end).total_seconds() / 60
    times = (settings.settle_minutes, *(hours * 60 for hours in settings.check_hours))
    return max((minutes for minutes in times if minutes <= elapsed), default=None)
