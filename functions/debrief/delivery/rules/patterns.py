"""Patterns as people write them: `*` stands for any letters, `?` for one, and case does not matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import lru_cache
from unicodedata import normalize

_KEPT = 4096  # compiled patterns; a rules file rarely has as many


def fits(patterns: Iterable[str], text: str) -> bool:
    """Whether the whole text is as at least one of the patterns says. `[` means itself."""
    folded = _folded(text)
    return any(_fits(_folded(pattern), folded) for pattern in patterns)


def fitting(patterns: Iterable[str]) -> Callable[[str], bool]:
    """The same test for many texts: whether one fits any of the patterns."""
    expressions = [translate(_folded(pattern).replace("[", "[[]")) for pattern in patterns]
    compiled = re.compile("|".join(expressions) or "(?!)")
    return lambda text: compiled.match(_folded(text)) is not None


def _fits(pattern: str, text: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    return _compiled(pattern).match(text) is not None


@lru_cache(_KEPT)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))


def _folded(text: str) -> str:
    """One form of letters that look the same, for comparison only."""
    return normalize("NFC", text).casefold()
