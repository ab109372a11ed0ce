"""Names of Kaltura's reports. Documents for readers have these names instead of the reports' numbers."""

from __future__ import annotations

import re
from functools import lru_cache

from debrief.documents.text import sanitize
from debrief.documents.text.sanitize import Clean

_NAMES = {
    "6000": "room report",
    "6001": "attendee report",
    "6002": "breakout report",
    "60001": "report on minutes viewed",
    "60002": "report on viewers",
    "60003": "report on engagement",
    "60004": "minute-by-minute report",
    "60005": "report on recordings",
    "60006": "report on devices",
    "60007": "report on countries",
    "60008": "report on regions",
    "60009": "report on cities",
    "60010": "report on what attendees did",
    "60011": "report on each attendee\N{RIGHT SINGLE QUOTATION MARK}s minutes",
    "60012": "report on plays of the recording",
    "70001": "report on the chat",
}
_NUMBER = "|".join(sorted(_NAMES, key=len, reverse=True))
_IN_SENTENCE = re.compile(rf"(?:Kaltura['\N{{RIGHT SINGLE QUOTATION MARK}}]s |the )?\b[Rr]eport ({_NUMBER})\b")
_ALONE = re.compile(rf"\b(?:{_NUMBER})\b")


def for_reader(sentence: str, clean: Clean = sanitize.clean) -> str:
    """Replace report numbers in a sentence with names, and clean the sentence as `clean_sentence` does."""
    return sanitize.clean_sentence(_with_names(sentence), clean)


@lru_cache(maxsize=512)  # most sentences are the formulas of figures, the same in every report
def _with_names(sentence: str) -> str:
    return _IN_SENTENCE.sub(_named, sentence)


def _named(found: re.Match[str]) -> str:
    before = found.string[: found.start()].rstrip()
    return f"{'The' if not before or before.endswith('.') else 'the'} {_NAMES[found[1]]}"


def in_words(source: str, clean: Clean = sanitize.clean) -> str:
    """Name the sources of a figure: `Attendee report, room report` for `6001, 6000`."""
    words = clean(_ALONE.sub(lambda found: _NAMES[found[0]], source))
    return words[:1].upper() + words[1:]
