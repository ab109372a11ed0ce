"""Reports as Kaltura's own code answers them, through our client and parsers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from replay import HERE, Recorded, Replay, recorded, value_of

from debrief.kaltura.reports.page_reports import PAGE_ATTENDEES, PAGE_REQUESTS, PageRequest, rows_of
from debrief.kaltura.reports.page_tables import graph_points, row_count, table_rows, total_row
from debrief.kaltura.reports.room_reports import ATTENDEES as ATTENDED
from debrief.kaltura.reports.room_reports import BREAKOUTS, ROOMS, parse
from debrief.metrics import page, page_sections
from debrief.metrics.definition import Facts
from debrief.metrics.heatmap import shades
from debrief.metrics.profiles import profiles
from debrief.metrics.summary import PAGE_DEFINITIONS, summarize
from debrief.model import PageData, Session, SessionData
from debrief.util.values import number
from kaltura_standin.hostile_strings import HOSTILE_NAMES

START = datetime(2026, 11, 12, 8, tzinfo=UTC)
END = START + timedelta(minutes=45)
REPORTS = {6000: ROOMS, 6001: ATTENDED, 6002: BREAKOUTS}


def named(answer: Recorded) -> str:
    return answer.file


def parsed(file: str) -> Any:
    return parse(REPORTS[int(file[4:8])], (HERE / file).read_bytes())


def session_with(folder: str, ending: str) -> SessionData:
    """A session whose page reports are all those of a folder recorded with this ending."""
    answers = {
        answer.file.removeprefix(f"{folder}/").removesuffix(f"-{ending}.json"): answer
        for answer in recorded(folder)
        if answer.file.endswith(f"-{ending}.json")
    }
    tables = {name: rows_of(question_of(name), value_of(answer.file)) for name, answer in answers.items()}
    return SessionData(Session("1_onbcue01", "1_onb0ard1", START, END), page=PageData(START, END, tables))


def question_of(name: str) -> PageRequest:
    return next((one for one in PAGE_REQUESTS if one.name == name), PageRequest(60013, "getTable", "live"))


@pytest.mark.parametrize("answer", recorded("csv"), ids=named)
def test_every_csv_passes_the_client_whole(answer: Recorded, replay: Replay) -> None:
    body = replay.gives(answer).csv(answer.report, {"from_date": "1", "to_date": "2"})
    assert body == answer.body
    if "excluded" not in answer.file:
        table = parse(REPORTS[answer.report], body)
        assert not table.findings
        assert len(table.rows) == table.count


def test_excluded_columns_are_said_to_be_missing() -> None:
    table = parsed("csv/6001-limit-2-excluded.csv")
    assert [row.user_email for row in table.rows] == ["", ""]
    assert [finding.code for finding in table.findings] == ["MISSING_COLUMN"]


def test_quoted_names_are_the_names_without_quotes() -> None:
    assert sorted(parsed("csv/6000-day-quoted-names.csv").rows) == sorted(parsed("csv/6000-day.csv").rows)


@pytest.mark.parametrize("file", ["csv/6000-empty-no-static-header.csv", "csv/6002-empty-static-header.csv"])
def test_both_kinds_of_empty_csv_have_no_rows(file: str) -> None:
    assert (parsed(file).rows, parsed(file).count) == ([], 0)


def test_hostile_names_come_through_commas_and_line_breaks_as_spaces() -> None:
    rows = {row.user_id: row for row in parsed("csv/6001-hostile.csv").rows}
    assert len(rows) == len(HOSTILE_NAMES) + 1
    for place, name in enumerate(HOSTILE_NAMES, start=1):
        row = rows[f"drill-{place:02d}"]
        assert row.user_email == f"drill-{place:02d}@example.org"
        assert 0 < (number(row.meeting_view_time) or 0) <= 30
        assert row.user_name.split() == name.strip('"' if len(name) > 1 else "").replace(",", " ").split()


@pytest.mark.parametrize("answer", [*recorded("json"), *recorded("empty")], ids=named)
def test_every_table_total_and_graph_passes_the_client_with_all_its_cells(answer: Recorded, replay: Replay) -> None:
    value = replay.gives(answer).call("report", answer.action, {})
    if answer.action == "getGraphs":
        points = graph_points(value, "count_plays")
        assert points
        assert all(label.isdecimal() and number(count) is not None for label, count in points)
    elif answer.action == "getTotal":
        assert list(total_row(value)) == value["header"].split("|")
    else:
        rows = table_rows(value)
        assert len(rows) == value.get("data", "").count(";")
        assert all(list(row) == value["header"].split("|") for row in rows)
        assert row_count(value) in {0, len(rows)} or "size" in answer.file or "first30" in answer.file


def test_regions_and_cities_find_their_country() -> None:
    found = page_sections.countries(Facts(session_with("json", "onboarding")))["rows"]
    assert [(row["code"], row["name"]) for row in found if row["name"] == "United Kingdom"] == [
        ("GB", "United Kingdom")
    ]
    for row in found:
        assert sum(region["live_viewers"] for region in row["regions"]) == row["live_viewers"]
        for region in row["regions"]:
            assert sum(city["live_viewers"] for city in region["cities"]) == region["live_viewers"]


def test_shares_of_countries_are_of_kalturas_total() -> None:
    facts = Facts(session_with("json", "onboarding"))
    assert page.viewers_live(facts) == 11
    assert {row["live_share"] for row in page_sections.countries(facts)["rows"]} == {1 / 11, 2 / 11, 3 / 11}


def test_without_an_event_role_and_industry_are_the_user_id_and_no_profile() -> None:
    people = {
        file: profiles(
            SessionData(Session("c", "e", START, END), page=PageData(START, END, {PAGE_ATTENDEES.name: rows}))
        )
        for file in ("event77", "noevent")
        if (rows := rows_of(PAGE_ATTENDEES, value_of(f"json/60010-getTable-{file}-first30.json")))
    }
    assert {person.role for person in people["noevent"].values()} == {""}
    assert {person.industry for person in people["noevent"].values()} == {""}
    assert sum(bool(person.role) for person in people["event77"].values()) > 20
    assert not [person for person in people["event77"].values() if "@" in person.role + person.industry]


def test_pages_of_the_timeline_show_zeros_that_are_none_so_it_is_never_paged() -> None:
    whole = {row["position"]: row for row in table_rows(value_of("json/60004-getTable-onboarding.json"))}
    false_zeros = []
    for at in (1, 2, 3):
        answer = value_of(f"json/60004-getTable-size10-page{at}.json")
        rows = table_rows(answer)
        assert row_count(answer) == len(whole)
        false_zeros.append(sum(row != whole[row["position"]] for row in rows))
    assert false_zeros == [1, 2, 2]


def test_a_page_past_the_end_of_a_join_counts_its_rows_and_has_none() -> None:
    answer = value_of("json/60010-getTable-size10-page3-past-end.json")
    assert (table_rows(answer), row_count(answer)) == ([], 11)


def test_a_full_page_of_places_is_not_counted() -> None:
    assert row_count(value_of("json/60007-getTable-size3-page2.json")) == 0


def test_a_full_page_of_a_heatmap_comes_by_count_and_is_shaded_by_time() -> None:
    rows = table_rows(value_of("json/60011-getTable-page-too-small.json"))
    assert [row["position"] for row in rows] != sorted(row["position"] for row in rows)
    assert set(shades(rows, START, END)) <= set("en-")


def test_an_unknown_viewer_of_a_recording_has_no_name_and_is_called_unknown() -> None:
    tables = {
        name: table_rows(value_of(f"json/{name}-recording.json")) for name in ("60012-getTable", "60005-getTable")
    }
    data = SessionData(Session("c", "e", START, END), page=PageData(START, END, tables))
    viewers = page_sections.recordings(Facts(data))["viewers"]
    assert [row["name"] for row in viewers if row["user_id"] == "Unknown"] == ["Unknown"]
    assert all(row["completion_rate"] <= 1 for row in viewers)


def test_both_ways_of_saying_nothing_give_the_same_figures_and_no_share_of_nobody() -> None:
    zeros, none = (Facts(session_with("empty", f"druid-{end}")) for end in ("zeros", "none"))
    for definition in PAGE_DEFINITIONS:
        assert definition.metric(zeros) == definition.metric(none)
        assert definition.metric(none).value in {None, 0}
        assert definition.unit not in {"ratio", "minutes"} or definition.metric(none).reason
    summaries = [summarize(facts, attendee_limit=9) for facts in (zeros, none)]
    assert summaries[0].sections == summaries[1].sections
