"""At a glance: the answers that an organizer looks for first, one line each."""

from __future__ import annotations

from debrief.documents.text import figures
from debrief.documents.text.sanitize import Clean
from debrief.documents.view import registered
from debrief.documents.view.poll import short, top_answer
from debrief.documents.view.polls import Polls
from debrief.documents.view.recording_lines import in_lines
from debrief.model import Summary
from debrief.segment import ASKED, LEFT_EARLY, MOST_ENGAGED, REGISTERED_ABSENT, USED_TO_COME

_FIRST = {
    ASKED: "who asked a question",
    MOST_ENGAGED: "of the most engaged tenth",
    REGISTERED_ABSENT: "who registered and were not in this session",
    USED_TO_COME: "who usually come but were absent",
    LEFT_EARLY: "who were there for ten minutes or less",
}


def glance(summary: Summary, found: Polls | None, clean: Clean, recording_url: str) -> list[tuple[str, str]]:
    """Return a label and sentences for each line: the largest poll's top answer, whom to call first, the recording."""
    return [
        (label, words)
        for label, words in (
            ("Registrations", registered.in_one_sentence(summary)),
            ("Top poll answer", _poll(found)),
            ("Call first", _call(summary)),
            ("Recording", _recording(summary, clean, recording_url)),
        )
        if words
    ]


def _recording(summary: Summary, clean: Clean, url: str) -> str:
    lines = in_lines(summary, url, clean=clean, most=1)
    return " ".join(f"{line.words} Watch the recording: {line.link}" if line.link else line.words for line in lines)


def _poll(found: Polls | None) -> str:
    if found is None or not found.polls:
        return ""
    largest = max(found.polls, key=lambda poll: poll.people)
    return f"{short(largest.question)} {top_answer(largest)}"


def _call(summary: Summary) -> str:
    """Name the first follow-up list that has people, and its sheet if the reader may see the list."""
    rows = {row["key"]: row for row in (summary.sections.get("segments") or {}).get("rows") or () if row.get("people")}
    key = next((key for key in _FIRST if key in rows), "")
    if not key:
        return ""
    where = " (sheet Follow-up of report.xlsx)" if "file" in rows[key] else ""
    return f"{figures.plural(rows[key]['people'], 'person', 'people')} {_FIRST[key]}{where}."
