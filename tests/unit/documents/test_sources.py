"""Kaltura's reports have names in a document, and numbers in summary.json only."""

from __future__ import annotations

import pytest

from debrief.documents.text import report_names


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Report 6000 has no row for this session.", "The room report has no row for this session."),
        (
            "The credential's role has no permission to read report 60010.",
            "The credential's role has no permission to read the report on what",
        ),
        ("Kaltura's report 6001 lacks a column.", "The attendee report lacks a column."),
        ("requested for the users of the report 6001.", "requested for the users of the attendee report."),
        ("Report 60001 is not 6000.", "The report on minutes viewed is not 6000."),
        ("All whom Kaltura's report 60010 lists.", "All whom the report on what attendees did lists."),
        ("It failed. Report 6002 came late.", "It failed. The breakout report came late."),
        ("6001 people came.", "6001 people came."),
    ],
)
def test_a_sentence_names_a_report_and_leaves_other_numbers_alone(sentence: str, words: str) -> None:
    assert report_names.for_reader(sentence).startswith(words)


def test_a_source_is_named() -> None:
    assert report_names.in_words("6001, 6000") == "Attendee report, room report"
    assert report_names.in_words("6001 of each session") == "Attendee report of each session"
    assert report_names.in_words("elsewhere") == "Elsewhere"
