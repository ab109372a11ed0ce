"""A world made by chance: two virtual events that share people, and what is true of them, counted again from the world.

Nothing here uses Debrief's own code. A person is a group of ids and addresses; upper and lower case are the same.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from openpyxl import Workbook

from kaltura_standin.account import Account, Attendance, Entry, Room, Run, User
from kaltura_standin.catalogue import App, Play, Registrations, ScheduleEvent, UserProfile, VirtualEvent

START = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
HOST = "host@example.com"
# Event 77 has registrations in Kaltura and in a file; event 88 in a workbook, and one of its sessions has its own list.
EVENTS = {"77": (1, 2, 3), "88": (4, 5)}
OWN_LIST = 5
_STATUSES = ("registered",) * 12 + ("unregistered", "blocked", "invited", "confirmed", "maybe")
_WORDS = {"registered": "Registered", "unregistered": "Cancelled", "blocked": "Blocked", "invited": "Invited"}
REGISTERED = {"registered", "confirmed"}


@dataclass(frozen=True)
class Line:
    """A line of a list of registrations."""

    user_id: str
    email: str
    status: str

    @property
    def own_id(self) -> str:
        return self.user_id or self.email


@dataclass
class Built:
    """The account, the files of registrations by name, and for each session its list, people and viewers."""

    account: Account
    files: dict[str, bytes]
    lists: dict[int, list[Line]] = field(default_factory=dict)
    people: dict[int, list[Attendance]] = field(default_factory=dict)
    viewers: dict[int, list[str]] = field(default_factory=dict)


def session_id(number: int) -> str:
    return f"1_cue0000{number}"


def build(seed: int, registrants: int) -> Built:
    """Build a world with about so many registrants in each event, half of whom are also on the other event's list."""
    rng = random.Random(seed)
    pool = [_person(rng, number) for number in range(registrants * 2)]
    people = {number: _attendances(rng, pool, registrants) for _, all_ in EVENTS.items() for number in all_}
    viewers = {number: [who.user_id for who in rng.sample(pool, registrants // 10)] for number in people}
    chosen = {event: rng.sample(pool, registrants) for event in EVENTS}
    profiles = list(_profiles(rng, chosen["77"]))
    addresses = {who.user_id: who.email for who in pool}
    kaltura = [Line(one.user_id, addresses.get(one.user_id, one.user_id), one.status) for one in _latest(profiles)]
    files = {
        "event=77": list(_file(rng, rng.sample(chosen["77"], registrants // 3))),
        "event=88": list(_file(rng, chosen["88"])),
        f"session={session_id(OWN_LIST)}": list(_file(rng, rng.sample(pool, registrants // 2))),
    }
    both = list(_both(files["event=77"], kaltura))
    lists = dict.fromkeys(EVENTS["77"], both) | dict.fromkeys(EVENTS["88"], files["event=88"])
    lists[OWN_LIST] = files[f"session={session_id(OWN_LIST)}"]
    account = _account(people, viewers, pool, profiles)
    bodies = {f"{name}.csv": _csv(lines) for name, lines in files.items() if name != "event=88"}
    return Built(account, bodies | {"event=88.xlsx": _workbook(files["event=88"])}, lists, people, viewers)


def _person(rng: random.Random, number: int) -> Attendance:
    """A user whose id is the address, or another id; names are shared by many."""
    address = f"p{number:05d}@Example.org"
    user_id = address if rng.random() < 0.6 else f"User-{number:05d}"
    return Attendance(user_id, f"Same Name {number % 7}", address)


def _attendances(rng: random.Random, pool: Sequence[Attendance], registrants: int) -> list[Attendance]:
    """The people of a session: in other letters, with a new address, with another id and the same address, guests."""
    found = {HOST.lower(): Attendance(HOST, "Host", HOST)}
    for number, who in enumerate(rng.sample(pool, registrants // 2)):
        change = rng.random()
        if change < 0.15:
            came = Attendance(who.user_id.upper(), who.name, who.email)
        elif change < 0.25:
            came = Attendance(f"device-{number}-{who.email[:6]}", who.name, who.email.lower())
        elif change < 0.32:
            came = Attendance(f"guest-{rng.randrange(10**9)}", who.name, who.email, type="Guest")
        elif change < 0.4:
            came = Attendance(f"anon-{rng.randrange(10**9)}", who.name, "", type="Guest")
        elif change < 0.5 and "@" not in who.user_id:
            came = replace(who, email=f"new{number}-{who.email}")
        else:
            came = who
        found[came.user_id.lower()] = came
    return list(found.values())


def _profiles(rng: random.Random, people: Iterable[Attendance]) -> Iterator[UserProfile]:
    """Profiles in two apps; some people have one in each, of which the later one counts."""
    for number, who in enumerate((Attendance(HOST, email=HOST), *people)):
        user_id = who.user_id.lower() if "@" in who.user_id and rng.random() < 0.4 else who.user_id
        yield UserProfile(f"{number:024x}", user_id, rng.choice(_STATUSES))
        if rng.random() < 0.1:
            later = "2026-11-01T09:00:00.000Z"
            yield UserProfile(f"{number + 2**40:024x}", user_id, rng.choice(_STATUSES), updated=later)


def _latest(profiles: Iterable[UserProfile]) -> Iterable[UserProfile]:
    found: dict[str, UserProfile] = {}
    for one in profiles:
        key = one.user_id.lower()
        if key not in found or one.updated > found[key].updated:
            found[key] = one
    return found.values()


def _file(rng: random.Random, people: Iterable[Attendance]) -> Iterator[Line]:
    """Lines with ids or addresses, old addresses, doubled lines, and a line with neither."""
    for number, who in enumerate(people):
        form = rng.random()
        has_id = "@" not in who.user_id
        if has_id and form < 0.2:
            line = Line(who.user_id, f"old{number}-{who.email}", rng.choice(_STATUSES))
        elif has_id and form < 0.4:
            line = Line(who.user_id, "", rng.choice(_STATUSES))
        else:
            line = Line("", who.email.upper() if form < 0.7 else who.email, rng.choice(_STATUSES))
        yield line
        if form > 0.95:
            yield Line("", line.email.lower(), rng.choice(_STATUSES))
    yield Line("", "", "registered")


def _both(file: Sequence[Line], kaltura: Sequence[Line]) -> Iterator[Line]:
    """The file's lines with Kaltura's ids, then the people who are in Kaltura only."""
    ids = {key.lower(): one.user_id for one in reversed(kaltura) for key in (one.user_id, one.email) if key}
    listed = {key.lower() for line in file for key in (line.user_id, line.email) if key}
    yield from (Line(one.user_id or ids.get(one.email.lower(), ""), one.email, one.status) for one in file)
    yield from (one for one in kaltura if listed.isdisjoint({one.user_id.lower(), one.email.lower()}))


def _rows(lines: Iterable[Line]) -> Iterator[list[str]]:
    """The rows of a file; everybody has the same name."""
    yield ["Name", "Email", "User id", "Status"]
    for one in lines:
        yield ["Same Name", one.email, one.user_id, _WORDS.get(one.status, one.status.title())]


def _csv(lines: Iterable[Line]) -> bytes:
    return "\n".join(map(",".join, _rows(lines))).encode()


def _workbook(lines: Iterable[Line]) -> bytes:
    made = Workbook(write_only=True)
    sheet = made.create_sheet()
    for row in _rows(lines):
        sheet.append([cell or None for cell in row])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _account(
    people: dict[int, list[Attendance]],
    viewers: dict[int, list[str]],
    pool: Sequence[Attendance],
    profiles: Sequence[UserProfile],
) -> Account:
    names = {who.user_id: who for who in pool}
    rooms, entries, plans = [], [], []
    for event, numbers in EVENTS.items():
        for number in numbers:
            start = int((START + timedelta(days=number)).timestamp())
            run = Run(session_id(number), start, start + 3600, HOST, tuple(people[number]))
            recording = f"1_rec0000{number}"
            rooms.append(
                Room(f"1_room000{number}", f"Day {number}", (run,), virtual_event_id=event, recording=recording)
            )
            plays = (Play(one, start + 9000, 60, 5.0, names[one].name, names[one].email) for one in viewers[number])
            plans.append(ScheduleEvent(number, rooms[-1].id, start, start + 3600, event, owner=HOST))
            entries.append(Entry(recording, "Recording", start + 4000, 3600, plays=tuple(plays)))
    half = len(profiles) // 2
    apps = (App("a" * 24, "77", profiles=tuple(profiles[:half])), App("b" * 24, "77", "sites", tuple(profiles[half:])))
    users = [User(who.user_id, who.name, "", who.email) for who in pool if "@" not in who.user_id]
    return Account(
        rooms=tuple(rooms),
        entries=tuple(entries),
        users=(User(HOST, "Host", "A", HOST), *users),
        schedule=tuple(plans),
        virtual_events=tuple(VirtualEvent(event, event, main_event=numbers[0]) for event, numbers in EVENTS.items()),
        registrations=Registrations(apps),
    )


class Persons:
    """Groups of ids and addresses, each a person."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def join(self, *names: str) -> None:
        first, *others = [self.root(name) for name in names if name] or [""]
        for other in others:
            self._parents[other] = first

    def root(self, name: str) -> str:
        name = name.lower()
        while (parent := self._parents.get(name, name)) != name:
            name = parent
        return name


@dataclass
class Truth:
    """The classes of a session or an event by person, and the people who came without registering.

    For a session also the people on the list who do not count, staff on the list, and people with an unclear status.
    """

    classes: dict[str, str]
    nameless: int
    walk_ins: set[str]
    unmatched: set[str]
    not_counted: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)
    unclear: set[str] = field(default_factory=set)

    def of(self, class_: str) -> set[str]:
        return {person for person, found in self.classes.items() if found == class_}


def persons_of(built: Built, numbers: Iterable[int]) -> Persons:
    """Join everything that the lists and the attendees of these sessions say."""
    persons = Persons()
    for number in numbers:
        for one in built.people[number]:
            persons.join(one.user_id, one.email)
        for line in built.lists[number]:
            persons.join(line.user_id, line.email)
    return persons


def session_truth(built: Built, number: int, persons: Persons) -> Truth:
    """Classify every person on the list of a session by its attendees and viewers alone."""
    root, lines = persons.root, built.lists[number]
    here = {root(one.user_id): one for one in built.people[number]}
    watched = set(map(root, built.viewers[number]))
    staff = root(HOST)
    registered = {root(line.own_id) for line in lines if line.own_id and line.status in REGISTERED} - {staff}
    classes = {one: "came" if one in here else "recording-only" if one in watched else "absent" for one in registered}
    by_person: dict[str, list[Attendance]] = {}
    for one in built.people[number]:
        by_person.setdefault(root(one.user_id), []).append(one)
    strangers = by_person.keys() - registered - {staff}
    listed = {root(line.own_id) for line in lines if line.own_id}
    unclear = {root(line.own_id) for line in lines if line.own_id and line.status == "maybe"} - registered - {staff}
    strangers -= unclear
    walk_ins = {one for one in strangers if any(map(_has_address, by_person[one]))}
    nameless = sum(not line.own_id and line.status in REGISTERED for line in lines)
    not_counted = listed - registered - strangers - {staff}
    return Truth(classes, nameless, walk_ins, set(strangers) - walk_ins, not_counted, listed & {staff}, unclear)


def _has_address(one: Attendance) -> bool:
    return bool(one.email) or "@" in one.user_id


def event_truth(built: Built, event: str) -> Truth:
    """Classify every registrant of an event: came anywhere, else watched any recording, else absent."""
    numbers = EVENTS[event]
    persons = persons_of(built, numbers)
    found = [session_truth(built, number, persons) for number in numbers]
    registered = set().union(*(truth.classes for truth in found))
    here = {persons.root(one.user_id) for number in numbers for one in built.people[number]}
    watched = {persons.root(one) for number in numbers for one in built.viewers[number]}
    classes = {one: "came" if one in here else "recording-only" if one in watched else "absent" for one in registered}
    unclear = set().union(*(truth.unclear for truth in found)) - registered
    walk_ins = set().union(*(truth.walk_ins for truth in found)) - registered - unclear
    unmatched = set().union(*(truth.unmatched for truth in found)) - registered - walk_ins - unclear
    lists = {id(built.lists[number]): truth.nameless for number, truth in zip(numbers, found, strict=True)}
    return Truth(classes, sum(lists.values()), walk_ins, unmatched, unclear=unclear & here)
