"""Compute the roll of a virtual event: every registrant of its sessions once, by what they came to.

A person who is registered on the list of one session is registered for the event. In the sessions of that list, the
session's own roll says whether they came; in the others, the session's lists of attendees and viewers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import attrgetter

from debrief.metrics.event_people import EventFacts, EventSession
from debrief.model import CountedOnly, NotKnown
from debrief.persons import IdAndAddress, Persons
from debrief.registration import (
    ABSENT,
    CAME,
    NOT_COUNTED,
    NOT_KNOWN,
    RECORDING_ONLY,
    REGISTERED,
    STAFF,
    UNCLEAR,
    UNMATCHED,
    WALK_IN,
    RollRow,
    SessionRoll,
)
from debrief.util.values import is_identified

_LEFT_OUT = "a session of the event is not in this report"


@dataclass(frozen=True)
class EventRegistrant:
    """A person who is registered for at least one session. `classes` has the class in each session, by place."""

    row: RollRow = field(repr=False)  # of the first session that lists the person
    listed: tuple[int, ...]  # the places of the sessions on whose lists the person is registered
    class_: str  # in the whole event
    reason: str  # why it is not known whether the person came
    classes: tuple[str, ...]


@dataclass(frozen=True)
class EventRoll:
    """Every registrant of an event once, and the people who came without registering.

    `nameless` counts lines of lists without id and address, each list once. `walk_ins` has the status on a list, blank
    without one, by key of `persons`, the longest presence first; `unmatched` has such keys. `unclear` is the number of
    people who came, are registered nowhere, and have a status on a list that Debrief does not know. `apart` counts
    people on lists who do not count as registered, by kind. `unlisted` is the number of people who only came to
    sessions without a list and are on none.
    """

    facts: EventFacts
    persons: Persons = field(repr=False)
    people: Sequence[EventRegistrant] = field(repr=False)
    nameless: Mapping[str, int]  # by reason
    walk_ins: Mapping[str, str] = field(repr=False)
    unmatched: Collection[str] = field(repr=False)
    unclear: int
    unlisted: int
    apart: Mapping[str, int]

    @property
    def unknown(self) -> list[tuple[int, str]]:
        """Return the places of the sessions whose registrations are unknown, each with the reason."""
        rolls = enumerate(session.roll for session in self.facts.sessions)
        return [(place, roll.reason.rstrip(".")) for place, roll in rolls if isinstance(roll, NotKnown)]

    @property
    def counted(self) -> int | None:
        """Return the registered people if Kaltura only counts them, as known at the last session; None if it does not.

        Kaltura counts registrations for the whole event, so each session has the same number, or an earlier one.
        """
        rolls = [session.roll for session in self.facts.sessions if session.roll is not None]
        last = rolls[-1]
        is_counted = all(isinstance(roll, CountedOnly) for roll in rolls)
        return last.counts.get(REGISTERED, 0) if is_counted and isinstance(last, CountedOnly) else None

    @property
    def registered(self) -> int:
        return len(self.people) + sum(self.nameless.values())

    def of_class(self, class_: str) -> list[EventRegistrant]:
        """Return the registrants of a class in the whole event."""
        return self._by_class.get(class_, [])

    @cached_property
    def doubts(self) -> Mapping[str, int]:
        """Return the number of registrants of whom it is not known whether they came, by reason."""
        return Counter(person.reason for person in self.of_class(NOT_KNOWN)) + Counter(self.nameless)

    @cached_property
    def _by_class(self) -> Mapping[str, list[EventRegistrant]]:
        found = defaultdict[str, list[EventRegistrant]](list)
        for person in self.people:
            found[person.class_].append(person)
        return found


def event_roll(facts: EventFacts, staff: Iterable[str], *, is_whole: bool) -> EventRoll | None:
    """Return the roll of an event; None if no session has a list. `is_whole` says that no session is left out.

    `staff` are user ids of people who are left out, besides those whom a session's roll calls staff.
    """
    if all(session.roll is None for session in facts.sessions):
        return None
    return _Calling(facts, staff, is_whole=is_whole).roll()


@dataclass(frozen=True)
class _Here:
    """The people of one session, by their key: rows of its list, people seen live, viewers of the recording."""

    session: EventSession
    rows: Mapping[str, Sequence[RollRow]]
    seen: Collection[str]
    viewers: Collection[str]

    @cached_property
    def registered(self) -> Mapping[str, Sequence[RollRow]]:
        """Return the rows of registered people only."""
        found = ((key, [row for row in rows if row.is_registered]) for key, rows in self.rows.items())
        return {key: rows for key, rows in found if rows}

    def class_of(self, key: str) -> tuple[str, str]:
        """Return a registrant's class in this session, and why it is not known."""
        if key in self.seen:
            return CAME, ""
        own = self.registered.get(key, ())
        classes = {row.class_ for row in own}
        if CAME in classes:
            return CAME, ""
        if NOT_KNOWN in classes:
            return NOT_KNOWN, next(row.reason for row in own if row.class_ == NOT_KNOWN)
        if not own and self.session.may_lack:
            return NOT_KNOWN, self.session.may_lack
        return (RECORDING_ONLY if RECORDING_ONLY in classes or key in self.viewers else ABSENT), ""


