"""Every figure of the contract's first table, computed here a second time and in another way."""

from __future__ import annotations

import random
import re
import statistics
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics_data import BREAKOUTS, ROWS, START, breakout, data, metric_of, metrics_of, room, row, side, summary_of

from debrief.kaltura.reports.room_reports import ATTENDEES, ROOMS, parse
from debrief.kaltura.reports.room_reports import BREAKOUTS as BREAKOUT_REPORT
from debrief.metrics.event import facts_of, summarize_event
from debrief.metrics.event_sections import FIGURES
from debrief.metrics.summary import TABLE_DEFINITIONS
from debrief.model import AttendeeRow, BreakoutRow, PageData, Session, SessionData
from kaltura_standin.csv_writer import csv_bytes
from kaltura_standin.reports import report_table
from kaltura_standin.sample_account import sample_account
from support.event_samples import EVENT, session
from support.event_samples import row as event_row

UNITS = {"people", "minutes", "ratio", "count", "time", "sessions"}
CLOSE = {"rel": 1e-9, "abs": 1e-12}


def exact(cell: str) -> Fraction | None:
    return Fraction(cell) if cell else None


def weighted(pairs: list[tuple[Fraction | None, Fraction | None]]) -> Fraction | None:
    known = [(w, v) for w, v in pairs if w is not None and v is not None]
    total = sum((w for w, _ in known), Fraction(0))
    return sum((w * v for w, v in known), Fraction(0)) / total if total else None


def expected(rows: list[AttendeeRow], breakouts: list[BreakoutRow], duration: Fraction) -> dict[str, object]:
    """The contract, read as mathematics."""
    people: dict[str, list[AttendeeRow]] = defaultdict(list)
    for one in rows:
        if one.user_id.strip() and one.user_id != "Unknown":
            people[one.user_id].append(one)
    minutes = {
        user: sum((exact(one.meeting_view_time) or Fraction(0) for one in own), Fraction(0))
        for user, own in people.items()
    }
    rates = []
    for own in people.values():
        known = [rate for one in own if (rate := exact(one.meeting_engaged_play_time_ratio)) is not None]
        pairs = [(exact(one.meeting_view_time), exact(one.meeting_engaged_play_time_ratio)) for one in own]
        if known:
            rates.append(
                known[0] if len(known) == 1 else weighted(pairs) if weighted(pairs) is not None else max(known)
            )
    count, sizes = len(people), sorted(minutes.values())
    quantiles = statistics.quantiles(sizes, n=10, method="inclusive") if count > 1 else sizes * 9
    everyone = [exact(one.meeting_view_time) or Fraction(0) for one in rows]
    guests = sum(max(one.user_type for one in own) == "Guest" for own in people.values())
    figures: dict[str, object] = {
        "unique_attendees": count,
        "guests": guests,
        "users": count - guests,
        "minutes_total": sum(everyone, Fraction(0)),
        "minutes_unidentified": sum(everyone, Fraction(0)) - sum(sizes, Fraction(0)),
        "minutes_average": sum(sizes, Fraction(0)) / count if count else None,
        "minutes_median": statistics.median(sizes) if count else None,
        "minutes_p90": quantiles[8] if count else None,
        "engagement_rate": weighted(
            [(exact(one.meeting_view_time), exact(one.meeting_engaged_play_time_ratio)) for one in rows]
        ),
        "engagement_rate_mean": statistics.mean(rates) if rates else None,
        "attendance_share": sum(sizes, Fraction(0)) / count / duration if count and duration else None,
        "breakout_rooms": len({one.breakout_entry_id for one in breakouts}),
        "breakout_sessions": len(breakouts),
        "breakout_participants": sum(exact(one.participant_count) or Fraction(0) for one in breakouts),
        "breakout_minutes": sum(exact(one.duration) or Fraction(0) for one in breakouts) / 60,
        "breakout_engagement_rate": weighted(
            [(exact(one.participant_count), exact(one.engagement_rate)) for one in breakouts]
        ),
    }
    for percent in (25, 50, 75, 90):
        least = duration * percent / 100 * (1 - Fraction(1, 10**11))
        stayed = Fraction(sum(size >= least for size in sizes), count) if count and duration else None
        figures[f"stayed_{percent}"] = stayed
    return figures


