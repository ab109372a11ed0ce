"""The cycle collector rests and misses nothing for good."""

from __future__ import annotations

import gc
import weakref

from debrief.util.gc_pause import gc_paused


class Ring:
    """Something that only the cycle collector can free."""

    def __init__(self) -> None:
        self.itself = self


def test_the_collector_rests_during_a_pause_and_goes_on_after_it() -> None:
    with gc_paused():
        assert not gc.isenabled()
        with gc_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_many_objects_were_made_with_counts_as_old_and_is_found_by_a_full_collection() -> None:
    with gc_paused():
        kept = [[number] for number in range(100_000)]
        gone = weakref.ref(Ring())
    gc.collect(1)
    assert gone() is not None
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert gone() is None
    assert len(kept) == 100_000


def test_what_few_were_made_with_is_found_at_once_so_that_small_sessions_do_not_add_up() -> None:
    gc.collect()
    with gc_paused():
        gone = weakref.ref(Ring())
    gc.collect(0)
    assert gone() is None
