"""Presence: time in a breakout is time in the session, and shares are of the time in which people could attend."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics_data import START, data, metrics_of, row, side, summary_of
from metrics_data import breakout as breakout_row

from debrief.kaltura.reports.room_reports import ATTENDEES, BREAKOUTS, parse
from debrief.metrics.definition import Facts
from debrief.model import AttendeeRow, BreakoutRow, PageData, Part, Session, SessionData
from debrief.util.columns import Cells
from debrief.util.values import is_identified
from kaltura_standin.csv_writer import csv_bytes
from kaltura_standin.reports import report_table
from kaltura_standin.sample_account import sample_account

CLOSE = {"rel": 1e-9, "abs": 1e-9}


def minute(at: int, viewers: int) -> Cells:
    position = int((START + timedelta(minutes=at)).timestamp())
    return {"position": str(position), "combined_live_view_period_count": str(viewers)}


def breakout(start: float, end: float, entry: str = "1_brk") -> BreakoutRow:
    times = [str(int((START + timedelta(minutes=at)).timestamp())) for at in (start, end)]
    return breakout_row(entry, str((end - start) * 60))._replace(session_start_time=times[0], session_end_time=times[1])


def part(start: float, end: float) -> Part:
    return Part(f"1_part{start}-{end}", START + timedelta(minutes=start), START + timedelta(minutes=end))


def session(
    viewers: Sequence[int] | Mapping[int, int] | None,
    rows: Sequence[AttendeeRow] = (),
    *,
    minutes: float = 60,
    parts: Sequence[Part] = (),
    breakouts: Sequence[BreakoutRow] = (),
    apart: Sequence[AttendeeRow] = (),
) -> SessionData:
    """`viewers` of each minute from the start; None without a timeline."""
    parts = tuple(sorted(parts, key=lambda one: one.start))
    end = max((one.end for one in parts), default=START + timedelta(minutes=minutes))
    whole = Session("1_cue", "1_room", parts[0].start if parts else START, end, parts=parts)
    by_minute = viewers if isinstance(viewers, Mapping) else dict(enumerate(viewers or ()))
    table = [minute(*one) for one in by_minute.items()]
    page = None if viewers is None else PageData(whole.start, whole.end, {"60004-getTable": table})
    return SessionData(whole, attendees=rows, breakouts=breakouts, breakout_attendees=apart, page=page)


def attended(given_data: SessionData) -> float:
    value = metrics_of(given_data)["attended_minutes"]
    assert isinstance(value, float)
    return value


def codes(given_data: SessionData) -> set[str]:
    return {warning.code for warning in summary_of(given_data).warnings}


def test_time_in_breakouts_is_time_in_the_session() -> None:
    rows = [row(f"u{place}", "8") for place in range(12)]
    apart = [side(f"u{place}", "51.5") for place in range(12)]
    found = metrics_of(session([12] * 8 + [0] * 52, rows, breakouts=[breakout(8, 60)], apart=apart))
    assert (found["attended_minutes"], found["presence_average"], found["presence_median"]) == (60, 59.5, 59.5)
    assert (found["present_90"], found["presence_share"]) == (1, pytest.approx(59.5 / 60))
    assert (found["minutes_average"], found["stayed_25"]) == (8, 0)  # the promised figures, for machines


def test_where_kaltura_counts_both_at_once_presence_is_the_larger_for_everybody_and_a_note_says_so() -> None:
    rows = [row("ann", "60"), row("bob", "58"), row("cy", "20"), row("dan", "60")]
    apart = [side("ann", "30"), side("bob", "30"), side("cy", "30")]
    twice = session([4] * 60, rows, apart=apart)
    presence = {person.user_id: person.presence for person in Facts(twice).present}
    assert presence == {"ann": 60, "bob": 58, "cy": 30, "dan": 60}
    assert "COUNTED_TWICE" in codes(twice)


def test_half_of_the_people_beyond_the_session_are_not_more_than_half() -> None:
    once = session([4] * 60, [row("ann", "60"), row("cy", "20")], apart=[side("ann", "30"), side("cy", "30")])
    presence = {person.user_id: person.presence for person in Facts(once).present}
    assert presence == {"ann": 60, "cy": 50}  # nobody has more than the attended span
    assert "COUNTED_TWICE" not in codes(once)


@pytest.mark.parametrize(("minutes", "twice"), [("31", False), ("31.1", True)])
def test_a_sum_counts_as_beyond_the_session_by_more_than_a_minute(minutes: str, twice: bool) -> None:
    given_data = session([2] * 60, [row("ann", "30")], apart=[side("ann", minutes)])
    assert ("COUNTED_TWICE" in codes(given_data)) is twice
    assert metrics_of(given_data)["presence_average"] == (31.1 if twice else 60)


def test_people_of_breakouts_only_are_present_and_the_unidentified_are_not() -> None:
    given_data = session([3] * 60, [row("ann", "60"), row("", "60")], apart=[side("zed", "30"), side("Unknown", "9")])
    found = metrics_of(given_data)
    assert (found["people_present"], found["people_breakout_only"], found["unique_attendees"]) == (2, 1, 1)
    assert found["presence_average"] == 45
    rows = summary_of(given_data).sections["attendees"]["rows"]
    assert {one["user_id"]: one["presence"] for one in rows} == {"ann": 60, "": None, "zed": 30, "Unknown": None}


def test_a_room_left_open_stretches_nothing_though_its_host_stays_in_it() -> None:
    rows = [row("ann", "60"), row("bob", "45"), row("host", "180")]
    given_data = session([1] * 10 + [3] * 60 + [1] * 110, rows, minutes=180)
    found = metrics_of(given_data)
    assert (found["attended_minutes"], found["present_75"]) == (60, 1)
    assert (found["presence_average"], found["presence_share"]) == (55, pytest.approx(55 / 60))


def test_the_attended_span_ends_with_a_breakout_that_outlasts_the_main_room() -> None:
    assert attended(session([5] * 20 + [0] * 40, breakouts=[breakout(18, 45)])) == 45
    assert attended(session([0] * 30 + [5] * 30, breakouts=[breakout(-20, 10)])) == 60  # within the session


@pytest.mark.parametrize(
    ("viewers", "minutes"),
    [
        (None, 60),  # no timeline: the session
        ([0] * 60, 60),  # a timeline that has nobody says nothing of the span
        ([0] * 5 + [1] * 10 + [0] * 45, 10),  # never two: one is enough
        ([1] * 5 + [2] + [0, 1] * 27, 1),
        ({-1: 9, 0: 2, 59: 2, 60: 9}, 60),  # minutes of other sessions in the same hour are not this one's
    ],
)
def test_the_attended_span_is_from_the_first_to_the_last_minute_with_company(viewers: object, minutes: float) -> None:
    assert attended(session(viewers)) == minutes  # type: ignore[arg-type]


@pytest.mark.parametrize("unknown", ["session_start_time", "session_end_time"])
def test_a_breakout_whose_times_are_not_known_stretches_nothing(unknown: str) -> None:
    whole = session([2] * 30, breakouts=[breakout(40, 50)])
    assert attended(whole) == 50
    without = session([2] * 30, breakouts=[breakout(40, 50)._replace(**{unknown: ""})])
    assert attended(without) == 30


def test_a_minute_that_the_session_begins_or_ends_within_counts_as_far_as_the_session_goes() -> None:
    given_data = session(None, [row("ann", "2")])
    whole = Session("1_cue", "1_room", START + timedelta(seconds=20), START + timedelta(minutes=2, seconds=10))
    page = PageData(whole.start, whole.end, {"60004-getTable": [minute(at, 2) for at in range(4)]})
    found = metrics_of(SessionData(whole, attendees=given_data.attendees, page=page))
    assert found["attended_minutes"] == pytest.approx(110 / 60)
    assert found["presence_average"] == pytest.approx(110 / 60)


def test_of_a_merged_session_gaps_do_not_count_and_what_overlaps_counts_once() -> None:
    apart, overlapping = (part(0, 30), part(40, 60)), (part(0, 30), part(20, 60))
    assert attended(session([5] * 60, parts=apart)) == 50
    assert attended(session([5] * 60, parts=overlapping)) == 60
    assert attended(session([5] * 25 + [0] * 15 + [5] * 10 + [0] * 10, parts=apart)) == 35
    assert attended(session([5] * 25 + [0] * 35, parts=apart)) == 25  # nobody came back
    assert attended(session(None, parts=apart)) == 50


def test_a_merged_session_lasts_as_long_as_the_union_of_its_parts() -> None:
    assert session(None, parts=(part(0, 30), part(20, 60))).session.duration_minutes == 60
    assert session(None, parts=(part(0, 60), part(10, 20), part(60, 70))).session.duration_minutes == 70
    assert session(None, parts=(part(0, 30), part(40, 60))).session.duration_minutes == 50


def test_a_session_without_duration_has_no_presence_and_says_why() -> None:
    summary = summary_of(data([row("ann", "3")], minutes=0))
    assert summary.metrics["attended_minutes"].value == 0
    for key in ("presence_average", "presence_median", "presence_p90", "presence_share", "present_25", "present_90"):
        assert (summary.metrics[key].value, "duration" in (summary.metrics[key].reason or "")) == (None, True)


def test_a_session_of_nobody_has_no_presence_and_says_why() -> None:
    metric = summary_of(session([0] * 60, [row("", "9")])).metrics["presence_average"]
    assert (metric.value, "no identified person" in (metric.reason or "")) == (None, True)


def workshop() -> SessionData:
    """The workshop of the sample account, of whose 25 people one was in a breakout only."""
    account = sample_account()
    params = {"from_date": "1790000000", "to_date": "1800000000"}
    attendees, breakouts = (
        parse(report, csv_bytes(report_table(account, report.number, params))).rows for report in (ATTENDEES, BREAKOUTS)
    )
    start, end = (datetime.fromtimestamp(second, UTC) for second in (1795003200, 1795008600))
    own = [one for one in breakouts if one.parent_entry_id == "1_wrkshp01"]
    return SessionData(
        Session("1_wrkcue01", "1_wrkshp01", start, end),
        attendees=[one for one in attendees if one.cue_point_id == "1_wrkcue01"],
        breakouts=own,
        breakout_attendees=[one for one in attendees if one.entry_id in {each.breakout_entry_id for each in own}],
    )


def test_a_workshop_whose_people_were_in_breakouts_does_not_read_as_mass_flight() -> None:
    facts, found = Facts(workshop()), metrics_of(workshop())
    assert (found["people_present"], found["people_breakout_only"]) == (25, 1)
    assert (found["presence_average"], found["present_75"]) == (pytest.approx(80.2, abs=0.05), 23 / 25)
    assert (found["minutes_average"], found["stayed_75"]) == (pytest.approx(62.6, abs=0.05), 2 / 24)
    in_main_room = [person.presence or 0 for person in facts.present if person.minutes is not None]
    assert statistics.fmean(in_main_room) == pytest.approx(82.6, abs=0.05)
    assert sum(one >= 67.5 for one in in_main_room) == 23  # of 24: 95.8%


IDS = st.sampled_from(["", "Unknown", "ann", "bob", "cy", "dan", "eve", "fay"])
LENGTHS = st.one_of(st.just(""), st.integers(0, 130).map(str), st.floats(0, 130).map(repr))
PARTS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), max_size=4)


@st.composite
def sessions(draw: st.DrawFn) -> SessionData:
    parts = [part(start, start + length) for start, length in draw(PARTS)]
    timeline = draw(st.none() | st.lists(st.integers(0, 3), max_size=110))
    rooms = draw(st.lists(st.tuples(st.integers(-20, 90), st.integers(0, 60)), max_size=3))
    return session(
        timeline,
        draw(st.lists(st.builds(row, IDS, LENGTHS), max_size=12)),
        minutes=draw(st.integers(0, 90)),
        parts=parts,
        breakouts=[breakout(start, start + length) for start, length in rooms],
        apart=draw(st.lists(st.builds(side, IDS, LENGTHS), max_size=8)) if rooms else (),
    )


def seconds(given_data: SessionData) -> int:
    """The attended span, second by second."""
    timeline = given_data.page.rows("60004-getTable") if given_data.page else []
    whole: set[int] = set()
    found: set[int] = set()
    for one in given_data.session.parts or (given_data.session,):
        own = set(range(int(one.start.timestamp()), int(one.end.timestamp())))
        viewers = {
            second: int(cells["combined_live_view_period_count"])
            for cells in timeline
            for second in range(int(cells["position"]), int(cells["position"]) + 60)
            if second in own
        }
        least = 2 if 2 in viewers.values() or 3 in viewers.values() else 1
        seen = {second for second, count in viewers.items() if count >= least}
        for room in given_data.breakouts:
            seen |= own & set(range(int(room.session_start_time), int(room.session_end_time)))
        whole |= own
        found |= set(range(min(seen), max(seen) + 1)) if seen else set()
    return len(found if timeline and found else whole)


@settings(max_examples=150)
@given(sessions())
def test_presence_is_the_contracts_whatever_the_session(given_data: SessionData) -> None:
    span = seconds(given_data) / 60
    sums: dict[str, list[float]] = {}
    for place, rows in enumerate((given_data.attendees, given_data.breakout_attendees)):
        for one in rows:
            if is_identified(one.user_id):
                sums.setdefault(one.user_id, [0.0, 0.0])[place] += float(one.meeting_view_time or 0)
    moved = [sum(both) for both in sums.values() if both[1]]
    beyond = [one for one in moved if one > given_data.session.duration_minutes + 1]
    counted = max if 2 * len(beyond) > len(moved) else sum
    presence = [min(counted(both), span) for both in sums.values()]

    found = metrics_of(given_data)
    assert found["attended_minutes"] == pytest.approx(span, **CLOSE)
    assert found["people_present"] == len(sums)
    if not span or not presence:
        assert {found[f"presence_{key}"] for key in ("average", "median", "p90", "share")} == {None}
        return
    assert found["presence_average"] == pytest.approx(statistics.fmean(presence), **CLOSE)
    assert found["presence_median"] == pytest.approx(statistics.median(presence), **CLOSE)
    assert found["presence_share"] == pytest.approx(statistics.fmean(presence) / span, **CLOSE)
    for percent in (25, 50, 75, 90):
        least = span * percent / 100 - 1e-9
        assert found[f"present_{percent}"] == sum(one >= least for one in presence) / len(presence)


@settings(max_examples=100)
@given(sessions())
def test_shares_are_between_0_and_1_and_nobody_was_there_longer_than_people_could_attend(
    given_data: SessionData,
) -> None:
    facts, found = Facts(given_data), metrics_of(given_data)
    assert facts.attended_minutes <= given_data.session.duration_minutes + 1e-9
    assert all(
        0 <= person.presence <= facts.attended_minutes for person in facts.present if person.presence is not None
    )
    shares = [found[key] for key in ("presence_share", "present_25", "present_50", "present_75", "present_90")]
    assert all(share is None or (isinstance(share, float) and 0 <= share <= 1) for share in shares)
    known = [share for share in shares[1:] if isinstance(share, float)]
    assert known == sorted(known, reverse=True)