def assert_as_in_the_contract(given_data: SessionData, duration: Fraction) -> None:
    found = metrics_of(given_data)
    for key, value in expected(list(given_data.attendees), list(given_data.breakouts), duration).items():
        if value is None:
            assert found[key] is None, key
            assert metric_of(given_data, key).reason, key
        else:
            assert found[key] == pytest.approx(float(value), **CLOSE), key  # type: ignore[arg-type]


@settings(max_examples=100)
@given(rows=ROWS, breakouts=BREAKOUTS, minutes=st.integers(0, 90))
def test_every_figure_of_any_rows_is_the_contracts(
    rows: list[AttendeeRow], breakouts: list[BreakoutRow], minutes: int
) -> None:
    assert_as_in_the_contract(data(rows, minutes=minutes, breakouts=breakouts), Fraction(minutes))


def test_every_figure_of_every_session_of_the_sample_account_is_the_contracts() -> None:
    account = sample_account()
    tables = {}
    for report in (ROOMS, ATTENDEES, BREAKOUT_REPORT):
        params = {"from_date": "1790000000", "to_date": "1800000000"}
        tables[report.number] = parse(report, csv_bytes(report_table(account, report.number, params))).rows
    checked = 0
    for place, one in account.sessions():
        if one.end == one.start or place.parent:
            continue
        start, end = (datetime.fromtimestamp(second, UTC) for second in (one.start, one.end))
        given_data = SessionData(
            Session(one.id, place.id, start, end),
            rooms=[row for row in tables[6000] if row.cue_point_id == one.id],
            attendees=[row for row in tables[6001] if row.cue_point_id == one.id],
            breakouts=[row for row in tables[6002] if row[0] == place.id],
        )
        assert_as_in_the_contract(given_data, Fraction(one.end - one.start, 60))
        if given_data.rooms:
            found = metrics_of(given_data)
            assert found["kaltura_unique_users"] == int(given_data.rooms[0].meeting_view_period_unique_users)
            assert found["kaltura_engagement_rate"] == float(given_data.rooms[0].meeting_engaged_play_time_ratio)
        checked += 1
    assert checked == 13


