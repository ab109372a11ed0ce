"""Decide which sessions of a room are parts of one interrupted session.

Closeness in time is not enough, because two hosts may use a room in turn. Sessions are parts if they belong to the same
event in Kaltura's schedule (not to be confused with a virtual event), or, without such an event, if they have the same
host and share people. Until this is decided, nothing is merged and nothing is emailed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeAlias

from debrief.errors import BadRequest, Forbidden
from debrief.kaltura.api.errors import QueryTooWide, ServerFailed
from debrief.kaltura.reports.reader import read_report
from debrief.kaltura.reports.room_reports import ATTENDEES
from debrief.kaltura.reports.window import Window
from debrief.kaltura.session_data.assembly import attendees_of_session
from debrief.kaltura.sessions.interruptions import group_around, is_close
from debrief.kaltura.sessions.organizers import roles_of
from debrief.kaltura.sessions.rooms import room_entry
from debrief.kaltura.sessions.schedule import covering_event, events_between, planned_end
from debrief.model import AttendeeRow, Organizer, Person, Session, SessionData
from debrief.persons import IdAndAddress, Persons, id_key
from debrief.pipeline.services import Services
from debrief.pipeline.session.staff import staff_of
from debrief.pipeline.state.check_schedule import first_export
from debrief.pipeline.state.lifecycle import OPEN_FOR, UNDECIDED
from debrief.util.values import is_identified

Decision: TypeAlias = bool | None  # whether two sessions are parts of one session; None: undecided


class Undecided(Exception):
    """A first export must wait; the message gives the reason."""


def sessions_to_merge(
    services: Services,
    session: Session,
    earlier_decision: Callable[[Session, Session], Decision] = lambda _one, _other: None,
    *,
    wait: bool = True,
) -> list[Session]:
    """Return the given session and all sessions to merge with it, by start.

    `earlier_decision` returns the decision about a pair that was already reported; this decision is final. Without
    `wait` an undecided session counts as separate. Raises Undecided, RetryLater or GiveUp.
    """
    gap = timedelta(minutes=services.settings.interruption_minutes)
    if not gap or session.parent_entry_id is not None:
        return [session]
    group = group_around(services.kaltura, session, gap)
    room = _Room(services, group, services.clock())
    to_visit = [each for each in group if each.cue_point_id == session.cue_point_id]
    parts = {session.cue_point_id}
    undecided = set()
    while to_visit:
        part = to_visit.pop()
        for other in group:
            if other.cue_point_id in parts or not _are_close(part, other, gap):
                continue
            must_merge = earlier_decision(part, other)
            must_merge = room.must_merge(part, other) if must_merge is None else must_merge
            if must_merge:
                parts.add(other.cue_point_id)
                to_visit.append(other)
            elif must_merge is None:
                undecided.add(other.cue_point_id)
    if wait and undecided - parts:
        raise Undecided(UNDECIDED)
    return [each for each in group if each.cue_point_id in parts]


def _are_close(one: Session, other: Session, gap: timedelta) -> bool:
    first, second = sorted((one, other), key=lambda session: session.start)
    return is_close(first.end, second, gap)


@dataclass(frozen=True)
class _Room:
    """A group of a room's sessions that are close to each other, with Kaltura's data, fetched when needed."""

    services: Services
    group: Sequence[Session]
    now: datetime
    _people: dict[str, frozenset[IdAndAddress]] = field(default_factory=dict, repr=False)
    _rows: dict[str, Sequence[AttendeeRow]] = field(default_factory=dict, repr=False)

    def must_merge(self, one: Session, other: Session) -> Decision:
        """Return whether to merge two sessions: None while undecided, False if Kaltura will never have the data."""
        try:
            decision = self._decide_open(one, other) if one.is_open or other.is_open else self._decide(one, other)
        except (Forbidden, BadRequest):
            return False
        except (ServerFailed, QueryTooWide):
            decision = None
        is_final = all(self.now >= self._complete_at(session) for session in (one, other))
        return False if decision is None and is_final else decision

    def _decide(self, one: Session, other: Session) -> Decision:
        events = [covering_event(session, self._events) for session in (one, other)]
        if any(events):
            first, second = ((event or {}).get("id") for event in events)
            return first is not None and first == second
        return _same_host(one, other) and self._share_people(one, other)

    def _decide_open(self, one: Session, other: Session) -> Decision:
        """Decide about a pair with an open session: False if the two can never be one session, else None."""
        ended, still_open = (one, other) if other.is_open else (other, one)
        event = covering_event(ended, self._events)
        if event is None:
            return None if _same_host(ended, still_open) else False
        end = planned_end(event)
        return None if end is None or end > still_open.start else False

    def _share_people(self, one: Session, other: Session) -> Decision:
        """Return whether enough people, without staff, attended both sessions.

        At least half of the people in the session with fewer people must have attended the other one, too.
        """
        if not (self._is_attendance_known(one) and self._is_attendance_known(other)):
            return None
        persons = Persons([*self._people_of(one), *self._people_of(other)])
        both = [{persons.key_of(user_id) for user_id, _ in self._people_of(session)} for session in (one, other)]
        smaller, larger = sorted(both, key=len)
        return bool(smaller) and 2 * len(smaller & larger) >= len(smaller)

    def _is_attendance_known(self, session: Session) -> bool:
        """Return whether the attendance is known: Kaltura's list of people may be late until the first check."""
        if self.now < first_export(session, self.services.settings):
            return False
        return bool(self._rows_of(session)) or self.now >= self._complete_at(session)

    def _complete_at(self, session: Session) -> datetime:
        """Return when Kaltura's data of a session counts as complete, even if it is empty."""
        if session.is_open:
            return session.start + OPEN_FOR
        return first_export(replace(session, has_figures=False), self.services.settings)

    def _people_of(self, session: Session) -> frozenset[IdAndAddress]:
        """Return the attendees without staff."""
        people = self._people.get(session.cue_point_id)
        if people is None:
            rows = self._rows_of(session)
            hosts = [each.host_user_id for each in self.group]
            organizers = [Organizer(Person(user_id), role) for user_id, role in roles_of(hosts, self._entry).items()]
            data = SessionData(session, organizers=organizers, attendees=rows)
            staff = staff_of(data, (), self.services.settings.staff)
            others = (row for row in rows if is_identified(row.user_id) and row.user_id not in staff)
            people = self._people[session.cue_point_id] = frozenset((row.user_id, row.user_email) for row in others)
        return people

    def _rows_of(self, session: Session) -> Sequence[AttendeeRow]:
        rows = self._rows.get(session.cue_point_id)
        if rows is None:
            window = Window.around(session.start, session.end)
            filters = {"entry_ids": [session.entry_id], "cue_point_ids": [session.cue_point_id]}
            reading = read_report(self.services.kaltura, ATTENDEES, window, filters)
            rows = self._rows[session.cue_point_id] = attendees_of_session(reading, session).rows
        return rows

    @cached_property
    def _entry(self) -> Mapping[str, Any]:
        """Return the room with its owner and co-hosts. Raises Forbidden if the room may not be read."""
        entry, unreadable = room_entry(self.services.kaltura, self.group[0].entry_id)
        if unreadable:
            raise Forbidden(unreadable.message)
        return entry

    @cached_property
    def _events(self) -> Sequence[Mapping[str, Any]]:
        first, last = self.group[0].start, max(session.end for session in self.group)
        return events_between(self.services.kaltura, self.group[0].entry_id, first, max(first, last))


def _same_host(one: Session, other: Session) -> bool:
    """Compare the hosts in the sessions' cue points, which name a host even while a session is open.

    Two unknown hosts do not count as the same.
    """
    return bool(one.host_user_id.strip()) and id_key(one.host_user_id) == id_key(other.host_user_id)
