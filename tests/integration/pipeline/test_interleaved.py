"""Two workers at one session, each stopped before one of its writes; `make faults` tries every pair of writes."""

from __future__ import annotations

import pytest

from support.interleaved import PAIRS, PLACES, interleave, scene, wrong

SAMPLE = [(2, 7), (9, 9), (13, 3)]


@pytest.mark.parametrize("at", SAMPLE)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("kind", PLACES)
def test_two_workers_that_meet_at_any_write_leave_the_session_as_it_should_be(
    kind: str, pair: tuple[str, str], at: tuple[int, int]
) -> None:
    with scene(kind, pair) as made:
        interleave(made, pair, at)
        assert wrong(made, pair) == []
