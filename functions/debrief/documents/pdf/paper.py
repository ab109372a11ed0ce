"""Paper sizes of the PDFs, in points. The text has the same width on all sizes."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 495.0  # width of the text
MARGIN = 50.0  # space above the text
BELOW = 62.0  # space below the text, with the footer


@dataclass(frozen=True, slots=True)
class PaperSize:
    """A paper size; `name` is its name in CSS."""

    name: str
    width: float
    height: float

    @property
    def left(self) -> float:
        """Return the x coordinate of the text's left edge."""
        return (self.width - WIDTH) / 2

    @property
    def text_height(self) -> float:
        """Return the height of the text area."""
        return self.height - MARGIN - BELOW

    @property
    def footer(self) -> float:
        """Return the distance of the footer from the paper's top."""
        return self.height - 42


PAPER_SIZES = {sheet.name: sheet for sheet in (PaperSize("a4", 595.2756, 841.8898), PaperSize("letter", 612.0, 792.0))}
