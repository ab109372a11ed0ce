"""Sections of a summary: chapters, slides and captions of the recording, and quotes. Times are in seconds."""

from __future__ import annotations

from typing import Any

from debrief.metrics.definition import Facts
from debrief.metrics.quotes import quotes
from debrief.transcript import Kind, Quote


def sections(facts: Facts) -> dict[str, dict[str, Any]]:
    """Return the sections `chapters`, `slides`, `transcript` and `quotes`; none if they were not requested."""
    transcript = facts.data.transcript
    if transcript is None:
        return {}
    chapters = [{"at_seconds": chapter.at, "title": chapter.title} for chapter in transcript.chapters]
    slides = [{"at_seconds": slide.at, "title": slide.title} for slide in transcript.slides]
    lines = [[line.start, line.end, line.text] for line in transcript.captions]
    found: dict[str, tuple[Kind, dict[str, Any]]] = {
        "chapters": ("chapters", {"rows": chapters}),
        "slides": ("slides", {"rows": slides}),
        "transcript": ("captions", {"language": transcript.language, "rows": lines}),
        "quotes": ("captions", {"rows": list(map(_quote, quotes(facts)))}),
    }
    reasons = transcript.why_unknown
    return {name: {"unavailable": reasons[kind]} if kind in reasons else rows for name, (kind, rows) in found.items()}


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "at_seconds": quote.at,
        "text": quote.text,
        "reason": quote.reason,
        "place": quote.place,
        "count": quote.count,
    }
