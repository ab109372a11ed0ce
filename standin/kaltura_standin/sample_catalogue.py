"""Catalogue of the sample account: schedule, recordings with their plays, a live stream, profiles.

customer webinar    event 5001 of virtual event 77, a recording
customer days       events 5006 and 5007 of virtual event 77
onboarding          events 5002 and 5003, simulive of one source
partner briefing    events 5004 and 5005, broadcast by a live stream that has its own recording
all-hands           a plain room, although it has a recording
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from kaltura_standin.account import Attendance, Entry, Room
from kaltura_standin.catalogue import Play, ScheduleEvent, VirtualEvent
from kaltura_standin.crowd import attend
from kaltura_standin.hostile_strings import HOSTILE_COMPANY, HOSTILE_TITLE
from kaltura_standin.names import Person
from kaltura_standin.personas import invented_profile
from kaltura_standin.profiles import Profile
from kaltura_standin.sample_scripts import POLLS, SCRIPTS
from kaltura_standin.sample_speech import spoken

EVENT = "77"
_DAY = 86_400  # seconds
_HOME_COMPANY = "Bramblewick Instruments"
_HOME_INDUSTRY = "Marine instruments"
_TITLES = {
    "ines.morvan@example.com": "Product Manager",
    "tomasz.zielny@example.com": "Chief Executive",
    "priya.sundaresh@example.com": "Head of Calibration",
    "jonas.ekdahl@example.com": "Field Support Lead",
}
_EMPLOYEE_ROOMS = {"1_allh4nds", "1_onb0ard1", "1_t3amca11"}  # rooms in which everybody is an employee
_HOSTILE_ROOM = "1_dr1ll001"


class _Links(NamedTuple):
    """Entry ids and other properties of a room."""

    recording: str = ""
    broadcast: str = ""
    reference: str = ""
    virtual_event_id: str = ""


_LINKS = {
    "1_wbn4r9xk": _Links("1_wbnrec01", reference="autumn-2026", virtual_event_id=EVENT),
    "1_br1ef1ng": _Links(broadcast="1_brfcast1"),
    "1_allh4nds": _Links("1_allrec01"),
    "1_cdays001": _Links(virtual_event_id=EVENT),
    "1_cdays002": _Links(virtual_event_id=EVENT),
}


def staged(room: Room) -> Room:
    """Return the room with the entries linked to it, and its sessions with their acts."""
    runs = tuple(replace(run, script=SCRIPTS.get(run.id), polls=POLLS.get(run.id, ())) for run in room.runs)
    links = _LINKS.get(room.id, _Links())
    return replace(
        room,
        runs=runs,
        recording=links.recording,
        broadcast=links.broadcast,
        reference=links.reference,
        virtual_event_id=links.virtual_event_id,
    )


def events_of(rooms: Sequence[Room]) -> tuple[ScheduleEvent, ...]:
    """Return the schedule. Webinars are planned to the full hour, even if they end at another time."""
    by_id = {run.id: (room, run) for room in rooms for run in room.runs}
    planned = (
        (5001, "1_wbncue01", 60, ""),
        (5002, "1_onbcue01", 45, "1_onbsrc01"),
        (5003, "1_onbcue02", 45, "1_onbsrc01"),
        (5004, "1_brfcue01", 60, ""),  # both parts of the interrupted session
        (5005, "1_brfcue03", 45, ""),
        (5006, "1_cdycue01", 45, ""),
        (5007, "1_cdycue02", 45, ""),
    )
    return tuple(
        ScheduleEvent(
            number,
            by_id[session][0].id,
            by_id[session][1].start,
            by_id[session][1].start + minutes * 60,
            by_id[session][0].name,
            source,
            by_id[session][0].owner,
            "Bramblewick Studio <not an address>",
        )
        for number, session, minutes, source in planned
    )


VIRTUAL_EVENTS = (VirtualEvent(EVENT, "Autumn customer days 2026", agenda=None, main_event=5001),)


def entries_of(rooms: Sequence[Room], crowd: Iterator[Person]) -> tuple[Entry, ...]:
    """Return the recordings and the live stream. `crowd` generates viewers who were not in the sessions."""
    rng = random.Random(77)
    by_id = {room.id: room for room in rooms}
    webinar, board, briefing = (by_id[room] for room in ("1_wbn4r9xk", "1_onb0ard1", "1_br1ef1ng"))
    hands = by_id["1_allh4nds"]
    streamed = _streamed(rng, briefing, list(islice(crowd, 24)))
    entries = (
        _recording(rng, "1_wbnrec01", webinar, 3660, 240, list(islice(crowd, 150))),
        _recording(rng, "1_onbsrc01", board, 2640, 90, list(islice(crowd, 25)), is_old=True),
        _recording(rng, "1_allrec01", hands, 3100, 30, list(islice(crowd, 4))),
        Entry("1_brfcast1", briefing.name, is_live=True, recording="1_brfrec01", audience=streamed),
        _recording(rng, "1_brfrec01", briefing, 3800, 45, list(islice(crowd, 12))),
    )
    return tuple(map(spoken, entries))


def _streamed(rng: random.Random, room: Room, who: list[Person]) -> tuple[Attendance, ...]:
    """Return the viewers of the live stream; a player often cannot identify its viewer."""
    watched: list[Attendance] = []
    for run in room.runs:
        watched += attend(rng, rng.sample(who, 14), run.start, run.end)
        nobody = Attendance("Unknown", stays=((run.start + 60, run.end - 120),), engaged=0.4)
        watched.append(nobody)
    return tuple(watched)


def _recording(
    rng: random.Random, id_: str, room: Room, duration: int, plays: int, others: list[Person], *, is_old: bool = False
) -> Entry:
    """Return a recording, ready 18 minutes after the first session's end and played less each day, or an old one."""
    first = room.runs[0]
    ready = first.end + 18 * 60 - is_old * 4 * _DAY
    mean_days = 8.0 if is_old else 1.8
    present = [Person(who.user_id, who.name, who.email, who.type) for who in first.attendances if who.user_id]
    audience = [*others, *rng.sample(present, min(len(others) or 1, len(present)))]
    visits = sorted(_visits(rng, audience, (ready, mean_days), duration, plays), key=lambda play: play.at)
    return Entry(
        id_,
        f"{room.name} (recording)",
        ready if is_old else first.start + 4,
        duration,
        root=room.id,
        owner=room.owner,
        virtual_event_id=room.virtual_event_id,
        plays=tuple(visits),
    )


