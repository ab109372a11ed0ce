"""The same work on many sessions, by as many processes as the machine has cores, or here."""

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
_FEW = 4  # records: fewer are done before other processes have started

_services: Services | None = None


def each(settings: Settings, work: Work[T], records: Sequence[SessionRecord], jobs: int | None = None) -> Iterator[T]:
    """The results of `work` in the order of the records. Nothing asks Kaltura.

    `work` is a function of a module, or a partial of one, that raises nothing: a result tells what went wrong.
    """
    jobs = min(jobs or os.cpu_count() or 1, len(records))
    if jobs < 2 or len(records) < _FEW:
        _open(settings)
        yield from map(partial(_do, work), records)
        return
    # Not forked: what is open here, an SQLite connection above all, must not be shared.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _open, (settings,)) as pool:
        yield from pool.map(partial(_do, work), records, chunksize=min(16, len(records) // jobs))


def _open(settings: Settings) -> None:
    """Services for this process; its end closes them."""
    global _services  # noqa: PLW0603 - one a process, as it must be
    _services = connect(settings, asks_kaltura=False)


def _do(work: Work[T], record: SessionRecord) -> T:
    assert _services is not None
    return work(_services, record)
