"""Show what the recording says: chapters and slides, quotes, and the transcript."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from debrief.documents.text import report_names, sanitize, times
from debrief.documents.text.sanitize import Clean
from debrief.documents.view import absent
from debrief.documents.view.common import Section, prose
from debrief.documents.view.model import Mark, PageSection, Quotation, Spoken, TranscriptLine
from debrief.model import Summary

_TITLES = {"transcript": "Captions", "chapters": "Chapters", "slides": "Slides"}  # by section of the summary
_NOTHING = "The recording has no captions, chapters or slides."


def spoken(summary: Summary, zone: ZoneInfo, clean: Clean = sanitize.clean) -> Spoken | None:
    """Return chapters, slides and quotes; None if the summary has none of their sections, as in the tier `totals`."""
    if not summary.sections.keys() & _TITLES.keys():
        return None
    reasons = {
        title: report_names.for_reader(str(reason))
        for name, title in _TITLES.items()
        if (reason := summary.sections.get(name, {}).get("unavailable"))
    }
    words = absent.in_one_line(reasons)
    found = Spoken(
        PageSection((words,) if words else ()),
        [_mark(summary, row, zone, clean) for row in _rows(summary, "chapters")],
        [_mark(summary, row, zone, clean) for row in _rows(summary, "slides")],
        [_quotation(summary, row, zone, clean) for row in _rows(summary, "quotes")],
        bool(_rows(summary, "transcript")),
    )
    has_any = found.chapters or found.slides or found.quotes or found.has_lines
    return found if has_any else Spoken(PageSection(unavailable=words or _NOTHING))


def transcript_lines(summary: Summary, zone: ZoneInfo, clean: Clean = sanitize.clean) -> Iterator[TranscriptLine]:
    """Yield the lines of the transcript by time."""
    for start, _, words in _rows(summary, "transcript"):
        yield TranscriptLine(start / 60, _clock(summary, start, zone), prose(words, clean))


def _rows(summary: Summary, name: str) -> Sequence[Any]:
    rows: Sequence[Any] = (summary.sections.get(name) or {}).get("rows") or ()
    return rows


def _mark(summary: Summary, row: Section, zone: ZoneInfo, clean: Clean) -> Mark:
    seconds = row["at_seconds"]
    return Mark(seconds / 60, _clock(summary, seconds, zone), clean(row["title"]))


def _quotation(summary: Summary, row: Section, zone: ZoneInfo, clean: Clean) -> Quotation:
    seconds, words = row["at_seconds"], prose(row["text"], clean)
    clock = _clock(summary, seconds, zone)
    return Quotation(seconds / 60, clock, words, row["reason"], row["place"], row["count"])


def _clock(summary: Summary, seconds: float, zone: ZoneInfo) -> str:
    session = summary.session
    return times.within(session.start + timedelta(seconds=seconds), (session.start, session.end), zone)
