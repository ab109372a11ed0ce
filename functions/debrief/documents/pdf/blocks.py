"""Blocks of an event's PDF: reportlab draws them, and the template says where."""

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
    """A sequence of reportlab's flowables."""

    flows: Sequence[Flowable]
    least: float  # the height that a page must have left, so that the block begins on it


def block_of(grid: Grid, *before: Flowable) -> Block:
    """Return a block of the flowables `before`, then the table."""
    listing = Listing(grid)
    return Block([*before, listing], sum(flow.wrap(WIDTH, 0)[1] for flow in before) + listing.least())
