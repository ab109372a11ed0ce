from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.aws import moto_aws


@pytest.fixture
def aws() -> Iterator[None]:
    """An empty AWS account of moto's."""
    with moto_aws():
        yield
