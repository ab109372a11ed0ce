"""A strip that shows an attendee's minutes: a full bar for engaged, a half bar for less engaged, no bar for absent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from debrief.documents.text import figures

HIGH = 10  # height of a full bar; a step has width 1
_TOPS = {"e": 0, "n": HIGH // 2}
_NAMES = {"e": "engaged", "n": "less engaged", "-": "not there"}


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A strip on an area of `steps` by `HIGH`: SVG path data for each kind of bar, and a description in words."""

    steps: int
    engaged: str  # path data of full bars
    less: str  # path data of half bars
    words: str


def strip(shades: str, step: float) -> Heatmap:
    """Return the strip for a heatmap with a shade (`e`, `n` or `-`) for every `step` minutes."""
    return Heatmap(len(shades), _path(shades, "e"), _path(shades, "n"), in_words(shades, step))


def in_words(shades: str, step: float) -> str:
    """Describe the minutes of each shade: `38 min engaged, 17 min less engaged, 7 min not there`."""
    counts = ((shades.count(shade) * step, name) for shade, name in _NAMES.items())
    return ", ".join(f"{figures.tick(minutes)} min {name}" for minutes, name in counts if minutes)


def runs(shades: str) -> Iterator[tuple[str, int, int]]:
    """Yield the shade, first step and number of steps of each run of equal shades."""
    place = 0
    for shade, group in groupby(shades):
        length = len(list(group))
        yield shade, place, length
        place += length


def _path(shades: str, wanted: str) -> str:
    top = _TOPS[wanted]
    return "".join(
        f"M{place} {top}h{length}V{HIGH}h-{length}z" for shade, place, length in runs(shades) if shade == wanted
    )
