"""Contrast of two colours, as WCAG 2.2 defines it; counted apart from the product's own code."""

from __future__ import annotations

from typing import TypeAlias

Color: TypeAlias = tuple[int, int, int]  # red, green, blue: 0..255

TEXT, GRAPHIC = 4.5, 3.0  # the least contrast of level AA


def ratio(one: Color, other: Color) -> float:
    """From 1 for the same colour to 21 for black and white."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def grey(color: Color) -> Color:
    """The grey in which a printer without colours prints it."""
    red, green, blue = color
    level = round(0.299 * red + 0.587 * green + 0.114 * blue)
    return level, level, level


def hexadecimal(text: str) -> Color:
    """The colour that CSS writes as #rrggbb or #rgb."""
    digits = text.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def _luminance(color: Color) -> float:
    parts = [part / 255 for part in color]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