@given(rows=ROWS, seed=st.integers(0, 99))
def test_the_order_of_rows_means_nothing(rows: list[AttendeeRow], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert metrics_of(data(rows)) == metrics_of(data(shuffled))


def test_rows_of_one_user_are_one_person_with_added_minutes_and_a_weighted_rate() -> None:
    given_data = data([row("ann", "10", "0.2"), row("bob", "5", "1"), row("ann", "30", "0.6")])
    (ann, bob) = summary_of(given_data).sections["attendees"]["rows"]
    assert (ann["minutes"], ann["engagement_rate"]) == (40, pytest.approx(0.5))
    assert (bob["minutes"], bob["engagement_rate"]) == (5, 1)
    assert metrics_of(given_data)["engagement_rate_mean"] == pytest.approx(0.75)


@pytest.mark.parametrize("rows", [[("10", ""), ("5", "0.4"), ("5", "0.8")], [("5", "0.8"), ("5", "0.4"), ("10", "")]])
def test_minutes_of_which_no_rate_is_known_weigh_nothing_in_whatever_order(rows: list[tuple[str, str]]) -> None:
    (ann,) = summary_of(data([row("ann", *cells) for cells in rows])).sections["attendees"]["rows"]
    assert (ann["minutes"], ann["engagement_rate"]) == (20, pytest.approx(0.6))


def test_a_rate_alone_stays_as_received_to_the_last_digit() -> None:
    rate = "0.73118279569892"
    given_data = data([row("ann", "0.1", rate), row("bob", "0", rate)], apart=[side("ann", "3.3")])
    for person in summary_of(given_data).sections["attendees"]["rows"]:
        assert person["engagement_rate"] == float(rate)


@pytest.mark.parametrize("user_id", ["", " ", "\u3000", "Unknown"])
def test_the_unidentified_are_no_attendees_and_their_minutes_count_in_the_total_only(user_id: str) -> None:
    found = metrics_of(data([row("ann", "10"), row(user_id, "5"), row(user_id, "2")]))
    assert (found["unique_attendees"], found["minutes_average"]) == (1, 10)
    assert (found["minutes_total"], found["minutes_unidentified"]) == (17, 7)


def test_an_empty_session_has_zeros_and_reasons() -> None:
    summary = summary_of(data())
    values = {key: metric.value for key, metric in summary.metrics.items() if metric.value is not None}
    assert values.pop("attended_minutes") == 60
    assert set(values.values()) == {0}
    assert {"unique_attendees", "minutes_total", "breakout_rooms", "breakout_minutes"} <= values.keys()
    assert all(metric.reason for metric in summary.metrics.values() if metric.value is None)
    section = summary.sections["attendees"]
    assert section.pop("may_lack").startswith("the attendees on Kaltura's Summary page are unknown")
    assert section == {"total": 0, "shown": 0, "rows": []}


def test_a_session_without_duration_has_no_shares_of_it_and_says_so() -> None:
    summary = summary_of(data([row("ann", "3")], minutes=0))
    for key in ("attendance_share", "stayed_25", "stayed_90"):
        assert (summary.metrics[key].value, "duration" in (summary.metrics[key].reason or "")) == (None, True)
    assert summary.metrics["minutes_average"].value == 3
    assert "NO_DURATION" in {warning.code for warning in summary.warnings}


@pytest.mark.parametrize("seconds", range(60, 5000, 97))
@pytest.mark.parametrize("percent", [25, 50, 75, 90])
def test_who_stayed_exactly_that_part_of_the_session_counts(seconds: int, percent: int) -> None:
    """Kaltura prints 14 digits, so the minutes may be a little less than the part."""
    minutes = f"{seconds * percent / 100 / 60:.14g}"
    assert metrics_of(data([row("ann", minutes)], minutes=seconds / 60))[f"stayed_{percent}"] == 1


def test_who_stayed_a_second_less_does_not_count() -> None:
    assert metrics_of(data([row("ann", f"{(3600 * 0.9 - 1) / 60:.14g}")]))["stayed_90"] == 0


def test_people_seen_in_breakouts_only_are_listed_and_count_in_no_figure_of_the_main_room() -> None:
    alone = data([row("ann", "10")])
    both = data([row("ann", "10")], apart=[side("zed", "4", "Zed"), side("zed", "2"), side("ann", "3"), side("")])
    counted, of_main_room = metrics_of(both), metrics_of(alone)
    for definition in TABLE_DEFINITIONS:
        assert counted[definition.key] == of_main_room[definition.key]
    listed = summary_of(both).sections["attendees"]
    assert (listed["total"], listed["shown"]) == (3, 3)
    assert [(one["user_id"], one["minutes"], one["breakout_minutes"]) for one in listed["rows"]] == [
        ("ann", 10, 3),
        ("zed", None, 6),
        ("", None, 1),
    ]
    assert listed["rows"][1]["engagement_rate"] is None


def test_a_person_with_rows_of_two_types_is_a_user() -> None:
    for rows in ([row("ann", kind="Guest"), row("ann")], [row("ann"), row("ann", kind="Guest")]):
        found = metrics_of(data(rows))
        assert (found["guests"], found["users"]) == (0, 1)


def test_kalturas_own_figures_are_those_of_the_session_and_of_no_breakout() -> None:
    side_row = room("99", "0.1", "1_brk", "1_room")
    found = metrics_of(data(rooms=[side_row, room("7", "0.4")]))
    assert (found["kaltura_unique_users"], found["kaltura_engagement_rate"]) == (7, 0.4)
    assert metric_of(data(rooms=[side_row]), "kaltura_unique_users").value is None


@pytest.mark.parametrize("cell", ["", "many", "nan"])
def test_kalturas_own_figures_may_be_unreadable(cell: str) -> None:
    found = metric_of(data(rooms=[room(cell, cell)]), "kaltura_unique_users")
    assert (found.value, bool(found.reason)) == (None, True)


def test_kalturas_estimate_of_people_is_rounded_to_the_nearest() -> None:
    assert [metric_of(data(rooms=[room(cell)]), "kaltura_unique_users").value for cell in ("3.7", "3.2")] == [4, 3]


def test_a_person_in_two_breakouts_counts_twice_there_as_kaltura_has_it() -> None:
    found = metrics_of(data(breakouts=[breakout("1_b1", "600", "3", "1"), breakout("1_b2", "300", "1", "0")]))
    assert found["breakout_participants"] == 4
    assert found["breakout_minutes"] == 15
    assert found["breakout_engagement_rate"] == 0.75


def test_breakouts_without_participants_have_no_rate() -> None:
    assert metric_of(data(breakouts=[breakout(people="0")]), "breakout_engagement_rate").reason


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=40))
def test_median_and_percentile_interpolate_between_neighbours(minutes: list[float]) -> None:
    found = metrics_of(data([row(f"u{place}", repr(one)) for place, one in enumerate(minutes)]))
    assert found["minutes_median"] == pytest.approx(statistics.median(minutes))
    assert found["minutes_p90"] == pytest.approx(statistics.quantiles(minutes, n=10, method="inclusive")[8])


