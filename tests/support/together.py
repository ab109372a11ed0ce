"""Several threads that do the same to one SQLite ledger at the same time."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

from debrief.delivery.ledger.sqlite import SqliteLedger


def together(path: Path, work: Callable[[SqliteLedger], object], count: int = 4) -> list[object]:
    """What several threads get that do the same at the same time, each over its own connection."""
    barrier, results = Barrier(count), []

    def one() -> None:
        with closing(SqliteLedger(path)) as ledger:
            barrier.wait(10)
            results.append(work(ledger))

    threads = [Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == count
    return results
