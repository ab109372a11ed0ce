"""Sanitize text from outside, such as names, which may contain any characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeAlias

Clean: TypeAlias = Callable[[str], str]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

# Lone surrogates, which cannot be encoded, and Unicode's noncharacters, which never have a meaning.
_BROKEN = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Bidirectional controls and invisible characters (Unicode's Default_Ignorable_Code_Point), except joiners and variation
# selectors, which Persian and emoji need.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_GAPS = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2028\u2029\u2800\u3000]+")
_SEEN = re.compile(r"[^\s\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_STACKED_MARKS = re.compile("([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})[\u0300-\u036f]+")


def clean(text: str, limit: int = 120) -> str:
    """Return one line of printable text of at most `limit` characters, in composed form.

    Control characters and line breaks become spaces. Bidirectional controls and invisible characters are removed.
    Characters that cannot be encoded become U+FFFD. Of stacked marks, only the first three stay. A longer text is cut
    and ends in an ellipsis. A text without any visible character becomes blank.
    """
    if text.isascii() and text.isprintable() and "  " not in text and len(text) <= limit:
        return text.strip()  # a fast path for most texts
    # Cut the text before the slow steps, but leave them enough characters to remove.
    text = _BROKEN.sub(REPLACEMENT, text[: limit * 8])
    text = unicodedata.normalize("NFC", _GAPS.sub(" ", _INVISIBLE.sub("", text))).strip()
    if not _SEEN.search(text):
        return ""
    text = _STACKED_MARKS.sub(r"\1", text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def listed(words: Sequence[str]) -> str:
    """Return `one, two and three`; blank for an empty list."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def clean_sentence(sentence: str, clean: Clean = clean) -> str:
    """Clean each word of a sentence. The sentence may quote external text; `clean` itself would cut a long one."""
    return " ".join(clean(word) for word in sentence.split())
