"""Paper sizes of the PDF, in points. The content has the same width on each."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 495.0  # of the text
MARGIN = 50.0  # above the text
BELOW = 62.0  # below it, with the foot


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper size by its name in style sheets."""

    name: str
    width: float
    height: float

    @property
    def left(self) -> float:
        """Return the left edge of the text."""
        return (self.width - WIDTH) / 2

    @property
    def text_height(self) -> float:
        """Return the maximum height of the text."""
        return self.height - MARGIN - BELOW

    @property
    def foot(self) -> float:
        """Return the position of the foot, from the top."""
        return self.height - 42


SHEETS = {sheet.name: sheet for sheet in (Sheet("a4", 595.2756, 841.8898), Sheet("letter", 612.0, 792.0))}