def _visits(
    rng: random.Random, audience: list[Person], times: tuple[int, float], duration: int, number: int
) -> Iterator[Play]:
    """Yield visits. `times`: when the recording was ready, and after how many days on average it is played."""
    ready, mean_days = times
    for _ in range(number):
        at = ready + int(rng.expovariate(1 / (mean_days * _DAY))) + rng.randrange(3600)
        person = rng.choice(audience)
        loaded_only, is_unknown = rng.random() < 0.22, rng.random() < 0.06
        share = 0.0 if loaded_only else min(rng.betavariate(1.1, 0.9) + 0.02, 1.0)
        who = ("Unknown", "", "") if is_unknown else person[:3]
        completion = round(min(share * 100 + rng.uniform(-3, 1), 100.0), 2) if share else 0.0
        yield Play(who[0], at, int(share * duration), max(completion, 0.0), who[1], who[2])


@dataclass(frozen=True, slots=True)
class Profiles:
    """Returns a profile by user id and name: of an employee, a hostile person, or an invented person."""

    staff: Collection[str]
    hostile: Collection[str]

    def __call__(self, user_id: str, name: str) -> Profile:
        """Return the profile of one person."""
        profile = invented_profile(user_id, name)
        if user_id in self.hostile:
            return replace(profile, title=HOSTILE_TITLE, company=HOSTILE_COMPANY, country="|;,")
        if user_id in self.staff and profile.company:
            title = _TITLES.get(user_id, profile.title)
            return replace(profile, title=title, company=_HOME_COMPANY, industry=profile.role and _HOME_INDUSTRY)
        return profile


def profiles_of(rooms: Sequence[Room], staff: Collection[str]) -> Profiles:
    """Return profiles for people who come to these rooms."""
    present = {room.id: {who.user_id for run in room.runs for who in run.attendances} for room in rooms}
    employees = set[str]().union(staff, *(present[room] for room in _EMPLOYEE_ROOMS))
    return Profiles(frozenset(employees), frozenset(present[_HOSTILE_ROOM] - set(staff)))
