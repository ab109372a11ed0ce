"""A line about each recording, for emails and for a report's summary. The view of all figures is in recordings.py."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from debrief.documents.text import report_names, sanitize
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import Section
from debrief.model import Summary

MOST_NAMED = 8  # maximum number of recordings with a sentence or a link


@dataclass(frozen=True, slots=True)
class RecordingLine:
    """A sentence about a recording, and the address of the recording's page; blank if unknown."""

    words: str
    link: str = ""


def link_to(entry_id: str, url: str) -> str:
    """Return the address of a recording's page; blank if `url`, the pattern of such addresses, is blank."""
    return url.replace("{entry_id}", quote(entry_id, safe="")) if url and entry_id else ""


def in_lines(
    summary: Summary, url: str, formats: Formats = PLAIN, clean: Clean = sanitize.clean, most: int = MOST_NAMED
) -> list[RecordingLine]:
    """Return a line for each of the first `most` recordings, or a line with the reason why recordings are unknown."""
    section = summary.sections.get("recordings")
    if section is None:
        return []
    if reason := section.get("unavailable"):
        return [RecordingLine(report_names.for_reader(str(reason), clean))]
    return [_line(row, url, formats, clean) for row in section["entries"][:most]]


def _line(row: Section, url: str, formats: Formats, clean: Clean) -> RecordingLine:
    name, link = clean(row["name"] or "") or "Recording", link_to(row["entry_id"], url)
    where = "" if link else f", in Kaltura as {clean(row['entry_id'])}"
    plays, people = formats.plural(row["plays"], "play", "plays"), formats.plural(row["viewers"], "person", "people")
    return RecordingLine(f"{name}{where}: {plays} by {people}.", link)
