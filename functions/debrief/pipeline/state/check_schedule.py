"""When a session's figures are looked at, and from when on they are final. Pure: times in, times out.

Kaltura aggregates by the hour and never says that it is done, so the first export is provisional and checks follow.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from debrief.model import Session, State
from debrief.settings import Settings


def first_export(session: Session, settings: Settings) -> datetime:
    """When an ended session is due for the first time.

    One without figures waits for the first check: perhaps nobody came, perhaps Kaltura is late, and a report that
    says the former when it is the latter would be wrong.
    """
    minutes = max(settings.settle_minutes, settings.interruption_minutes)  # by then it is known whether it goes on
    settled = session.end + timedelta(minutes=minutes)
    if session.has_figures:
        return settled
    return max(settled, session.end + timedelta(hours=min(settings.check_hours)))


def next_check(end: datetime, now: datetime, settings: Settings) -> datetime | None:
    """The first check after now; None when the last one is past."""
    checks = (end + timedelta(hours=hours) for hours in settings.check_hours)
    return next((check for check in checks if check > now), None)


def state_at(end: datetime, now: datetime, settings: Settings) -> State:
    """Final when the last check is past."""
    return "provisional" if next_check(end, now, settings) else "final"


def check_minutes(end: datetime, now: datetime, settings: Settings) -> float | None:
    """Which of the set times after a session's end is reached, in minutes; None before the first.

    What is printed is the time that is set, not the one at which the export happened to run, so that the same figures
    give the same document.
    """
    elapsed = (now - end).total_seconds() / 60
    times = (settings.settle_minutes, *(hours * 60 for hours in settings.check_hours))
    return max((minutes for minutes in times if minutes <= elapsed), default=None)
