"""Move an account to another time, usually by whole days, so that clock times stay the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from kaltura_standin.account import Account, Attendance, Entry, Run

_DAY = timedelta(days=1)


def shifted(account: Account, now: datetime, step: timedelta = _DAY) -> Account:
    """Return the account with `now` as its clock. Its sessions are up to one step older than at its own clock."""
    if account.now is None:
        raise ValueError("the account has no clock")
    seconds = (now - account.now) // step * int(step.total_seconds())
    rooms = (replace(room, runs=tuple(_run(run, seconds) for run in room.runs)) for room in account.rooms)
    events = (replace(event, start=event.start + seconds, end=event.end + seconds) for event in account.schedule)
    return replace(
        account,
        now=now,
        rooms=tuple(rooms),
        entries=tuple(_entry(entry, seconds) for entry in account.entries),
        schedule=tuple(events),
    )


def _run(run: Run, seconds: int) -> Run:
    return replace(
        run,
        start=run.start + seconds,
        end=run.end + seconds,
        attendances=_attendances(run.attendances, seconds),
        acts=tuple(act._replace(at=act.at + seconds) for act in run.acts),
    )


def _entry(entry: Entry, seconds: int) -> Entry:
    return replace(
        entry,
        created=entry.created + seconds,
        captions=tuple(replace(one, ready_at=one.ready_at and one.ready_at + seconds) for one in entry.captions),
        plays=tuple(replace(play, at=play.at + seconds) for play in entry.plays),
        audience=_attendances(entry.audience, seconds),
    )


def _attendances(people: Iterable[Attendance], seconds: int) -> tuple[Attendance, ...]:
    return tuple(
        replace(who, stays=tuple((since + seconds, until + seconds) for since, until in who.stays)) for who in people
    )
