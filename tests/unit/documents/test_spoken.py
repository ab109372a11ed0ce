"""Tests of the view of what a recording says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from debrief.documents.access_tiers import for_tier
from debrief.documents.data.summary_json import from_json, to_json
from debrief.documents.view.spoken import spoken, transcript_lines
from debrief.model import Session, Summary

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SECTIONS: dict[str, dict[str, Any]] = {
    "chapters": {"rows": [{"at_seconds": 90.0, "title": "Wel\u202ecome <b>"}]},
    "slides": {"rows": [{"at_seconds": 600.0, "title": ""}]},
    "transcript": {"language": "en", "rows": [[61.0, 64.0, "Write to ines@example.com"]]},
    "quotes": {"rows": [{"at_seconds": 62.0, "text": "Write to", "reason": "fall", "place": 1, "count": 12}]},
}


def summary_with(sections: dict[str, dict[str, Any]]) -> Summary:
    session = Session("1_cue00001", "1_room0001", START, START + timedelta(hours=1))
    return Summary(session, None, "final", 1, {}, sections)


def test_marks_and_quotes_have_minutes_and_clocks_of_the_session() -> None:
    view = spoken(from_json(to_json(summary_with(SECTIONS))), ZONE)
    assert view is not None
    assert [(mark.minute, mark.clock, mark.title) for mark in view.chapters] == [(1.5, "10:01", "Welcome <b>")]
    assert [(mark.minute, mark.title) for mark in view.slides] == [(10.0, "")]
    (quote,) = view.quotes
    assert (quote.minute, quote.clock, quote.words, quote.reason, quote.place) == (
        62 / 60,
        "10:01",
        "Write to",
        "fall",
        1,
    )
    assert view.has_lines


def test_the_transcript_has_a_clock_for_each_line() -> None:
    (line,) = transcript_lines(summary_with(SECTIONS), ZONE)
    assert (line.minute, line.clock, line.words) == (61 / 60, "10:01", "Write to ines@example.com")


def test_what_is_unknown_has_its_reason() -> None:
    reason = {"unavailable": "Kaltura failed."}
    view = spoken(summary_with({**SECTIONS, "transcript": reason, "quotes": reason, "slides": reason}), ZONE)
    assert view is not None
    assert view.section.sentences == ("Captions and slides: Kaltura failed.",)
    assert view.chapters
    assert not view.has_lines
    nothing = spoken(summary_with(dict.fromkeys(SECTIONS, reason)), ZONE)
    assert nothing is not None
    assert nothing.section.unavailable == "Captions, chapters and slides: Kaltura failed."


def test_the_tier_totals_has_nothing_that_was_said_and_the_tier_names_no_addresses() -> None:
    summary = replace(summary_with(SECTIONS))
    assert spoken(for_tier(summary, "totals"), ZONE) is None
    (line,) = transcript_lines(for_tier(summary, "names"), ZONE)
    assert "ines@example.com" not in line.words
