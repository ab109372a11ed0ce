"""Whatever one value of the registration and caption services' answers is, a report counts everybody once or says why.

One value of a true answer is removed, repeated or replaced. No other program could notice some of these changes, such
as another status; but none may lose a person or a report, or count somebody twice.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debrief import env
from debrief.orders import ExportOrder
from debrief.pipeline.stages import run_export
from kaltura_standin.account import Account, AppToken, Attendance, Entry, Room, Run, User
from kaltura_standin.answers import Answer
from kaltura_standin.catalogue import App, Captions, Point, Registrations, UserProfile, VirtualEvent
from kaltura_standin.request import Received
from kaltura_standin.server import StandIn
from support.registered import figures
from support.world import Clock, World, seconds

pytestmark = pytest.mark.slow

START = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
END = START + timedelta(minutes=60)
ROOM, SESSION, HOST, EVENT, RECORDING = "1_room0001", "1_cue00001", "host@example.com", "77", "1_rec00001"
PEOPLE = tuple(
    UserProfile(f"{number:024x}", user_id, status, answers={"industry": "Fish"})
    for number, (user_id, status) in enumerate(
        (
            ("id-ann", "registered"),
            ("bea@example.org", "participated"),
            ("id-cy", "unregistered"),
            ("dee@example.org", "invited"),
            ("none@example.org", ""),
            (HOST, "registered"),
        )
    )
)
SRT = b"00:00:01,000 --> 00:00:04,000\nHello.\n\n00:20:58,000 --> 00:21:02,000\nNow the prices.\n\n"
OTHER = AppToken("1_regtoken", "registrations-secret", privileges="disableentitlement")
LESS = "setrole:ANALYTICS_RO,disableentitlement"
JUNK = (None, True, -1, 0, 1e300, "", "?", "x" * 3000, "\ud800\0\u202e", [], {}, [[]], {"a": {}})


class Spoiling(StandIn):
    """A stand-in that spoils the answers to requests with a word."""

    word, spoil = b"", staticmethod(lambda body: body)

    def respond(self, request: Received) -> Answer | None:
        answer = super().respond(request)
        is_spoiled = self.word and (self.word in request.path.lower().encode() or self.word in request.body.lower())
        return replace(answer, body=self.spoil(answer.body)) if answer and is_spoiled else answer


def account(*, team: tuple[str, ...] = (), privileges: str = "disableentitlement") -> Account:
    """A session of event 77 with its recording. Ann, Cy and Eve came."""
    start, end = seconds(START), seconds(END)
    whole = ((start, end),)
    who = [Attendance(f"id-{one}", one.title(), f"{one}@example.org", stays=whole) for one in ("ann", "cy", "eve")]
    early = [replace(one, stays=((start, start + 1230),)) for one in who[1:]]
    run = Run(SESSION, start, end, HOST, (Attendance(HOST, "Host", HOST, stays=whole), who[0], *early))
    points = (Point("p1", 0, "Welcome"), Point("p2", 60_000, "A slide", 1))
    recording = Entry(RECORDING, "Recording", start, 3600, root=ROOM, captions=(Captions("c1", SRT),), points=points)
    token = AppToken(privileges=privileges, user_id="debrief")
    return Account(
        rooms=(Room(ROOM, "Weekly", (run,), virtual_event_id=EVENT, recording=RECORDING),),
        entries=(recording,),
        users=(
            User("bea@example.org", "Bea", "Bell", "bea@example.org"),
            User("id-ann", "Ann", "A", "ann@example.org"),
        ),
        virtual_events=(VirtualEvent(EVENT, "Autumn"),),
        registrations=Registrations((App("65f0c1d2e3a4b5c6d7e8f901", EVENT, profiles=PEOPLE),), team=team),
        app_tokens=(token, OTHER),
    )


def spoiled(seed: int) -> Callable[[bytes], bytes]:
    """Spoil one value of an answer, always the same one; an answer that is no JSON is cut."""

    def spoil(body: bytes) -> bytes:
        rng = random.Random(seed)
        try:
            value = json.loads(body)
        except ValueError:
            return body[: rng.randrange(len(body) + 1)]
        places = list(_places(value))
        if not places:
            return body
        holder, place = rng.choice(places)
        change = rng.random()
        if change < 0.3:
            del holder[place]
        elif change < 0.4 and isinstance(holder, list):
            holder.append(holder[place])
        else:
            holder[place] = rng.choice(JUNK)
        return json.dumps(value).encode()

    return spoil


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, each in inner:
        yield value, place
        yield from _places(each)


@contextmanager
def exported(known: Account, word: str, seed: int, **changes: Any) -> Iterator[dict[str, Any]]:
    """The summary of an export of which some answers are spoiled."""
    with TemporaryDirectory() as folder, Spoiling(known) as kaltura:
        kaltura.word, kaltura.spoil = word.encode(), spoiled(seed)  # type: ignore[method-assign]
        place = World(kaltura, Path(folder), Clock(END + timedelta(days=2)))
        usual = {"pdf": False, "html": False, "workbook": False, "portal_url": "", "page": False}
        usual["registration_urls"] = kaltura.registration_urls
        with place.services(**{**usual, **changes}) as services:
            run_export(services, ExportOrder(SESSION, ROOM, START, END, mail=False))
        yield json.loads(place.read(f"reports/date=2026-10-12/session={SESSION}/summary.json"))


def check_everybody_counts_once(summary: dict[str, Any]) -> None:
    found, section = figures(summary), summary["sections"]["registrations"]
    if "unavailable" in section:
        assert section["unavailable"]
        counted = section.get("counted")
        assert counted is None or sum(counted.values()) == len(PEOPLE)
        assert found.pop("registered") == (counted.get("registered", 0) if counted else None)
        assert set(found.values()) == {None}
        return
    assert found["registered"] + sum(section["apart"].values()) == len(PEOPLE)
    assert found["registered"] == sum(found[class_] for class_ in ("came", "absent", "recording_only", "not_known"))
    assert found["came"] <= 2


@pytest.mark.parametrize("word", ["app-registry/list", "user-profile/list", "service/user/action/list"])
@pytest.mark.parametrize("has_own_token", [False, True])
@settings(max_examples=6)
@given(seed=st.integers(0, 10**9))
def test_lists_of_people_lose_nobody(word: str, has_own_token: bool, seed: int) -> None:
    known = account(privileges=LESS if has_own_token else "disableentitlement")
    own = {"registration_token": env.AppToken(OTHER.id, OTHER.token)} if has_own_token else {}
    with exported(known, word, seed, **own) as summary:
        check_everybody_counts_once(summary)


@pytest.mark.parametrize("word", ["event-users/list", "reports/eventdatastats"])
@settings(max_examples=10)
@given(seed=st.integers(0, 10**9))
def test_with_fewer_rights_nobody_is_lost(word: str, seed: int) -> None:
    known = account(privileges=LESS, team=("debrief",) if word == "event-users/list" else ())
    with exported(known, word, seed) as summary:
        check_everybody_counts_once(summary)


@pytest.mark.parametrize("word", ["captionasset", "rootentryid"])
@settings(max_examples=10)
@given(seed=st.integers(0, 10**9))
def test_answers_about_the_recording_change_no_figure(word: str, seed: int) -> None:
    with exported(account(), word, seed, captions=True) as summary:
        sections = summary["sections"]
        for name in ("transcript", "chapters", "slides", "quotes"):
            section = sections[name]
            assert section.get("unavailable") or isinstance(section["rows"], list)
        assert all(0 <= start <= end <= 3600 for start, end, _ in sections["transcript"].get("rows", ()))
        assert summary["metrics"]["unique_attendees"]["value"] == 4