def test_every_metric_says_unit_formula_and_source_and_is_finite() -> None:
    for metric in summary_of(data([row("ann")], rooms=[room()])).metrics.values():
        assert metric.unit in {"people", "minutes", "ratio", "count", "time"}
        assert metric.formula.endswith(".")
        assert metric.source
        assert not isinstance(metric.value, float) or isfinite(metric.value)


def test_each_figure_names_the_reports_that_it_is_from() -> None:
    main_room = "unique_attendees guests users minutes_total minutes_unidentified minutes_average minutes_median"
    main_room += " minutes_p90 stayed_25 stayed_50 stayed_75 stayed_90 engagement_rate engagement_rate_mean"
    sources = {
        "6001": f"{main_room} people_present people_breakout_only",
        "6001, 6000": "attendance_share",
        "6000": "kaltura_unique_users kaltura_engagement_rate",
        "6002": "breakout_rooms breakout_sessions breakout_participants breakout_minutes breakout_engagement_rate",
        "60004, 6002": "attended_minutes",
        "6001, 6002, 60004": "presence_average presence_median presence_p90 presence_share present_25 present_50"
        " present_75 present_90",
    }
    found = {key: metric.source for key, metric in summary_of(data([row("ann")], rooms=[room()])).metrics.items()}
    promised = {key: source for source, keys in sources.items() for key in keys.split()}
    assert {key: found[key] for key in promised} == promised


def test_every_figure_has_a_known_unit_and_is_explained_in_one_whole_sentence() -> None:
    page = PageData(START, START, {})
    event = summarize_event(EVENT, facts_of([session(0, [event_row("ann", 60)])]), attendee_limit=1)
    found = {**summary_of(replace(data([row("ann")]), page=page)).metrics, **event.metrics}
    assert len(found) > 40
    assert {metric.unit for metric in found.values()} | {unit for _, unit, *_ in FIGURES} <= UNITS
    assert not [metric.formula for metric in found.values() if not re.fullmatch(r"[A-Z0-9].*[.]", metric.formula)]
