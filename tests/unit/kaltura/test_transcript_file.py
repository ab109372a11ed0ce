"""Tests of the archived transcript."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.errors import BadRequest
from debrief.kaltura.session_data.transcript_file import read_transcript, transcript_file
from debrief.transcript import CaptionLine, Chapter, Slide, Transcript

WHOLE = Transcript(
    [CaptionLine(1.0, 2.5, "Hello")],
    [Chapter("Welcome", 0.0)],
    [Slide("", 3.0)],
    "en",
    {"slides": "Kaltura failed."},
    may_come=True,
)


def test_an_archived_transcript_reads_back_as_it_was() -> None:
    assert read_transcript(transcript_file(WHOLE).body) == WHOLE
    assert transcript_file(WHOLE) == transcript_file(WHOLE)


@given(
    st.recursive(st.none() | st.text() | st.integers(), lambda some: st.lists(some) | st.dictionaries(st.text(), some))
)
def test_a_damaged_file_is_refused_without_quoting_it(value: object) -> None:
    with pytest.raises(BadRequest, match="is damaged"):
        read_transcript(json.dumps(value).encode())
