"""Number and date formats of a reader's language. Texts stay English, including names of days.

Separators, the space before a percent sign, the order of a date and the clock (12 or 24 hours) are those of the Unicode
CLDR, release 49, with two exceptions: a no-break space replaces CLDR's narrow no-break space, which many fonts lack,
and digits are grouped by thousands in all languages. A test compares the table with Babel's CLDR.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from debrief.documents.text import figures

_NBSP = "\N{NO-BREAK SPACE}"
_APOSTROPHE = "'"
# Digits in groups, percentages and minutes; not parts of ids, versions and lists.
_IN_SENTENCE = re.compile(
    r"(?<![\w.,])\d{1,3}(?:(?:,\d{3})+(?:\.\d+)?%?|(?:\.\d+)?%|\.\d+(?= min))(?!\w|[.,]\d)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats of a language. The defaults are English."""

    group: str = ","
    decimal: str = "."
    before_percent: str = ""
    groups_four: bool = True  # whether a number of four digits is grouped (1,234); 12,345 is always grouped
    order: Literal["dmy", "mdy", "ymd"] = "dmy"
    twelve: bool = False  # 3:04 PM rather than 15:04

    def count(self, value: float | None) -> str:
        """Format a whole number: `1.234`."""
        return self._localized(figures.count(value))

    def minutes(self, value: float | None) -> str:
        """Format minutes with one decimal and no unit: `41,3`."""
        return self._localized(figures.minutes(value))

    def tick(self, value: float) -> str:
        """Format minutes, without a decimal if it is zero: `15`, `62,5`."""
        return self._localized(figures.tick(value))

    def percent(self, value: float | None) -> str:
        """Format a ratio as a percentage with one decimal: `66,6 %`."""
        return self._localized(figures.percent(value))

    def plural(self, number: float | None, one: str, many: str) -> str:
        """Format a count with its noun: `1 guest`, `1.234 guests`."""
        return f"{self.count(number)} {one if number == 1 else many}"

    def in_sentence(self, english: str) -> str:
        """Format the figures in an English sentence, such as `Kaltura estimates 1.250 people`."""
        return _IN_SENTENCE.sub(lambda found: self._localized(found[0]), english)

    def _localized(self, english: str) -> str:
        """Replace the separators of an English figure with those of this language."""
        whole, point, rest = english.partition(".")
        if not self.groups_four and len(whole.lstrip("-")) == len("1,234"):
            whole = whole.replace(",", "")
        figure = whole.replace(",", self.group) + (self.decimal if point else "") + rest
        return figure.replace("%", f"{self.before_percent}%")


PLAIN = Formats()
_US = Formats(order="mdy", twelve=True)
_TWELVE = Formats(twelve=True)
_YEAR_FIRST = Formats(order="ymd")
_DOTS = Formats(".", ",")
_DOTS_GAP = Formats(".", ",", _NBSP)
_SPACES = Formats(_NBSP, ",")
_SPACES_GAP = Formats(_NBSP, ",", _NBSP)
_SWISS = Formats(_APOSTROPHE)

FORMATS = {
    "en": PLAIN,
    "en-au": _TWELVE,
    "en-ca": _US,
    "en-in": _TWELVE,
    "en-nz": _TWELVE,
    "en-us": _US,
    "en-za": _SPACES,
    "ar": _TWELVE,
    "bg": Formats(_NBSP, ",", groups_four=False),
    "ca": _DOTS_GAP,
    "cs": _SPACES_GAP,
    "da": _DOTS_GAP,
    "de": _DOTS_GAP,
    "de-at": _DOTS_GAP,
    "de-ch": _SWISS,
    "de-li": _SWISS,
    "el": Formats(".", ",", twelve=True),
    "es": Formats(".", ",", _NBSP, groups_four=False),
    "es-419": _TWELVE,
    "es-ar": _DOTS,
    "es-cl": _DOTS,
    "es-co": Formats(".", ",", twelve=True),
    "es-mx": _TWELVE,
    "es-us": _TWELVE,
    "et": Formats(_NBSP, ",", groups_four=False),
    "fi": _SPACES_GAP,
    "fr": _SPACES_GAP,
    "fr-ch": Formats(_APOSTROPHE, ","),
    "he": PLAIN,
    "hi": _TWELVE,
    "hr": _DOTS_GAP,
    "hu": Formats(_NBSP, ",", groups_four=False, order="ymd"),
    "id": _DOTS,
    "is": _DOTS,
    "it": Formats(".", ",", groups_four=False),
    "it-ch": Formats(_APOSTROPHE, groups_four=False),
    "ja": _YEAR_FIRST,
    "ko": Formats(order="ymd", twelve=True),
    "lt": Formats(_NBSP, ",", _NBSP, order="ymd"),
    "lv": Formats(_NBSP, ",", groups_four=False),
    "nb": _SPACES_GAP,
    "nl": _DOTS,
    "nn": _SPACES_GAP,
    "no": _SPACES_GAP,
    "pl": Formats(_NBSP, ",", groups_four=False),
    "pt": _DOTS,
    "pt-pt": Formats(_NBSP, ",", groups_four=False),
    "ro": _DOTS_GAP,
    "ru": _SPACES_GAP,
    "sk": _SPACES_GAP,
    "sl": Formats(".", ",", _NBSP, groups_four=False),
    "sv": _SPACES_GAP,
    "th": PLAIN,
    "tr": _DOTS,
    "uk": _SPACES,
    "vi": _DOTS,
    "zh": _YEAR_FIRST,
    "zh-tw": Formats(order="ymd", twelve=True),
}


def formats_of(tag: str) -> Formats:
    """Return the formats of a language tag such as `de-AT`: those of the region, else of the language, else English."""
    parts = tag.strip().lower().replace("_", "-").split("-")
    # Language and region are the first and last part, because a script may be between them: zh-Hant-TW.
    names = (f"{parts[0]}-{parts[-1]}", parts[0])
    return next((FORMATS[name] for name in names if name in FORMATS), PLAIN)


def language_of(tag: str) -> str:
    """Return the language that documents declare: the tag if its language is English, else `en`."""
    parts = tag.strip().replace("_", "-").split("-")
    is_english = parts[0].lower() == "en" and all(part.isascii() and part.isalnum() for part in parts)
    return "-".join(parts) if is_english else "en"
