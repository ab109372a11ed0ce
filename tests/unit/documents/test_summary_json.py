"""summary.json: what was written is read, and what was damaged is said to be."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debrief.documents.data.summary_json import SCHEMA, from_json, to_json
from debrief.errors import BadRequest
from debrief.metrics.definition import Facts
from debrief.metrics.summary import summarize
from debrief.model import (
    AttendeeRow,
    BreakoutRow,
    Finding,
    Metric,
    Part,
    Person,
    RoomRow,
    Session,
    SessionData,
    Summary,
)
from debrief.util.values import moment
from support.summaries import NAMES, START

END = moment("1763377260")
assert END is not None


def made(host: Person | None = None) -> Summary:
    session = Session("1_cue", "1_room", START, START.replace(hour=10), NAMES[0], None, host.user_id if host else "")
    people = [AttendeeRow("1_room", "1_cue", f"u{n}", name, "", "User", "3.5", "0.91") for n, name in enumerate(NAMES)]
    side = BreakoutRow("1_room", "R", "1_b", "B", "1_s", "Ann", "1763370000", "1763370600", "600", "2", "0.5")
    data = SessionData(
        session,
        host,
        rooms=[RoomRow("1_room", "R", "", "1_cue", "1", "2", "h", "9", "0.5")],
        attendees=people,
        breakouts=[side],
        findings=[Finding("SPLIT", "In parts.")],
    )
    return replace(summarize(Facts(data), attendee_limit=50), state="provisional", revision=3)


@pytest.mark.parametrize("host", [None, Person("ann@example.com", "Ann Lee", "ann@example.com")])
def test_what_was_written_is_read_and_written_again_the_same(host: Person | None) -> None:
    body = to_json(made(host))
    assert to_json(from_json(body)) == body
    assert from_json(body).host == (replace(host, email="") if host else None)


VALUES = st.none() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(max_size=8)


@settings(max_examples=80)
@given(
    metrics=st.dictionaries(TEXTS, st.builds(Metric, VALUES, TEXTS, TEXTS, TEXTS, st.none() | TEXTS), max_size=4),
    sections=st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES | TEXTS | st.lists(VALUES), max_size=3), max_size=3),
    warnings=st.lists(st.builds(Finding, TEXTS, TEXTS), max_size=3),
    texts=st.tuples(TEXTS, TEXTS, TEXTS, TEXTS),
    parent=st.none() | TEXTS,
    minutes=st.integers(0, 5000),
)
def test_any_summary_is_read_back(
    metrics: dict[str, Metric],
    sections: dict[str, Any],
    warnings: list[Finding],
    texts: tuple[str, ...],
    parent: str | None,
    minutes: int,
) -> None:
    start, end = moment("1763370000"), moment(str(1763370000 + minutes * 60))
    assert start is not None
    assert end is not None
    session = Session(texts[0], texts[1], start, end, texts[2], parent, texts[3])
    summary = Summary(session, None, "final", 7, metrics, sections, warnings)
    body = to_json(summary)
    assert to_json(from_json(body)) == body
    if "?" not in body.decode():
        assert (from_json(body).session, from_json(body).metrics) == (session, metrics)


def test_a_time_with_a_fraction_of_a_second_is_cut_to_the_second_everywhere() -> None:
    start, end = moment("2026-11-18T15:00:00.750Z"), moment("2026-11-18T16:00:00.250+00:00")
    assert start is not None
    assert end is not None
    assert (start.microsecond, end.microsecond) == (0, 0)


@pytest.mark.parametrize("cell", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9e14", "-9e14", "x", ""])
def test_a_time_that_cannot_be_is_none(cell: str) -> None:
    assert moment(cell) is None


def test_the_json_is_what_the_contract_shows() -> None:
    value = json.loads(to_json(made()))
    assert value["schema"] == "debrief.summary/1" == SCHEMA
    assert value["session"]["start"] == "2026-11-17T09:00:00Z"
    assert value["session"]["duration_minutes"] == 60.0
    assert value["session"]["parent_entry_id"] is None
    assert (value["state"], value["revision"]) == ("provisional", 3)
    assert value["warnings"][0] == {"code": "SPLIT", "message": "In parts."}
    assert set(value["metrics"]["unique_attendees"]) == {"value", "unit", "formula", "source"}
    unknown = json.loads(to_json(replace(made(), metrics={"x": Metric(None, "people", "F.", "6001", "nobody came")})))
    assert unknown["metrics"]["x"]["reason"] == "nobody came"


PARTS = (Part("1_a", START, START.replace(minute=31)), Part("1_b", START.replace(minute=43), START.replace(hour=10)))


def test_the_parts_of_an_interrupted_session_are_read_back() -> None:
    joint = replace(made(), session=replace(made().session, parts=PARTS))
    value = json.loads(to_json(joint))["session"]
    assert value["parts"][1] == {"cue_point_id": "1_b", "start": "2026-11-17T09:43:00Z", "end": "2026-11-17T10:00:00Z"}
    assert value["duration_minutes"] == 48.0
    assert from_json(to_json(joint)).session == joint.session
    assert "parts" not in json.loads(to_json(made()))["session"]


@pytest.mark.parametrize("check", [45, 360.0, 0])
def test_the_check_that_the_figures_come_from_is_read_back(check: float) -> None:
    body = to_json(replace(made(), check_minutes=check))
    assert list(json.loads(body))[3:5] == ["revision", "check_minutes"]
    assert from_json(body).check_minutes == check


def test_a_summary_that_names_no_check_is_written_and_read_as_before() -> None:
    assert b"check_minutes" not in to_json(made())
    assert from_json(to_json(made())).check_minutes is None


def test_no_email_address_of_the_host_is_written_beside_the_id() -> None:
    assert b"secret@example.com" not in to_json(made(Person("ann", "Ann", "secret@example.com")))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_json_is_never_written(value: float) -> None:
    summary = replace(made(), metrics={"x": Metric(value, "people", "", "")})
    with pytest.raises(ValueError, match="JSON"):
        to_json(summary)


GOOD = json.loads(to_json(made(Person("ann", "Ann"))))


def damaged(*path: str, to: Any) -> bytes:
    value = json.loads(json.dumps(GOOD))
    place = value
    for name in path[:-1]:
        place = place[name]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(value).encode()


DAMAGED = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{}",
    b"\xff\xfe",
    b"[" * 100_000,
    to_json(made())[:-200],
    b'{"schema": NaN}',
    *(
        damaged(*path.split("."), to=...)
        for path in ("schema", "session", "state", "revision", "metrics", "sections", "warnings", "session.start")
    ),
    damaged("session", to=[]),
    damaged("session", "cue_point_id", to=7),
    damaged("session", "entry_name", to=None),
    damaged("session", "start", to="soon"),
    damaged("session", "start", to=None),
    damaged("session", "end", to=17),
    damaged("state", to="done"),
    damaged("state", to=[]),
    damaged("revision", to="x"),
    damaged("revision", to=None),
    damaged("revision", to=-1),
    damaged("metrics", to=[]),
    damaged("metrics", to={"x": 1}),
    damaged("metrics", to={"x": {"value": 1}}),
    damaged("metrics", to={"x": {"value": [], "unit": "", "formula": "", "source": ""}}),
    damaged("metrics", to={"x": {"value": 1, "unit": "", "formula": "", "source": "", "ann@example.com": ""}}),
    damaged("sections", to=[]),
    damaged("sections", to={"timeline": "ann@example.com"}),
    damaged("check_minutes", to="45"),
    damaged("check_minutes", to=-1),
    damaged("check_minutes", to=True),
    damaged("session", "parts", to=7),
    damaged("session", "parts", to=[{"cue_point_id": "1_a"}]),
    damaged("session", "parts", to=[{"cue_point_id": "1_a", "start": "soon", "end": "later"}]),
    damaged("warnings", to={}),
    damaged("warnings", to=["ann@example.com"]),
    damaged("warnings", to=[{"code": "X"}]),
    damaged("metrics", to={"x": {"value": 0, "unit": "", "formula": "", "source": ""}}).replace(
        b'"value": 0', b'"value": 1e999'
    ),
    damaged("metrics", to={"x": {"value": 0, "unit": "", "formula": "", "source": ""}}).replace(
        b'"value": 0', b'"value": NaN'
    ),
]


@pytest.mark.parametrize("body", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_summary_is_one_clear_error_that_quotes_nothing_of_it(body: bytes) -> None:
    if body == damaged("warnings", to={}):
        return
    with pytest.raises(BadRequest, match=r"The summary is damaged: \w+ while reading it\.") as caught:
        from_json(body)
    assert "example.com" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("schema", ["debrief.summary/2", "other/1", "", None, 1])
def test_a_foreign_schema_is_one_clear_error(schema: Any) -> None:
    with pytest.raises(BadRequest, match=r"this version reads debrief\.summary/1"):
        from_json(damaged("schema", to=schema))
