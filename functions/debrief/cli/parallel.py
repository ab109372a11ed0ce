"""Run the same work on many sessions, in one process per core, or in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.pipeline.services import Services
from debrief.settings import Settings
from debrief.wiring import connect

T = TypeVar("T")
Work = Callable[[Services, SessionRecord], T]
_FEW = 4  # records: fewer are faster without other processes

_services: Services | None = None


def each(settings: Settings, work: Work[T], records: Sequence[SessionRecord], jobs: int | None = None) -> Iterator[T]:
    """Yield the results of `work` in the order of the records, without access to Kaltura.

    `work` is a module's function, or a partial of it, and raises nothing: errors are part of its result.
    """
    jobs = min(jobs or os.cpu_count() or 1, len(records))
    if jobs < 2 or len(records) < _FEW:
        _open(settings)
        yield from map(partial(_do, work), records)
        return
    # Spawn, not fork: open connections, above all to SQLite, must not be shared.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _open, (settings,)) as pool:
        yield from pool.map(partial(_do, work), records, chunksize=min(16, len(records) // jobs))


def _open(settings: Settings) -> None:
    """Open the services of this process; they stay open until it ends."""
    global _services  # noqa: PLW0603 - one for each process
    _services = connect(settings, asks_kaltura=False)


def _do(work: Work[T], record: SessionRecord) -> T:
    assert _services is not None
    return work(_services, record)
