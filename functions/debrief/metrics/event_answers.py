"""Sections of a virtual event, made from the sections of its sessions: journeys, polls, countries, devices."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from debrief.metrics.event_people import EventFacts

MOST_JOURNEYS = 40  # combinations of sessions in the summary

Row = Mapping[str, Any]


def journeys(facts: EventFacts) -> dict[str, Any]:
    """Return the combinations of sessions that people came to, the most frequent first, without names."""
    keys = [facts.persons.key_of(person.user_id) for person in facts.people]
    found = Counter(
        tuple(place for place, who in enumerate(facts.person_keys_by_session) if key in who) for key in keys
    )
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    shown, others = ranked[:MOST_JOURNEYS], ranked[MOST_JOURNEYS:]
    return {
        "unit": "people",
        "source": "6001",
        "formula": "People present by the sessions that they came to, breakouts included, under any user id.",
        "people": len(keys),
        "rows": [
            {"sessions": list(places), "people": people, "share": people / len(keys)}  # indexes of sessions, from 0
            for places, people in shown
        ],
        "others": {"combinations": len(others), "people": sum(people for _, people in others)},
    }


def polls(facts: EventFacts) -> dict[str, Any]:
    """Return all polls, most participants first, each with the index of its session, from 0.

    If Kaltura does not say when polls were held, several sessions of a room have the same polls. These are listed once.
    """
    found: dict[object, Row] = {}
    for place, poll in _rows(facts, "polls"):
        answers = tuple((answer["answer"], answer["participants"]) for answer in poll["answers"])
        room = facts.sessions[place].session.entry_id
        key = (room, poll["question"], answers) if poll.get("counted") == "all" else (place, len(found))
        found.setdefault(key, {"session": place, **poll})
    rows = list(found.values())
    rows.sort(key=lambda row: (-row["participants"], row["session"], row["question"]))
    return {"rows": rows, **_unknown(facts, "polls")}


def countries(facts: EventFacts) -> dict[str, Any]:
    """Return the countries of all sessions together."""
    return _together(facts, "countries", ("code", "name"))


def devices(facts: EventFacts) -> dict[str, Any]:
    """Return the kinds of device of all sessions together."""
    return _together(facts, "devices", ("device",))


def _together(facts: EventFacts, name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """Add up viewers by these keys. Shares are of all live viewers of the sessions that have the section."""
    live: dict[tuple[Any, ...], int] = defaultdict(int)
    recorded: dict[tuple[Any, ...], int] = defaultdict(int)
    for _, row in _rows(facts, name):
        place = tuple(row.get(key) for key in keys)
        live[place] += row["live_viewers"]
        recorded[place] += row["recording_viewers"]
    totals = [one.metrics.get("viewers_live") for one in facts.sessions if "rows" in one.sections.get(name, {})]
    values = [one.value if one else None for one in totals]
    everybody = sum(value for value in values if isinstance(value, int | float))
    is_known = all(isinstance(value, int | float) for value in values) and everybody >= max(live.values(), default=0)
    ranked = sorted(live, key=lambda place: (-live[place], -recorded[place], *(str(part) for part in place)))
    rows = [
        {
            **dict(zip(keys, place, strict=True)),
            "live_viewers": live[place],
            "recording_viewers": recorded[place],
            "live_share": live[place] / everybody if is_known and everybody else None,
        }
        for place in ranked
    ]
    return {"rows": rows, **_unknown(facts, name)}


def _rows(facts: EventFacts, name: str) -> Iterator[tuple[int, Row]]:
    for place, one in enumerate(facts.sessions):
        for row in one.sections.get(name, {}).get("rows", ()):
            yield place, row


def _unknown(facts: EventFacts, name: str) -> dict[str, list[int]]:
    """Return the indexes (from 0) of the sessions whose section is unknown."""
    return {"unknown": [place for place, one in enumerate(facts.sessions) if "rows" not in one.sections.get(name, {})]}
