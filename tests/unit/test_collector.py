"""The cycle collector rests and misses nothing for good."""

from __future__ import annotations

import gc
import weakref

from debrief.collector import collector_paused


class Ring:
    """Something that only the cycle collector can free."""

    def __init__(self) -> None:
        self.itself = self


def test_the_collector_rests_during_a_pause_and_goes_on_after_it() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_made_in_a_pause_counts_as_old_and_is_found_by_a_full_collection() -> None:
    with collector_paused():
        gone = weakref.ref(Ring())
    gc.collect(1)
    assert gone() is not None
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert gone() is None
