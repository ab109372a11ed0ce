"""Which sessions of a room are parts of one interrupted meeting: the one rule, for whoever asks.

Close in time is not enough: two hosts may use a room in turn. Parts have the same covering schedule event; where no
event covers either, they have the same host and share people. What nobody can tell yet joins nothing and mails nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from debrief.delivery.rules.rule import Verdict
from debrief.errors import BadRequest, Forbidden
from debrief.kaltura.api.errors import QueryTooWide, ServerFailed
from debrief.kaltura.reports.reader import read_report
from debrief.kaltura.reports.room_reports import ATTENDEES
from debrief.kaltura.reports.window import Window
from debrief.kaltura.session_data.assembly import own_attendees
from debrief.kaltura.sessions.interruptions import chain_around, is_close
from debrief.kaltura.sessions.organizers import roles_of
from debrief.kaltura.sessions.rooms import room_entry
from debrief.kaltura.sessions.schedule import covering, events_between, planned_end
from debrief.model import AttendeeRow, Organizer, Person, Session, SessionData
from debrief.persons import IdAndAddress, Persons, id_key
from debrief.pipeline.services import Services
from debrief.pipeline.session.staff import staff_of
from debrief.pipeline.state.check_schedule import first_export
from debrief.pipeline.state.lifecycle import OPEN_FOR, UNDECIDED
from debrief.util.values import is_identified


class Undecided(Exception):
    """What a first export depends on cannot be told yet; the message says what."""


def nothing_decided(_one: Session, _other: Session) -> Verdict:
    """For whoever has no ledger to ask."""
    return None


def meeting_of(
    services: Services,
    session: Session,
    decided: Callable[[Session, Session], Verdict] = nothing_decided,
    *,
    wait: bool = True,
) -> list[Session]:
    """The parts of the meeting that a session is one of, by start, itself included; just itself when it is whole.

    `decided` is what was decided of two sessions before, and stays. Without `wait` a session of which nobody can tell
    counts as another meeting. Raises Undecided, RetryLater or GiveUp.
    """
    gap = timedelta(minutes=services.settings.interruption_minutes)
    if not gap or session.parent_entry_id is not None:
        return [session]
    chain = chain_around(services.kaltura, session, gap)
    room = _Room(services, chain, services.clock())
    left = [one for one in chain if one.cue_point_id == session.cue_point_id]
    found = {one.cue_point_id for one in left}
    doubtful = set()
    while left:
        one = left.pop()
        for other in chain:
            if other.cue_point_id in found or not _are_close(one, other, gap):
                continue
            verdict = decided(one, other)
            verdict = room.verdict(one, other) if verdict is None else verdict
            if verdict:
                found.add(other.cue_point_id)
                left.append(other)
            elif verdict is None:
                doubtful.add(other.cue_point_id)
    if wait and doubtful - found:
        raise Undecided(UNDECIDED)
    return [one for one in chain if one.cue_point_id in found]


def _are_close(one: Session, other: Session, gap: timedelta) -> bool:
    first, second = sorted((one, other), key=lambda session: session.start)
    return is_close(first.end, second, gap)


@dataclass(frozen=True)
class _Room:
    """What Kaltura tells of a room's sessions that are close to each other; each thing is asked when it is needed."""

    services: Services
    chain: Sequence[Session]
    now: datetime
    _people: dict[str, frozenset[IdAndAddress]] = field(default_factory=dict, repr=False)
    _rows: dict[str, Sequence[AttendeeRow]] = field(default_factory=dict, repr=False)

    def verdict(self, one: Session, other: Session) -> Verdict:
        """Whether two sessions are parts of one meeting; no, when nobody will ever be able to tell."""
        try:
            found = self._while_open(one, other) if one.is_open or other.is_open else self._once_ended(one, other)
        except (Forbidden, BadRequest):
            return False
        except (ServerFailed, QueryTooWide):
            found = None
        is_over = all(self.now >= self._known_by(session) for session in (one, other))
        return False if found is None and is_over else found

    def _once_ended(self, one: Session, other: Session) -> Verdict:
        events = [covering(session, self._events) for session in (one, other)]
        if any(events):
            first, second = ((event or {}).get("id") for event in events)
            return first is not None and first == second
        return _same_host(one, other) and self._share_people(one, other)

    def _while_open(self, one: Session, other: Session) -> Verdict:
        """No, when the open session cannot become part of the other one however long it goes on."""
        ended, still = (one, other) if other.is_open else (other, one)
        event = covering(ended, self._events)
        if event is None:
            return None if _same_host(ended, still) else False
        end = planned_end(event)
        return None if end is None or end > still.start else False

    def _share_people(self, one: Session, other: Session) -> Verdict:
        """Whether at least half of the people of the smaller session, staff aside, were in both."""
        if not (self._is_told(one) and self._is_told(other)):
            return None
        everybody = Persons([*self._people_of(one), *self._people_of(other)])
        both = [{everybody.key_of(user_id) for user_id, _ in self._people_of(session)} for session in (one, other)]
        smaller, larger = sorted(both, key=len)
        return bool(smaller) and 2 * len(smaller & larger) >= len(smaller)

    def _is_told(self, session: Session) -> bool:
        """Whether Kaltura had the time to tell who was there: until the first check it may be late with everybody."""
        if self.now < first_export(session, self.services.settings):
            return False
        return bool(self._rows_of(session)) or self.now >= self._known_by(session)

    def _known_by(self, session: Session) -> datetime:
        """From when on what is not known of a session counts as not there."""
        if session.is_open:
            return session.start + OPEN_FOR
        return first_export(replace(session, has_figures=False), self.services.settings)

    def _people_of(self, session: Session) -> frozenset[IdAndAddress]:
        """Who was there, staff aside."""
        known = self._people.get(session.cue_point_id)
        if known is None:
            rows = self._rows_of(session)
            organizers = [Organizer(Person(who), role) for who, role in roles_of(self._hosts, self._entry).items()]
            data = SessionData(session, organizers=organizers, attendees=rows)
            staff = staff_of(data, (), self.services.settings.staff)
            here = (row for row in rows if is_identified(row.user_id) and row.user_id not in staff)
            known = self._people[session.cue_point_id] = frozenset((row.user_id, row.user_email) for row in here)
        return known

    def _rows_of(self, session: Session) -> Sequence[AttendeeRow]:
        known = self._rows.get(session.cue_point_id)
        if known is None:
            window = Window.around(session.start, session.end)
            filters = {"entry_ids": [session.entry_id], "cue_point_ids": [session.cue_point_id]}
            reading = read_report(self.services.kaltura, ATTENDEES, window, filters)
            known = self._rows[session.cue_point_id] = own_attendees(reading, session).rows
        return known

    @property
    def _hosts(self) -> list[str]:
        return [session.host_user_id for session in self.chain]

    @cached_property
    def _entry(self) -> Mapping[str, Any]:
        """The room, which names its owner and its co-hosts. Raises Forbidden when it may not be read."""
        entry, unreadable = room_entry(self.services.kaltura, self.chain[0].entry_id)
        if unreadable:
            raise Forbidden(unreadable.message)
        return entry

    @cached_property
    def _events(self) -> Sequence[Mapping[str, Any]]:
        first, last = self.chain[0].start, max(session.end for session in self.chain)
        return events_between(self.services.kaltura, self.chain[0].entry_id, first, max(first, last))


def _same_host(one: Session, other: Session) -> bool:
    """By the cue points, which name the host of an open session too; two hosts that are not known may be two."""
    return bool(one.host_user_id.strip()) and id_key(one.host_user_id) == id_key(other.host_user_id)
