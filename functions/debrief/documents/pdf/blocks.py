"""Parts of an event's PDF that reportlab draws, and the template places.

Import this module only where a PDF is drawn, since it loads reportlab.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from debrief.documents.pdf.grid import Grid
from debrief.documents.pdf.long_table import Listing
from debrief.documents.pdf.paper import WIDTH

if TYPE_CHECKING:
    from reportlab.platypus import Flowable


@dataclass(frozen=True, slots=True)
class Block:
    """Flowables one below the other, and the space (points) needed to begin on a page."""

    flows: Sequence[Flowable]
    least: float


def block_of(grid: Grid, *before: Flowable) -> Block:
    """Return a table with space above it."""
    listing = Listing(grid)
    return Block([*before, listing], sum(flow.wrap(WIDTH, 0)[1] for flow in before) + listing.least())
