"""Our table of number and date formats beside the Unicode CLDR, as the installed Babel has it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from babel import Locale

from debrief.documents.text.locale_formats import FORMATS, Formats

_FIVE_DIGITS = "CLDR groups from five digits on as we do (minimumGroupingDigits), but Babel does not read that"
_ENGLISH = "English without a region is for readers anywhere; American formats are those of en-US and en-CA"
KEPT: Mapping[tuple[str, str], str] = {
    ("en", "order"): _ENGLISH,
    ("en", "twelve"): _ENGLISH,
    ("lv", "order"): "CLDR writes the year, then the day, then the month's name; without Latvian words that misleads",
    **{
        (tag, "groups_four"): _FIVE_DIGITS for tag in ("bg", "es", "et", "hu", "it", "it-ch", "lv", "pl", "pt-pt", "sl")
    },
}


def cldr(tag: str) -> Formats:
    """What CLDR says of a language, in the terms of our table."""
    locale = Locale.parse(tag, sep="-")
    symbols = locale.number_symbols["latn"]
    date, clock = locale.date_formats["medium"].pattern, locale.time_formats["short"].pattern
    return Formats(
        group=spaced(symbols["group"]),
        decimal=symbols["decimal"],
        before_percent=spaced(locale.percent_formats[None].pattern.partition("%")[0].lstrip("#,0")),
        order="".join(dict.fromkeys(re.sub("[^dmy]", "", unquoted(date).lower()))),
        twelve="h" in unquoted(clock),
    )


def spaced(text: str) -> str:
    """With one kind of no-break space."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}").strip("\N{LEFT-TO-RIGHT MARK}")


def unquoted(pattern: str) -> str:
    return re.sub("'[^']*'", "", pattern)


def test_formats_differ_from_cldr_only_where_there_is_a_reason() -> None:
    found = {
        (tag, field): (getattr(ours, field), getattr(theirs, field))
        for tag, ours in FORMATS.items()
        for theirs in [cldr(tag)]
        for field in Formats.__dataclass_fields__
        if getattr(ours, field) != getattr(theirs, field)
    }
    assert found.keys() == KEPT.keys(), {key: found.get(key) for key in found.keys() ^ KEPT.keys()}
