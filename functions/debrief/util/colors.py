"""Compute the contrast of colours (`#rrggbb`) as in WCAG 2.2, and find colours with enough contrast on white paper."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

TEXT, GRAPHIC = 4.5, 3.0  # WCAG's minimum contrast of text, and of graphics, at level AA
_STEPS = 100
_WHITE = "#ffffff"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 (the same) to 21 (black and white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@cache
def legible(color: str) -> str:
    """Return the colour, or the nearest darker one that is legible as text on white."""
    return _first(lambda part: _mixed(color, "#000000", part), TEXT)


@cache
def paler(color: str) -> str:
    """Return the palest mixture of the colour and white that is still visible as a graphic on white."""
    return _first(lambda part: _mixed(_WHITE, color, part), GRAPHIC)


def _first(mixture: Callable[[float], str], least: float) -> str:
    """Return the first mixture with enough contrast to white; if none has, the last one."""
    mixtures = (mixture(step / _STEPS) for step in range(_STEPS))
    return next((color for color in mixtures if contrast(color, _WHITE) >= least), mixture(1.0))


def _mixed(one: str, other: str, part: float) -> str:
    """Return a mixture of which `part` is the colour `other`."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(first + (second - first) * part):02x}" for first, second in pairs)


def _luminance(color: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(color))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(color: str) -> tuple[int, int, int]:
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue
