"""The sample account: Bramblewick Instruments, an invented maker of sensors, in the week before `SAMPLE_NOW`.

    12 Nov 08:00  onboarding, first run           11 people
    18 Nov 08:00  partner briefing, interrupted   two sessions 9 minutes apart
    18 Nov 09:30  all-hands                       about 350 people
    18 Nov 10:30  security drill                  hostile names
    18 Nov 12:00  workshop                        24 people, four breakouts
    18 Nov 13:45  customer clinic                 nobody came
    18 Nov 15:00  customer webinar                2,000 people
    19 Nov 08:00  onboarding, second run          14 people, 7 of them again
    19 Nov 10:00  customer days, field stories    about 170 people, most of them again
    19 Nov 12:30  customer days, ask engineers    about 60 people, most of them again
    19 Nov 14:30  team call                       3 people, ended 3 hours ago
    19 Nov 17:00  partner briefing                ended 20 minutes ago
    19 Nov 17:35  customer clinic                 still open

Schedule, recordings and profiles are in `sample_catalogue`, interactions in `sample_scripts`. The webinar, the
onboardings, the briefings and the customer days are on the schedule, the others are plain rooms; team call and clinic
have no chat. The webinar and the customer days are one virtual event.

Every build is the same. Every name is invented, every address is under example.com, .org or .net.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from kaltura_standin.account import USER, Account, AppToken, Attendance, Room, Run, Stay, User
from kaltura_standin.crowd import attend, meeting_curve, webinar_curve
from kaltura_standin.hostile_strings import HOSTILE_NAMES
from kaltura_standin.names import Person, guests, people
from kaltura_standin.sample_catalogue import VIRTUAL_EVENTS, entries_of, events_of, profiles_of, staged
from kaltura_standin.sample_event_days import customer_days
from kaltura_standin.sample_registrations import sample_apps

SAMPLE_NOW = datetime(2026, 11, 19, 18, 0, tzinfo=UTC)

_INES = User("ines.morvan@example.com", "Inès", "Morvan", "ines.morvan@example.com")
_TOMASZ = User("tomasz.zielny@example.com", "Tomasz", "Zielny", "tomasz.zielny@example.com")
_PRIYA = User("priya.sundaresh@example.com", "Priya", "Sundaresh", "priya.sundaresh@example.com")
_JONAS = User("jonas.ekdahl@example.com", "Jonas", "Ekdahl", "jonas.ekdahl@example.com")
_STUDIO = User("studio-north", "Studio", "North")  # has no address
_FIELD_TEAM = User("field team/7 50%", email="field.team@example.org")  # has no name, and an id that must be escaped
_STAFF = (_INES, _TOMASZ, _PRIYA, _JONAS, _STUDIO, _FIELD_TEAM)
_EXPORTER = User("exporter@example.com", "Debrief", "Exporter", "exporter@example.com", role="ANALYTICS_RO")
_EDITOR = User("editor@example.com", "Content", "Editor", "editor@example.com", role="CONTENT_ONLY")


def sample_account() -> Account:
    """Build the account from its seed. `app_tokens[0]` is the token with which to log in."""
    rng = random.Random(20261119)
    crowd = people(rng)
    plain = (
        _webinar(rng, crowd),
        _all_hands(rng, crowd),
        *_workshop(rng, crowd),
        _onboarding(rng, crowd),
        _briefings(rng, crowd),
        _clinic(rng, crowd),
        _team_call(rng, crowd),
        _security_drill(rng),
    )
    users = (*_STAFF, _EXPORTER, _EDITOR)
    rooms = tuple(map(staged, plain))
    entries = entries_of(rooms, crowd)
    rooms += tuple(map(staged, customer_days(rooms[0], crowd, _INES, _PRIYA, (_TOMASZ, _JONAS))))
    return Account(
        rooms,
        users,
        app_tokens=_TOKENS,
        now=SAMPLE_NOW,
        entries=entries,
        schedule=events_of(rooms),
        virtual_events=VIRTUAL_EVENTS,
        registrations=sample_apps(rooms),
        profiles=profiles_of(rooms, {user.id for user in users}),
    )


_TOKENS = (
    AppToken("1_export01", privileges="setrole:ANALYTICS_RO,disableentitlement", user_id=_EXPORTER.id),
    AppToken("1_sha25601", "app-token-secret-0002", "SHA256", privileges="setrole:ANALYTICS_RO"),
    AppToken("1_plainusr", "app-token-secret-0003", session_type=USER, user_id=_JONAS.id),
    AppToken("1_content1", "app-token-secret-0004", user_id=_EDITOR.id),
    AppToken("1_disabled", "app-token-secret-0005", active=False),
    AppToken("1_expired1", "app-token-secret-0006", expiry=1_700_000_000),
)


def _at(day: int, clock: str) -> int:
    """Return a time in November 2026 (UTC), in unix seconds."""
    hour, minute = clock.split(":")
    return int(datetime(2026, 11, day, int(hour), int(minute), tzinfo=UTC).timestamp())


def _person(user: User) -> Person:
    return Person(user.id, user.full_name, user.email, "User")


def _host(user: User, start: int, end: int) -> Attendance:
    """Return the host, who is present from the first second to the last, and attentive."""
    return Attendance(*_person(user), stays=((start, end),), engaged=0.97)


def _unknown(rng: random.Random, start: int, end: int) -> Attendance:
    """Return one attendance for everybody whom Kaltura could not identify."""
    return Attendance("Unknown", stays=((start + rng.randrange(300), end - rng.randrange(900)),), engaged=0.31)


def _meeting(rng: random.Random, id_: str, times: tuple[int, int], host: User, who: list[Person]) -> Run:
    return Run(id_, *times, host.id, (_host(host, *times), *attend(rng, who, *times)))


def _webinar(rng: random.Random, crowd: Iterator[Person]) -> Room:
    start, end = _at(18, "15:00"), _at(18, "16:02")
    who = [*islice(crowd, 1760), *islice(guests(rng), 239)]
    attendances = (_host(_INES, start, end), *attend(rng, who, start, end, webinar_curve))
    run = Run("1_wbncue01", start, end, _INES.id, (*attendances, _unknown(rng, start, end)))
    title = "What's new this autumn: sensors, sync & sharing"
    return Room("1_wbn4r9xk", title, (run,), owner=_INES.id, editors=(_TOMASZ.id,))


def _all_hands(rng: random.Random, crowd: Iterator[Person]) -> Room:
    times = _at(18, "09:30"), _at(18, "10:22")
    run = _meeting(rng, "1_allcue01", times, _TOMASZ, [_person(_PRIYA), _person(_JONAS), *islice(crowd, 344)])
    left_the_company = Attendance("", stays=((times[0] + 95, times[1] - 610),), engaged=0.62)
    others = (left_the_company, _unknown(rng, *times))
    run = replace(run, attendances=(*run.attendances, *others))
    return Room("1_allh4nds", "All-hands, November", (run,), owner=_TOMASZ.id)


def _workshop(rng: random.Random, crowd: Iterator[Person]) -> Iterator[Room]:
    """Return the main room and four breakouts. People leave the room for breakouts; one was only in a breakout."""
    start, end = _at(18, "12:00"), _at(18, "13:30")
    apart = _at(18, "12:35"), _at(18, "12:58")
    movers = [_person(_FIELD_TEAM), *islice(crowd, 18), *islice(guests(rng), 3)]
    stayers = (_host(_PRIYA, start, end), *attend(rng, [_person(_INES)], start, end))
    moved = attend(rng, movers, start + 240, end, meeting_curve)
    back = (replace(who, stays=_without(who.stays, apart)) for who in moved)
    run = Run("1_wrkcue01", start, end, _PRIYA.id, (*stayers, *back))
    yield Room("1_wrkshp01", "Calibration workshop: ship, shore & lab", (run,), owner=_PRIYA.id)
    groups = [movers[number::4] for number in range(4)]
    groups[2].append(next(crowd))
    topics = ("Tide gauges", "Salinity, cold water", "Drift & fouling", "Data loggers")
    for number, (topic, group) in enumerate(zip(topics, groups, strict=True), start=1):
        host = _FIELD_TEAM if number == 1 else _PRIYA
        side = Run(f"1_brkcue0{number}", *apart, host.id, attend(rng, group, *apart))
        yield Room(f"1_brk0000{number}", topic, (side,), parent="1_wrkshp01", owner=_PRIYA.id)


def _without(stays: tuple[Stay, ...], gap: Stay) -> tuple[Stay, ...]:
    pieces = [(since, min(until, gap[0])) for since, until in stays]
    pieces += [(max(since, gap[1]), until) for since, until in stays]
    return tuple(piece for piece in pieces if piece[0] < piece[1])


def _onboarding(rng: random.Random, crowd: Iterator[Person]) -> Room:
    first, second = list(islice(crowd, 10)), list(islice(crowd, 6))
    runs = (
        _meeting(rng, "1_onbcue01", (_at(12, "08:00"), _at(12, "08:45")), _STUDIO, first),
        _meeting(
            rng, "1_onbcue02", (_at(19, "08:00"), _at(19, "08:45")), _STUDIO, [*first[:6], *second, _person(_INES)]
        ),
    )
    return Room("1_onb0ard1", "Welcome aboard: first steps at Bramblewick", runs, owner=_STUDIO.id)


def _briefings(rng: random.Random, crowd: Iterator[Person]) -> Room:
    """Return an interrupted session, and a session that ended twenty minutes ago."""
    who = list(islice(crowd, 31))
    times = (
        (_at(18, "08:00"), _at(18, "08:31")),
        (_at(18, "08:40"), _at(18, "09:05")),
        (_at(19, "17:00"), _at(19, "17:40")),
    )
    crowds = (who, who[4:], [*who[:9], *islice(crowd, 12)])
    runs = (
        _meeting(rng, f"1_brfcue0{number}", time, _TOMASZ, present)
        for number, (time, present) in enumerate(zip(times, crowds, strict=True), start=1)
    )
    return Room("1_br1ef1ng", "Partner briefing, EMEA", tuple(runs), owner=_TOMASZ.id, editors=(_INES.id,))


def _clinic(rng: random.Random, crowd: Iterator[Person]) -> Room:
    """Return a session without attendees, and a session that is still open at `SAMPLE_NOW`."""
    nobody = Run("1_clncue01", _at(18, "13:45"), _at(18, "14:15"), _JONAS.id)
    times = _at(19, "17:35"), _at(19, "18:20")
    still_open = _meeting(rng, "1_clncue02", times, _JONAS, list(islice(crowd, 8)))
    return Room("1_cl1n1c01", "Customer clinic", (nobody, still_open), owner=_JONAS.id)


def _team_call(rng: random.Random, crowd: Iterator[Person]) -> Room:
    times = _at(19, "14:30"), _at(19, "15:00")
    run = _meeting(rng, "1_temcue01", times, _JONAS, list(islice(crowd, 2)))
    return Room("1_t3amca11", "Field support, weekly", (run,), owner=_JONAS.id)


def _security_drill(rng: random.Random) -> Room:
    times = _at(18, "10:30"), _at(18, "11:00")
    who = [
        Person(f"drill-{number:02d}", name, f"drill-{number:02d}@example.org", "User")
        for number, name in enumerate(HOSTILE_NAMES, start=1)
    ]
    run = _meeting(rng, "1_drlcue01", times, _JONAS, who)
    return Room("1_dr1ll001", "Security drill <b>& co.</b>", (run,), owner=_JONAS.id)
