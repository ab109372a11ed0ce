"""Query tables from the sections of a summary: their rows, unknown figures, hostile texts."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.documents.data.csv_tables import machine_csv
from debrief.documents.data.section_tables import section_tables
from debrief.segment import Member, Segment
from support import summaries
from support.archive_page import columns_of

TABLES = ("polls", "timeline", "recordings", "countries", "devices", "follow_up")
LISTS = [
    Segment("left-early", members=[Member("ann", "Ann\nLee", "ann@example.org", "Stayed 3 of 60 minutes")]),
    Segment("came-back", unavailable="not known"),
]


def rows(name: str, **sections: object) -> list[dict[str, str]]:
    made = replace(summaries.few(), sections=sections)  # type: ignore[arg-type]
    body = machine_csv(section_tables(made, LISTS)[name]).decode()
    return list(csv.DictReader(io.StringIO(body, newline="")))


@pytest.mark.parametrize("make", [summaries.rich, summaries.webinar, summaries.nobody])
def test_every_table_has_the_columns_of_the_dictionary_and_the_session_in_each_row(make: object) -> None:
    summary = make()  # type: ignore[operator]
    made = section_tables(summary, LISTS)
    assert tuple(made) == TABLES
    for name, (header, *body) in made.items():
        assert list(header) == [column.name for column in columns_of(name)]
        assert {row[0] for row in body} <= {summary.session.cue_point_id}
        assert {len(row) for row in body} <= {len(header)}


def test_a_section_that_is_unknown_or_missing_has_a_header_only() -> None:
    gone = {name: {"unavailable": "Kaltura did not say."} for name in TABLES}
    assert not any(rows(name, **gone) for name in TABLES[:-1])
    assert not any(rows(name) for name in TABLES[:-1])


def test_a_poll_has_a_row_for_each_option_and_one_without_options_has_a_row() -> None:
    poll = {"question": "How?\nWell?", "type": "Single answer", "participants": 3, "counted": "new"}
    answer = {"answer": "Yes, 1", "participants": 2, "rate": 2 / 3, "correct": True}
    first, second, none = rows(
        "polls", polls={"rows": [{**poll, "answers": [answer, answer]}, {**poll, "answers": []}]}
    )
    assert (first["question"], first["option"], first["share"], first["correct"]) == (
        "How? Well?",
        "Yes, 1",
        str(2 / 3),
        "true",
    )
    assert (first["poll_number"], first["option_number"], second["option_number"]) == ("1", "1", "2")
    assert (none["poll_number"], none["option_number"], none["participants"], none["correct"]) == ("2", "", "", "")


def test_an_unknown_minute_is_empty_and_not_zero() -> None:
    kinds = ("clap", "heart", "think", "wow", "smile")
    timeline = {
        "from": "2026-11-18T09:00:00Z",
        "step_seconds": 60,
        "viewers": [3, None],
        "engagement": [0.5, None],
        "reactions": {kind: [2, None] for kind in kinds},
    }
    known, unknown = rows("timeline", timeline=timeline)
    assert (known["minute"], known["started_at"], known["viewers"]) == ("0", "2026-11-18T09:00:00Z", "3")
    assert (known["engagement_rate"], known["reactions"], known["wow"]) == ("0.5", "10", "2")
    assert (unknown["minute"], unknown["started_at"]) == ("1", "2026-11-18T09:01:00Z")
    assert not any(unknown[name] for name in ("viewers", "engagement_rate", "reactions", *kinds))


def test_a_country_without_a_code_has_an_empty_one() -> None:
    row = {"code": None, "name": "Unknown", "live_viewers": 2, "recording_viewers": 0, "live_share": None}
    (cells,) = rows("countries", countries={"rows": [row]})
    assert (cells["country_code"], cells["country"], cells["live_viewers"], cells["live_share"]) == (
        "",
        "Unknown",
        "2",
        "",
    )


def test_follow_up_names_the_list_the_person_and_the_reason_in_one_line() -> None:
    (cells,) = rows("follow_up")
    assert (cells["segment"], cells["user_id"], cells["user_name"]) == ("left-early", "ann", "Ann Lee")
    assert (cells["user_email"], cells["reason"]) == ("ann@example.org", "Stayed 3 of 60 minutes")


@given(st.text(max_size=20))
def test_whatever_a_text_holds_the_table_keeps_its_rows_and_columns(text: str) -> None:
    devices = {"rows": [{"device": text, "live_viewers": 1, "recording_viewers": 0, "live_share": 1.0}] * 2}
    cells = rows("devices", devices=devices)
    assert [(row["live_viewers"], row["live_share"]) for row in cells] == [("1", "1.0")] * 2
