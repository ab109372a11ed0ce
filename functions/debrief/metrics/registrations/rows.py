"""List everybody on the roll of a session for the table `registrations`: a row for each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from debrief.metrics.attendees import Attendee
from debrief.metrics.registrations.roll import NO_MATCH, Roll, each_once
from debrief.metrics.segments.audience import Audience
from debrief.persons import id_key
from debrief.registration import (
    ABSENT,
    CAME,
    NOT_COUNTED,
    NOT_KNOWN,
    NOT_REGISTERED,
    RECORDING_ONLY,
    STAFF,
    UNMATCHED,
    WALK_IN,
    Registrant,
    RollRow,
)
from debrief.util.values import is_identified


def roll_rows(audience: Audience, roll: Roll) -> list[RollRow]:
    """Return a row for each registrant, and for each person who came and is not registered; the order is stable."""
    rows = [*_registrants(audience, roll), *_without_id(roll), *_strangers(roll)]
    return sorted(rows, key=lambda row: (row.user_id, row.email, row.name, row.status, row.class_, row.aliases))


def _registrants(audience: Audience, roll: Roll) -> Iterator[RollRow]:
    """Yield a row for each person on the list who can be matched."""
    key_of = roll.persons.key_of
    classes = {
        key_of(person.own_id): class_
        for class_, people in ((CAME, roll.came), (RECORDING_ONLY, roll.recording_only), (ABSENT, roll.absent))
        for person in people
    }
    reasons = {key_of(person.own_id): reason for reason, people in roll.doubts.items() for person in people}
    staff = {key_of(user_id) for user_id in audience.staff if is_identified(user_id)}
    attendees = _attendees(audience, roll)
    strangers = {key_of(person.user_id) for person in (*roll.walk_ins, *roll.unmatched)}
    lines = _lines(roll)
    for key, person in each_once(roll.persons, [one for one in roll.registrations.people if one.own_id]).items():
        if key in strangers:
            continue  # not registered, for example because the registration was cancelled; see `_strangers`
        class_ = classes.get(key) or (STAFF if key in staff else NOT_KNOWN if key in reasons else NOT_COUNTED)
        yield _row(person, class_, attendees.get(key), lines[key], reasons.get(key, "") if class_ == NOT_KNOWN else "")


def _attendees(audience: Audience, roll: Roll) -> Mapping[str, Attendee]:
    """Return everybody whom a report identifies in the session; of several ids, the one with the longest presence."""
    found: dict[str, Attendee] = {}
    for person in (*audience.longest_first, *audience.here.values()):
        found.setdefault(roll.persons.key_of(person.user_id), person)
    return found


def _lines(roll: Roll) -> Mapping[str, Sequence[Registrant]]:
    lines: dict[str, list[Registrant]] = defaultdict(list)
    for person in roll.registrations.people:
        if person.own_id:
            lines[roll.persons.key_of(person.own_id)].append(person)
    return lines


def _without_id(roll: Roll) -> Iterator[RollRow]:
    """Yield a row for each line of the list that has neither an address nor a user id."""
    for person in roll.registrations.people:
        if not person.own_id:
            is_counted = person.status not in NOT_REGISTERED
            class_, reason = (NOT_KNOWN, NO_MATCH) if is_counted else (NOT_COUNTED, "")
            origin, time = person.origin, person.registered_at
            yield RollRow("", person.name, "", person.status, class_, None, reason, (), origin, time)


def _strangers(roll: Roll) -> Iterator[RollRow]:
    """Yield a row for each person who came and is not registered, and for each of whom this is not known."""
    lines = _lines(roll)
    for class_, people in ((WALK_IN, roll.walk_ins), (UNMATCHED, roll.unmatched)):
        for person in people:
            own = lines.get(roll.persons.key_of(person.user_id), ())
            status = own[0].status if own else ""
            yield RollRow(
                person.user_id,
                person.name,
                person.email,
                status,
                class_,
                person.presence,
                aliases=_aliases(own, person.user_id, person.email),
            )


def _row(
    person: Registrant, class_: str, attendee: Attendee | None, lines: Sequence[Registrant], reason: str
) -> RollRow:
    """Return a registrant's row, with the user id by which Kaltura's reports know the person."""
    user_id = attendee.user_id if attendee else person.user_id if is_identified(person.user_id) else ""
    email = person.email or (attendee.email if attendee else "")
    return RollRow(
        user_id,
        person.name or (attendee.name if attendee else ""),
        email,
        person.status,
        class_,
        attendee.presence if attendee and class_ == CAME else None,
        reason,
        _aliases(lines, user_id, email),
        person.origin,
        person.registered_at,
    )


def _aliases(lines: Sequence[Registrant], *known: str) -> tuple[str, ...]:
    """Return the other ids and addresses of a person on the list; upper and lower case are the same."""
    texts = (text for line in lines for text in (line.user_id, line.email, *line.aliases) if text not in known)
    ids = {id_key(text): text.strip() for text in texts if is_identified(text)}
    if not ids:
        return ()
    return tuple(sorted(text for key, text in ids.items() if key not in set(map(id_key, known))))
