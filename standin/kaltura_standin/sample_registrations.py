"""Registrations of the sample account: a list for its webinar, as another program would export it, and apps."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from kaltura_standin.account import Account, Room, Run
from kaltura_standin.catalogue import App, Registrations, UserProfile
from kaltura_standin.names import people

SESSION, EVENT = "1_wbncue01", "77"  # the webinar, and the event to which it belongs
_HEAD = (
    "Registration date",
    "First name",
    "Last name",
    "Email address",
    "Company",
    "Status",
    "How did you hear of us?",
    "Source",
)
_HEARD = ("Newsletter", "A colleague", "LinkedIn", "Trade fair", "")
_SOURCES = (*("Website",) * 5, *("Sales invitation",) * 3, "Partner page", "")
_COMPANIES = ("Bramblewick Instruments", "Nordkai Maritime", "Ottavia Labs", "Fen & Marsh", "")
# Every status that Kaltura has, the usual ones more often, and no status.
_STATUSES = (
    *("registered", "participated", "participatedPostEvent", "confirmed") * 5,
    *("autoConfirmed", "attended", "created", "invited", "invitedPendingRegistration", "unregistered", "blocked", ""),
)
_SHARE, _ABSENT, _CANCELLED = 0.86, 940, 31


def sample_registrations(account: Account) -> str:
    """Return the list as CSV: most of the webinar's users, people who did not come, some lines twice, the host."""
    run = next(run for room in account.rooms for run in room.runs if run.id == SESSION)
    rng = random.Random(run.id)
    rows = list(_rows(rng, run))
    rows += [tuple(cell.upper() if "@" in cell else cell for cell in row) for row in rng.sample(rows, 12)]
    rng.shuffle(rows)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([_HEAD, *rows])
    return out.getvalue()


def _rows(rng: random.Random, run: Run) -> Iterator[tuple[str, ...]]:
    """Yield a line for each registrant. A user who registered has the address of the account."""
    users = [one for one in run.attendances if one.email]
    came = [(one.name, one.email) for one in users if one.user_id == run.host or rng.random() < _SHARE]
    known, sources = {one.email for one in run.attendances}, random.Random("sources")
    absent = islice(((one.name, one.email) for one in people(rng) if one.email not in known), _ABSENT)
    for number, (name, email) in enumerate([*came, *absent]):
        first, _, last = name.partition(" ")
        status = "Cancelled" if number >= len(came) + _ABSENT - _CANCELLED else "Registered"
        day = f"2026-{rng.choice(('10', '11'))}-{rng.randint(1, 17):02d}"
        yield day, first, last, email, rng.choice(_COMPANIES), status, rng.choice(_HEARD), sources.choice(_SOURCES)


def sample_apps(rooms: Sequence[Room]) -> Registrations:
    """Return the apps of event 77, which is in the account, and of event 79, which is not; event 78 has no app."""
    run = next(run for room in rooms for run in room.runs if run.id == SESSION)
    rng = random.Random("apps")
    came = [one for one in run.attendances if one.email and rng.random() < _SHARE]
    known = {one.email for one in run.attendances}
    absent = islice((one.email for one in people(rng) if one.email not in known), _ABSENT)
    profiles = [
        UserProfile(f"{number:024x}", user_id, _STATUSES[number % len(_STATUSES)], answers=_form(number))
        for number, user_id in enumerate([*(one.user_id for one in came), *absent])
    ]
    twice = UserProfile("f" * 24, "both@example.org", "invited")
    later = replace(twice, id="e" * 24, status="registered", updated="2026-11-01T09:00:00.000Z")
    return Registrations(
        (
            App("65f0c1d2e3a4b5c6d7e8f901", "77", profiles=tuple(profiles)),
            App("65f0c1d2e3a4b5c6d7e8f902", "79", profiles=(twice,)),
            App("65f0c1d2e3a4b5c6d7e8f903", "79", "sites", (later, UserProfile("d" * 24, "one@example.org"))),
        )
    )


def _form(number: int) -> dict[str, object]:
    """Return answers of every type; the questions differ between people."""
    answers: tuple[dict[str, object], ...] = (
        {"userRole": "Purchasing", "marketingConsent": True, "industry": "Marine instruments"},
        {"userRole": None, "topics": ["Sensors", {"other": "Drift"}], "seats": 3},
        {"comment": "=HYPERLINK(1)", "long": "x" * 5000},
        {},
    )
    return answers[number % len(answers)]
