"""Pause Python's cycle collector while many rows are created.

Rows have no cycles, so the collector would scan them repeatedly and find nothing. Reference counting continues. After
a large session the new objects are moved to the oldest generation, so that the collector does not scan them at once.
After a small session nothing is moved: garbage with cycles would move too, be collected rarely, and add up.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000  # objects


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the cycle collector for a block, or for each call of a decorated function."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if gc.get_count()[0] > _MANY:
                gc.freeze()
                gc.unfreeze()  # moves frozen objects to the oldest generation
            gc.enable()
