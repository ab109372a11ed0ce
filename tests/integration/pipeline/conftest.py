"""Fixtures: the services of the small account, and an event of three sessions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from event_days import OVER, account

from debrief.pipeline.services import Services
from support.world import World, world


@pytest.fixture
def days(tmp_path: Path) -> Iterator[World]:
    """Three sessions of one event on two days, when all of them are past their last check."""
    with world(tmp_path, account(), OVER) as built:
        yield built


@pytest.fixture
def services(small: World) -> Iterator[Services]:
    with small.services() as opened:
        yield opened
