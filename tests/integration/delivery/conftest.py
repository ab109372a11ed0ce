from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.delivery.ledger.ledger import Ledger
from debrief.delivery.ledger.sqlite import SqliteLedger
from support.aws import LEDGER, make_table, moto_aws


@pytest.fixture
def aws() -> Iterator[None]:
    """An empty AWS account in moto."""
    with moto_aws():
        yield


@pytest.fixture(params=["sqlite", "dynamodb"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "sqlite":
        with closing(SqliteLedger(tmp_path / "ledger.sqlite")) as ledger:
            yield ledger
        return
    with moto_aws():
        yield DynamoLedger(make_table(), LEDGER)
