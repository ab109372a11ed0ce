from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.world import END, World, small_account, world

from debrief.standin.sample import SAMPLE_NOW, sample_account


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    """A small account, an hour after its session's end."""
    with world(tmp_path, small_account(), END + timedelta(hours=1)) as built:
        yield built


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[World]:
    """The sample account at its own time."""
    with world(tmp_path, sample_account(), SAMPLE_NOW) as built:
        yield built
