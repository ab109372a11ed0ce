"""Python's cycle collector, kept from walking over a hundred thousand rows again and again while they are made.

Rows hold strings and numbers and no cycles, so there is nothing that it could find. Reference counting goes on. After
the pause all that was made counts as old, or the collector would walk over it as soon as it may. Not after a small
session: whatever has cycles elsewhere would count as old with it, be looked for rarely, and add up over a thousand.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000  # objects


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the cycle collector, if it runs, for a block or for each call of a function that this decorates."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            if gc.get_count()[0] > _MANY:
                gc.freeze()
                gc.unfreeze()  # puts what was frozen into the oldest generation
            gc.enable()
