from collections.abc import Iterator

import pytest
from replay import Replay, replaying


@pytest.fixture(scope="session")
def replay() -> Iterator[Replay]:
    with replaying() as running:
        yield running
