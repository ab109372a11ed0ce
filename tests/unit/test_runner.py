"""What the loop on one machine makes of errors that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from debrief.orders import DeliveryOrder
from debrief.pipeline.services import Services
from debrief.runner import deliver_all

if TYPE_CHECKING:
    import pytest


class Stumbling:
    """Services whose ledger quotes a recipient in its error."""

    @property
    def ledger(self) -> object:
        raise ValueError("ann@example.com is no number")


def test_an_unknown_error_is_reported_by_its_kind_and_place_and_never_by_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    order = DeliveryOrder("1_cue00001", 1, "b4c9a289323b21a0")
    states, problems = deliver_all(cast("Services", Stumbling()), [order])
    assert states == ["waiting"]
    assert problems == ["Internal error; the details are above. Please report it."]
    assert "1_cue00001" in caplog.text
    assert "ValueError" in caplog.text
    assert "test_runner.py" in caplog.text
    assert "ann@" not in caplog.text
