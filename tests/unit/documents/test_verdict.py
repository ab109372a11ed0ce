"""The verdict: two sentences by published rules; what is unknown is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.documents.text.locale_formats import formats_of
from debrief.documents.view.verdict import verdict
from debrief.model import Metric, Part, Session, Summary
from debrief.util.values import utc_text

UTC = ZoneInfo("UTC")
START = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)


def session(minutes: float = 52, **more: Any) -> Session:
    return Session("1_cue", "1_room", START, START + timedelta(minutes=minutes), "The room", **more)


def summary(viewers: list[int | None] | None = None, minutes: float = 52, **changed: Any) -> Summary:
    known = {
        "unique_attendees": 347,
        "presence_average": 46.2,
        "attended_minutes": minutes,
        "engagement_rate": 0.758,
        "minutes_total": 16_000.0,
    } | changed
    metrics = {key: Metric(value, "", "", "", None) for key, value in known.items()}
    sections: dict[str, Any] = {} if viewers is None else {"timeline": line(viewers)}
    return Summary(session(minutes), None, "final", 1, metrics, sections)


def line(viewers: list[int | None]) -> dict[str, Any]:
    return {"from": utc_text(START), "step_seconds": 60, "viewers": viewers, "engagement": [], "reactions": {}}


def at(minute: int) -> str:
    return utc_text(START + timedelta(minutes=minute))


def with_earlier(base: Summary, mean: float, sessions: int) -> Summary:
    rows = [{"cue_point_id": f"1_{place}", "start": at(-1000 * place)} for place in range(sessions)]
    section = {"sessions": rows, "figures": {"unique_attendees": mean}, "instead": {}}
    return replace(base, sections={**base.sections, "earlier": section})


def with_breakouts(base: Summary, *spans: tuple[int, int]) -> Summary:
    rows = [{"start": at(start), "end": at(end)} for start, end in spans]
    return replace(base, sections={**base.sections, "breakouts": {"rows": rows}})


LEAVING: list[int | None] = [*[300] * 42, *[200] * 10]


def test_it_says_who_came_how_long_they_stayed_and_when_they_left() -> None:
    assert verdict(with_earlier(summary(LEAVING), 335.4, 5), UTC) == (
        "347 people came, 12 more than usual for this room. They stayed 46 of 52 minutes on average, engaged for 76% "
        "of the time; of the 300 people at the busiest time, 100 had left by 5 minutes before the end, "
        "most of them after 10:41."
    )


@pytest.mark.parametrize(
    ("mean", "sessions", "words"),
    [
        (335.4, 5, "347 people came, 12 more than usual for this room."),
        (350.0, 2, "347 people came, 3 fewer than usual for this room."),
        (346.6, 3, "347 people came, as many as usual for this room."),
        (300.0, 1, "347 people came, 47 more than last time."),
        (347.0, 1, "347 people came, as many as last time."),
    ],
)
def test_attendees_are_compared_with_the_rooms_earlier_sessions(mean: float, sessions: int, words: str) -> None:
    assert verdict(with_earlier(summary(), mean, sessions), UTC).startswith(words)


def test_without_a_history_or_with_an_unknown_one_nothing_is_compared() -> None:
    unknown = with_earlier(summary(), 300.0, 0)
    unknown.sections["earlier"]["unavailable"] = "Kaltura did not answer."
    for one in (summary(), with_earlier(summary(), 300.0, 0), unknown):
        assert verdict(one, UTC).startswith("347 people came. They stayed")


def test_nobody_is_said_plainly() -> None:
    nobody = summary([0] * 52, unique_attendees=0, presence_average=None, engagement_rate=None, minutes_total=0.0)
    assert verdict(nobody, UTC) == "Nobody attended this session."


@pytest.mark.parametrize(
    ("viewers", "words"),
    [
        (120, "Kaltura counted 120 live viewers and identified none of them."),
        (1, "Kaltura counted 1 live viewer and identified none of them."),
        (None, "Kaltura identified nobody in this session."),
    ],
)
def test_unidentified_viewers_are_not_people(viewers: int | None, words: str) -> None:
    assert verdict(summary(unique_attendees=0, viewers_live=viewers), UTC) == words


def test_one_person_has_no_average_and_no_audience() -> None:
    words = verdict(summary([1] * 30 + [0] * 22, unique_attendees=1, presence_average=30.0), UTC)
    assert words == "One person came. They stayed 30 of 52 minutes, engaged for 76% of the time."


def test_people_in_breakouts_only_are_named_apart() -> None:
    assert verdict(summary(unique_attendees=24, people_breakout_only=1), UTC).startswith(
        "25 people took part: 24 in the main room and 1 only in a breakout. They stayed"
    )
    compared = with_earlier(summary(unique_attendees=24, people_breakout_only=2), 20.0, 3)
    assert verdict(compared, UTC).startswith(
        "26 people took part: 24 in the main room, 4 more than usual for this room, and 2 only in breakouts."
    )


@pytest.mark.parametrize(
    ("apart", "words"),
    [(1, "One person took part, only in a breakout."), (3, "3 people took part, only in breakouts.")],
)
def test_people_in_breakouts_only_took_part_although_the_main_room_was_empty(apart: int, words: str) -> None:
    assert verdict(summary(unique_attendees=0, people_breakout_only=apart), UTC).startswith(words)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"presence_average": None}, "347 people came."),
        ({"engagement_rate": None}, "347 people came. They stayed 46 of 52 minutes on average."),
        ({"presence_average": 0.2}, "347 people came. They stayed less than 1 of 52 minutes on average, engaged "),
        ({"minutes": 7.5, "presence_average": 6.25}, "347 people came. They stayed 6.3 of 7.5 minutes on average, "),
        ({"engagement_rate": 0.9999}, "347 people came. They stayed 46 of 52 minutes on average, engaged for 99% of "),
    ],
)
def test_a_clause_without_its_figure_is_left_out(changed: dict[str, Any], words: str) -> None:
    assert verdict(summary(**changed), UTC).startswith(words)
    assert " 0 " not in verdict(summary(**changed), UTC)


@pytest.mark.parametrize(
    ("viewers", "words"),
    [
        ([300] * 52, "; in the last 5 minutes 300 people were there, at least as many as at any earlier time."),
        (
            [*[300] * 20, *[281] * 32],
            "; of the 300 people at the busiest time, 281 were still there 5 minutes before the end.",
        ),
        (
            [*[300] * 48, *[10] * 4],
            "; in the last 5 minutes 300 people were there, at least as many as at any earlier time.",
        ),
        ([*[300] * 10, *[20] * 10, *[300] * 32], "; in the last 5 minutes 300 people were there, at least as many"),
        (
            [*[300] * 11, *[250] * 30, *[200] * 11],
            (
                "; of the 300 people at the busiest time, 100 had left by 5 minutes before the end, "
                "most of them after 10:40."
            ),
        ),
    ],
)
def test_those_who_come_back_or_leave_at_the_very_end_have_not_left(viewers: list[int | None], words: str) -> None:
    assert words in verdict(summary(viewers), UTC)


@pytest.mark.parametrize(
    "viewers",
    [
        None,  # no timeline
        [],
        [0] * 52,
        [None] * 52,
        [*[300] * 36, *[None] * 6, *[200] * 10],  # too many minutes unknown
        [*[300] * 42, *[200] * 8, None, 200],  # the end is unknown
        [*[3] * 42, *[2] * 10],  # too few for a "most"
        [300] * 3,  # shorter than its own closing minutes
    ],
)
def test_without_a_clear_timeline_nothing_is_said_about_leaving(viewers: list[int | None] | None) -> None:
    assert verdict(summary(viewers), UTC).endswith("engaged for 76% of the time.")


def test_a_short_session_says_nothing_about_leaving() -> None:
    assert "left" not in verdict(summary([*[300] * 10, *[100] * 9], minutes=19), UTC)


def test_people_in_breakouts_have_not_left() -> None:
    workshop = summary([*[300] * 20, *[2] * 20, *[290] * 12])
    assert "of the 300 people at the busiest time, 290 were still there" in verdict(
        with_breakouts(workshop, (20, 40)), UTC
    )


def test_those_who_do_not_return_from_a_breakout_are_told_apart() -> None:
    workshop = with_breakouts(summary([*[300] * 20, *[2] * 20, *[150] * 12]), (20, 40))
    assert verdict(workshop, UTC).endswith(
        "of the 300 people at the busiest time, 150 had left by 5 minutes before the end, "
        "most of them in the breakouts that ended at 10:40."
    )


def test_breakouts_until_the_end_leave_the_leaving_unknown() -> None:
    workshop = with_breakouts(summary([*[300] * 20, *[2] * 32]), (20, 52))
    assert verdict(workshop, UTC).endswith("engaged for 76% of the time.")


def test_a_breakout_without_an_end_leaves_the_leaving_unknown() -> None:
    workshop = with_breakouts(summary([*[300] * 20, *[100] * 32]), (5, 10))
    workshop.sections["breakouts"]["rows"].append({"start": at(20), "end": None})
    assert verdict(workshop, UTC).endswith("engaged for 76% of the time.")


def test_those_who_do_not_return_from_an_interruption_are_told_apart() -> None:
    base = summary([*[300] * 20, *[0] * 10, *[150] * 22])
    parts = (
        Part("1_a", START, START + timedelta(minutes=20)),
        Part("1_b", START + timedelta(minutes=30), base.session.end),
    )
    joined = replace(base, session=session(parts=parts))
    assert "most of them in the interruption that ended at 10:30." in verdict(joined, UTC)
    back = replace(joined, sections={"timeline": line([*[300] * 20, *[0] * 10, *[300] * 22])})
    assert "300 people were there, at least as many as at any earlier time" in verdict(back, UTC)


def test_a_room_left_open_ends_when_people_stopped_attending() -> None:
    base = summary([*[300] * 41, *[200] * 9, *[1] * 50], minutes=100, attended_minutes=50)
    open_room = replace(base, sections={**base.sections, "attended_span": {"spans": [{"from": at(0), "to": at(50)}]}})
    assert verdict(open_room, UTC).endswith("most of them after 10:40.")


def test_leaving_begins_a_sentence_if_the_stay_is_unknown() -> None:
    words = verdict(summary(LEAVING, presence_average=None), UTC)
    assert words == (
        "347 people came. Of the 300 people at the busiest time, 100 had left by 5 minutes before the end, "
        "most of them after 10:41."
    )


def test_figures_and_times_are_written_as_the_reader_does() -> None:
    german = verdict(summary(LEAVING, unique_attendees=12_347), ZoneInfo("Europe/Berlin"), formats_of("de-DE"))
    assert german.startswith("12.347 people came.")
    assert "76\N{NO-BREAK SPACE}%" in german
    assert german.endswith("after 11:41.")


def test_it_names_neither_room_nor_person() -> None:
    assert "room" not in verdict(summary(LEAVING), UTC)
    assert "The room" not in verdict(with_earlier(summary(LEAVING), 300.0, 3), UTC)


@given(
    st.lists(st.none() | st.integers(0, 100_000), max_size=300),
    st.none() | st.integers(0, 100_000),
    st.none() | st.floats(0, 500),
    st.floats(0, 500),
    st.none() | st.floats(0, 1),
)
def test_it_never_fails_and_prints_no_unknown(
    viewers: list[int | None], people: int | None, stay: float | None, minutes: float, engaged: float | None
) -> None:
    base = summary(
        viewers,
        unique_attendees=people,
        presence_average=stay,
        attended_minutes=minutes,
        engagement_rate=engaged,
    )
    words = verdict(base, UTC)
    assert words.endswith(".")
    assert not {"None", "nan", "\N{EN DASH}"} & set(words.rstrip(".").split())


def test_more_devices_than_people_are_called_viewers() -> None:
    devices = summary([*[360] * 20, *[350] * 32], peak_live_viewers=360)
    assert "of the 360 live viewers at the busiest time, 350 were still there 5 minutes before the end." in verdict(
        devices, UTC
    )
