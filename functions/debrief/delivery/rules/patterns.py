"""Match texts with patterns: `*` is any text, `?` is one character, and case does not matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import lru_cache
from unicodedata import normalize

_KEPT = 4096  # number of compiled patterns to keep; few rules files have more


def fits(patterns: Iterable[str], text: str) -> bool:
    """Return whether the whole text matches at least one pattern. `[` is an ordinary character."""
    folded = _folded(text)
    return any(_fits(_folded(pattern), folded) for pattern in patterns)


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return a function like `fits` with these patterns, which is faster for many texts."""
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
    """Return a form for comparisons: composed letters without case."""
    return normalize("NFC", text).casefold()