class _Calling:
    """Call the roll of an event."""

    def __init__(self, facts: EventFacts, staff: Iterable[str], *, is_whole: bool) -> None:
        self.facts, self.is_whole = facts, is_whole
        self.persons = facts.persons.merged_with(chain.from_iterable(map(_ids_and_addresses, facts.sessions)))
        self.here = [self._here(session) for session in facts.sessions]
        rows = ((key, row) for here in self.here for key, rows in here.rows.items() for row in rows)
        self.staff = self._keys(staff) | {key for key, row in rows if row.class_ == STAFF}

    def roll(self) -> EventRoll:
        people = list(self._registrants())
        registered = set(self.persons.keys_of([person.row.own_id for person in people]))
        apart = registered | self.staff
        unclear = self._unclear() - apart
        apart |= unclear
        walk_ins = self._of_class(WALK_IN) - apart
        unmatched = self._of_class(UNMATCHED) - apart - walk_ins
        came = dict.fromkeys(self.persons.keys_of([person.user_id for person in self.facts.people]))
        return EventRoll(
            self.facts,
            self.persons,
            people,
            self._nameless(),
            {key: self._status(key) for key in came if key in walk_ins},
            unmatched,
            len(came.keys() & unclear),
            len(came.keys() - apart - walk_ins - unmatched - self._seen_with_list()),
            self._apart(registered),
        )

    def _here(self, session: EventSession) -> _Here:
        rows = defaultdict[str, list[RollRow]](list)
        named = [row for row in _rows(session) if row.own_id]
        for key, row in zip(self.persons.keys_of([row.own_id for row in named]), named, strict=True):
            rows[key].append(row)
        seen = (*session.present, *(user_id for user_id, _ in session.page_only))
        return _Here(session, rows, self._keys(seen), self._keys(session.viewers))

    def _keys(self, ids: Iterable[str]) -> set[str]:
        return set(self.persons.keys_of(list(filter(is_identified, ids))))

    def _registrants(self) -> Iterator[EventRegistrant]:
        """Yield each registrant once, in the order of the first list that has them."""
        keys = dict.fromkeys(key for here in self.here for key in here.registered if key not in self.staff)
        for key in keys:
            own = [here.registered.get(key, ()) for here in self.here]
            found = [here.class_of(key) for here in self.here]
            class_, reason = self._whole(found)
            row = next(chain.from_iterable(own))
            yield EventRegistrant(
                _named(row, chain.from_iterable(own)),
                tuple(place for place, rows in enumerate(own) if rows),
                class_,
                reason,
                tuple(class_ for class_, _ in found),
            )

    def _whole(self, found: Sequence[tuple[str, str]]) -> tuple[str, str]:
        """Return the class in the whole event: who came once came; who may have come somewhere is not absent."""
        classes = {class_ for class_, _ in found}
        if CAME in classes:
            return CAME, ""
        if not self.is_whole:
            return NOT_KNOWN, _LEFT_OUT
        if NOT_KNOWN in classes:
            return NOT_KNOWN, next(reason for class_, reason in found if class_ == NOT_KNOWN)
        return (RECORDING_ONLY if RECORDING_ONLY in classes else ABSENT), ""

    def _of_class(self, class_: str) -> set[str]:
        return {
            key for here in self.here for key, rows in here.rows.items() if any(row.class_ == class_ for row in rows)
        }

    def _unclear(self) -> set[str]:
        """Return everybody with an unclear status on a list."""
        rows = ((key, row) for here in self.here for key, rows in here.rows.items() for row in rows)
        return {key for key, row in rows if row.status == UNCLEAR}

    def _status(self, key: str) -> str:
        return _status(chain.from_iterable(here.rows.get(key, ()) for here in self.here))

    def _seen_with_list(self) -> set[str]:
        listed = (here.seen for here in self.here if isinstance(here.session.roll, SessionRoll))
        return set(chain.from_iterable(listed))

    def _nameless(self) -> Mapping[str, int]:
        """Count lines without id and address, of each list once: several sessions may have the same list."""
        counts: dict[tuple[str, str], Counter[str]] = {}
        for session in self.facts.sessions:
            found = Counter(row.reason for row in _rows(session) if row.class_ == NOT_KNOWN and not row.own_id)
            name = _list_of(session)
            counts[name] = counts.get(name, Counter()) | found  # the larger number, as a list may grow
        return sum(counts.values(), Counter())

    def _apart(self, registered: Collection[str]) -> Mapping[str, int]:
        """Count people on lists who do not count as registered, each once, by kind."""
        kinds: dict[str, str] = {}
        nameless: dict[tuple[str, str], Counter[str]] = {}
        for here in self.here:
            for key, rows in here.rows.items():
                if key not in registered and (status := _status(rows)):
                    kinds.setdefault(key, STAFF if key in self.staff else status)
            found = Counter(row.status for row in _rows(here.session) if row.class_ == NOT_COUNTED and not row.own_id)
            name = _list_of(here.session)
            nameless[name] = nameless.get(name, Counter()) | found
        return Counter(kinds.values()) + sum(nameless.values(), Counter())


