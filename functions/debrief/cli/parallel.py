"""Run the same work on many sessions, in one process per core, or in this process."""

from __future__ import annotations

import gc
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
_FEW = 4  # with fewer records, starting other processes takes longer than the work

_services: Services | None = None


def each(settings: Settings, work: Work[T], records: Sequence[SessionRecord], jobs: int | None = None) -> Iterator[T]:
    """Yield the results of `work` in the order of the records. `work` has no access to Kaltura.

    `work` must be a function of a module, or a partial of it. It must not raise: errors are part of its result.
    """
    jobs = min(jobs or os.cpu_count() or 1, len(records))
    if jobs < 2 or len(records) < _FEW:
        _open(settings)
        yield from map(partial(_do, work), records)
        return
    # Processes are spawned, not forked, because they must not share open connections, above all to SQLite.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _open, (settings,)) as pool:
        yield from pool.map(partial(_do, work), records, chunksize=min(16, len(records) // jobs))


def _open(settings: Settings) -> None:
    """Open the services of this process, which stay open until the process ends."""
    gc.set_threshold(20_000)  # documents are many objects without cycles, which the collector would examine often
    global _services  # noqa: PLW0603 - one for each process
    _services = connect(settings, asks_kaltura=False)


def _do(work: Work[T], record: SessionRecord) -> T:
    assert _services is not None
    return work(_services, record)
