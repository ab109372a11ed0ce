"""Tests of quotes: what was being said when viewers left, and at the top moments."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from page_data import END, START, minute

from debrief.metrics import transcript
from debrief.metrics.definition import Facts
from debrief.metrics.quotes import quotes, said_at
from debrief.model import BreakoutRow, PageData, Part, Session, SessionData
from debrief.transcript import CaptionLine, Chapter, Transcript


def facts_with(
    viewers: list[int], spoken: Transcript | None, breakouts: tuple[BreakoutRow, ...] = (), **claps: int
) -> Facts:
    by_minute = {int(at.removeprefix("at")): count for at, count in claps.items()}
    rows = [minute(at, count, clap=by_minute.get(at, 0)) for at, count in enumerate(viewers)]
    session = Session("1_cue00001", "1_room0001", START, END)
    page = PageData(START, END, {"60004-getTable": rows})
    return Facts(SessionData(session, page=page, transcript=spoken, breakouts=breakouts))


def every_minute(count: int = 61) -> Transcript:
    return Transcript([CaptionLine(60.0 * at - 1, 60.0 * at + 1, f"words {at}") for at in range(count)])


def test_the_three_largest_falls_are_quoted_each_at_the_minute_from_which_viewers_were_fewer() -> None:
    viewers = [50] * 10 + [40] * 10 + [38] * 10 + [20] * 10 + [15] * 21
    found = quotes(facts_with(viewers, every_minute()))
    assert [(quote.at, quote.text, quote.place, quote.count) for quote in found] == [
        (600, "words 10", 2, 10),
        (1800, "words 30", 1, 18),
        (2400, "words 40", 3, 5),
    ]
    assert {quote.reason for quote in found} == {"fall"}


def test_a_fall_in_several_minutes_is_quoted_once() -> None:
    viewers = [50] * 10 + [40, 31, 25] + [25] * 48
    assert [quote.at for quote in quotes(facts_with(viewers, every_minute()))] == [600]


def test_the_end_of_the_session_and_breakouts_are_no_falls() -> None:
    viewers = [50] * 20 + [10] * 10 + [50] * 29 + [5, 5]
    start, end = (str(int((START + timedelta(minutes=at)).timestamp())) for at in (20, 30))
    breakout = BreakoutRow("1_room0001", "", "1_brk", "", "1_b", "", start, end, "600", "40", "1")
    assert not quotes(facts_with(viewers, every_minute(), (breakout,)))


def test_the_gap_of_an_interrupted_session_and_the_end_of_a_part_are_no_falls() -> None:
    viewers = [50] * 10 + [45] * 9 + [20] + [0] * 10 + [50] * 31
    facts = facts_with(viewers, every_minute())
    parts = (Part("a", START, START + timedelta(minutes=20)), Part("b", START + timedelta(minutes=30), END))
    session = replace(facts.data.session, parts=parts)
    assert [quote.at for quote in quotes(Facts(replace(facts.data, session=session)))] == [600]


def test_minutes_without_figures_are_no_falls() -> None:
    facts = facts_with([50] * 61, every_minute())
    assert facts.data.page
    rows = [*facts.data.page.tables["60004-getTable"]]
    del rows[20:25]
    page = replace(facts.data.page, tables={"60004-getTable": rows})
    assert not quotes(Facts(replace(facts.data, page=page)))


def test_the_top_moments_are_quoted_in_the_middle_of_their_busiest_minute() -> None:
    spoken = Transcript([CaptionLine(60.0 * at + 25, 60.0 * at + 35, f"words {at}") for at in range(61)])
    found = quotes(facts_with([5] * 61, spoken, at10=7, at11=2, at40=3))
    assert [(quote.at, quote.text, quote.reason, quote.place) for quote in found] == [
        (630, "words 10", "moment", 1),
        (2430, "words 40", "moment", 2),
    ]


def test_a_time_at_which_nothing_was_said_has_no_quote() -> None:
    viewers = [50] * 10 + [40] * 51
    assert not quotes(facts_with(viewers, Transcript([CaptionLine(0, 3, "Hello"), CaptionLine(603, 700, "Later")])))


def test_a_long_text_is_cut_at_words_around_the_time() -> None:
    text = " ".join(f"word{number:03}" for number in range(100))
    said = said_at([CaptionLine(0, 100, text)], 50)
    assert len(said) <= 200
    assert "word050" in said
    assert all(word in text.split() for word in said.strip("…").split())
    assert said_at([CaptionLine(0, 100, text)], 0).startswith("word000 ")
    assert said_at([CaptionLine(0, 100, text)], 100).endswith(" word099")


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 30), st.text(max_size=500)), max_size=6),
    st.floats(0, 130),
)
def test_a_quote_never_has_more_than_200_characters(lines: list[tuple[float, float, str]], at: float) -> None:
    spoken = [CaptionLine(start, start + length, text) for start, length, text in lines]
    assert len(said_at(spoken, at)) <= 200


def test_sections_give_times_in_seconds_of_the_session_and_reasons() -> None:
    spoken = Transcript(chapters=[Chapter("Welcome", 12.5)], why_unknown={"captions": "Kaltura failed."})
    found = transcript.sections(facts_with([5] * 61, spoken))
    assert found == {
        "chapters": {"rows": [{"at_seconds": 12.5, "title": "Welcome"}]},
        "slides": {"rows": []},
        "transcript": {"unavailable": "Kaltura failed."},
        "quotes": {"unavailable": "Kaltura failed."},
    }
    assert not transcript.sections(facts_with([5] * 61, None))
