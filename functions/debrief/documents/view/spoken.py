"""Show what the recording says: chapters and slides, quotes, and the transcript."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, report_names, sanitize, times
from debrief.documents.text.sanitize import Clean
from debrief.documents.view import absent
from debrief.documents.view.common import Section, prose
from debrief.documents.view.model import Column, Mark, PageSection, Quotation, Spoken, Table, TranscriptLine
from debrief.model import Summary

_TITLES = {"transcript": "Captions", "chapters": "Chapters", "slides": "Slides"}  # by section of the summary
_NOTHING = "The recording has no captions, chapters or slides."
_QUOTED = (
    "The captions at the largest falls in viewers from one minute to the next, and at the top moments. Captions can be "
    "wrong."
)


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
    chapters, slides = (
        [_mark(summary, row, zone, clean) for row in _rows(summary, name)] for name in ("chapters", "slides")
    )
    quotes = [_quotation(summary, row, zone, clean) for row in _rows(summary, "quotes")]
    zone_names = times.zone_names((summary.session.start, summary.session.end), zone)
    found = Spoken(
        PageSection(tuple(filter(None, (_QUOTED if quotes else "", words))), _quotes(quotes, zone_names)),
        chapters,
        slides,
        quotes,
        bool(_rows(summary, "transcript")),
        _contents(chapters, slides, zone_names),
    )
    has_any = found.chapters or found.slides or found.quotes or found.has_lines
    return found if has_any else Spoken(PageSection(unavailable=words or _NOTHING))


def transcript_lines(summary: Summary, zone: ZoneInfo, clean: Clean = sanitize.clean) -> Iterator[TranscriptLine]:
    """Yield the lines of the transcript by time."""
    for start, _, words in _rows(summary, "transcript"):
        yield TranscriptLine(start / 60, _clock(summary, start, zone), prose(words, clean))


def _quotes(quotes: Sequence[Quotation], zone_names: str) -> Table | None:
    columns = (
        Column("Time", zone_names, 16, numeric=False),
        Column("What happened", width=24, numeric=False, quiet=True),
        Column("What was said", width=60, numeric=False),
    )
    rows = [(quote.clock, _occasion(quote), quote.words) for quote in quotes]
    return Table("What was said", columns, rows) if rows else None


def _occasion(quote: Quotation) -> str:
    if quote.reason == "moment":
        return f"Top moment {quote.place}: {figures.plural(quote.count, 'reaction', 'reactions')}"
    return figures.plural(quote.count, "fewer viewer", "fewer viewers")


def _contents(chapters: Sequence[Mark], slides: Sequence[Mark], zone_names: str) -> Table | None:
    """List chapters and titled slides by time; chapters have the numbers that the chart shows."""
    columns = (
        Column("Time", zone_names, 16, numeric=False),
        Column("Chapter", width=16, numeric=False),
        Column("Title", width=60, numeric=False),
    )
    found = [(mark.minute, (mark.clock, figures.count(n), mark.title)) for n, mark in enumerate(chapters, 1)]
    found += [(mark.minute, (mark.clock, "slide", mark.title)) for mark in slides if mark.title]
    rows = [row for _, row in sorted(found, key=lambda pair: pair[0])]
    return (
        Table("Chapters and slides" if any(slide.title for slide in slides) else "Chapters", columns, rows)
        if rows
        else None
    )


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
