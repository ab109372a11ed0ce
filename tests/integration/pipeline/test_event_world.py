"""Worlds made by chance: every class, count and list of two events and their sessions, counted again from the world."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.orders import ExportOrder
from debrief.pipeline.stages import run_export
from support.event_world import (
    EVENTS,
    START,
    Built,
    Persons,
    Truth,
    build,
    event_truth,
    persons_of,
    session_id,
    session_truth,
)
from support.registered import figures
from support.world import World, world

pytestmark = pytest.mark.slow


def export(place: World, built: Built) -> None:
    """Export all sessions, then both events."""
    folder = place.root / "archive" / "registrations"
    folder.mkdir(parents=True)
    for name, body in built.files.items():
        (folder / name).write_bytes(body)
    settings = {
        "pdf": False,
        "html": False,
        "workbook": False,
        "portal_url": "",
        "registrations": True,
        "registration_urls": place.kaltura.registration_urls,
        "heatmap_attendees": 0,
    }
    with place.services(**settings) as services:
        for room in place.kaltura.account.rooms:
            (run,) = room.runs
            start, end = (datetime.fromtimestamp(time, START.tzinfo) for time in (run.start, run.end))
            run_export(services, ExportOrder(run.id, room.id, start, end, mail=False))
        for event, numbers in EVENTS.items():
            start = START + timedelta(days=numbers[0])
            end = START + timedelta(days=numbers[-1], hours=1)
            run_export(services, ExportOrder(f"event-{event}", event, start, end, kind="event", mail=False))


def read(place: World, name: str, file: str, prefix: str = "reports") -> str:
    (path,) = (place.root / "archive" / prefix).glob(f"*/session={name}/{file}")
    return path.read_text(encoding="utf-8-sig")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def persons_on(lines: Iterable[dict[str, str]], persons: Persons) -> list[str]:
    return sorted(persons.root(one["user_id"] or one["user_email"]) for one in lines)


def counts(truth: Truth) -> dict[str, Any]:
    """The figures that a report should have."""
    registered = len(truth.classes) + truth.nameless
    came = len(truth.of("came"))
    return {
        "registered": registered,
        "came": came,
        "recording_only": len(truth.of("recording-only")),
        "absent": len(truth.of("absent")),
        "not_known": truth.nameless,
        "registration_rate": None if truth.nameless else came / registered,
        "walk_ins": len(truth.walk_ins),
    }


@pytest.mark.parametrize(("seed", "registrants"), [(1, 300), (2, 120), (3, 60), (4, 20), (5, 3000)])
def test_every_class_count_and_list_is_that_of_the_world(tmp_path: Path, seed: int, registrants: int) -> None:
    built = build(seed, registrants)
    with world(tmp_path, built.account, START + timedelta(days=9)) as place:
        export(place, built)
        for event, numbers in EVENTS.items():
            for number in numbers:
                check_session(place, built, number)
            check_event(place, built, event)


def check_session(place: World, built: Built, number: int) -> None:
    persons, name = persons_of(built, [number]), session_id(number)
    truth = session_truth(built, number, persons)
    assert figures(json.loads(read(place, name, "summary.json"))) == counts(truth)
    table = rows(read(place, name, "registrants.csv", "registrants"))
    by_class = {"walk-in": truth.walk_ins, "unmatched": truth.unmatched, "staff": truth.staff}
    by_class["not-counted"] = truth.not_counted
    by_class |= {class_: truth.of(class_) for class_ in ("came", "recording-only", "absent")}
    for class_, expected in by_class.items():
        assert persons_on((one for one in table if one["class"] == class_), persons) == sorted(expected), class_
    assert sum(one["class"] == "not-known" for one in table) == truth.nameless
    absent = rows(read(place, name, "follow-up/registered-absent.csv"))
    assert persons_on(absent, persons) == sorted(truth.of("absent") | truth.of("recording-only"))
    walk_ins = rows(read(place, name, "follow-up/came-unregistered.csv"))
    assert persons_on(walk_ins, persons) == sorted(truth.walk_ins)


def check_event(place: World, built: Built, event: str) -> None:
    numbers, name = EVENTS[event], f"event-{event}"
    persons, truth = persons_of(built, numbers), event_truth(built, event)
    summary = json.loads(read(place, name, "summary.json"))
    assert figures(summary) == counts(truth)
    section = summary["sections"]["registrations"]
    assert section["guests"] == len(truth.unmatched)
    assert section["unclear"] == len(truth.unclear)
    for row, number in zip(section["sessions"], numbers, strict=True):
        own = session_truth(built, number, persons)
        here = {persons.root(one.user_id) for one in built.people[number]}
        assert (row["registered"], row["came"], row["absent"], row["recording_only"], row["walk_ins"]) == (
            len(own.classes) + own.nameless,
            len(own.of("came")),
            len(own.of("absent")),
            len(own.of("recording-only")),
            len(own.walk_ins & truth.walk_ins),
        )
        assert row["came_from_other_lists"] == len((truth.classes.keys() - own.classes.keys()) & here)
    never = rows(read(place, name, "follow-up/registered-never-came.csv"))
    assert persons_on(never, persons) == sorted(truth.of("absent") | truth.of("recording-only"))
    assert persons_on(never[: len(truth.of("recording-only"))], persons) == sorted(truth.of("recording-only"))
    walk_ins = rows(read(place, name, "follow-up/came-unregistered.csv"))
    assert persons_on(walk_ins, persons) == sorted(truth.walk_ins)