def _ids_and_addresses(session: EventSession) -> Iterator[IdAndAddress]:
    """Yield everybody on a session's roll and page. A mark in place of an address joins the ids of one row."""
    for number, row in enumerate(_rows(session)):
        ids = row.ids
        mark = f"\0{session.session.cue_point_id}/{number}" if len(ids) > 1 else ""
        for text in ids:
            yield text, mark
            if "@" in text:
                yield text, text
    yield from session.page_only


def _rows(session: EventSession) -> Sequence[RollRow]:
    return session.roll.rows if isinstance(session.roll, SessionRoll) else ()


def _list_of(session: EventSession) -> tuple[str, str]:
    """Return what a session's list is for. Sessions of a room, or of the event, may have the same list."""
    roll = session.roll
    scope = roll.scope if isinstance(roll, SessionRoll) else "session"
    names = {"session": session.session.cue_point_id, "room": session.session.entry_id, "event": ""}
    return scope, names[scope]


def _status(rows: Iterable[RollRow]) -> str:
    """Return a person's status on the list; blank if the person is not on it."""
    return next(filter(None, map(attrgetter("status"), rows)), "")


def _named(row: RollRow, others: Iterable[RollRow]) -> RollRow:
    """Return the row, with the first name and address in any row if it has none."""
    if row.user_id and row.name and row.email:
        return row
    rows = (row, *others)
    user_id, name, email = (
        next(filter(None, map(attrgetter(field_), rows)), "") for field_ in ("user_id", "name", "email")
    )
    return RollRow(user_id, name, email, row.status, row.class_, aliases=row.aliases)
