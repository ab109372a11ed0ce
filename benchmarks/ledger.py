"""Ledgers with many sessions: the first scheduled run over unknown sessions, and a search of the portal's index.

    python -m benchmarks.ledger [--unknown 10000] [--known 100000]

DynamoDB is moto in a thread of this process, Kaltura the stand-in in a process of its own. botocore's events count the
calls; CPU seconds are this thread's, so they are the function's alone. No call takes a network's time: a real one adds
the waiting that --milliseconds assumes for each call.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from benchmarks.load import services, serving
from debrief.delivery.aws import clients
from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.delivery.ledger.dynamodb_search import ROWS_FROM
from debrief.delivery.ledger.ledger import Ledger, Note, SessionRecord
from debrief.delivery.ledger.search import SearchFilter
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.pipeline.reconcile import reconcile
from support.aws import LEDGER, make_table, offline_aws
from support.lambda_world import aws_server

T = TypeVar("T")
END = datetime(2026, 11, 2, tzinfo=UTC)
DAYS, PAGE = 400, 50
SINCE = END - timedelta(days=DAYS)
TOPICS = ("Sales", "All hands", "Café Überblick", "Onboarding", "Quarterly review", "Customer day", "Straße", "Produkt")
SEARCHES = {
    "every session of 400 days": SearchFilter(),
    "a word that fits every session": SearchFilter(text=("emea",)),
    "two words, 1 session in 1,000": SearchFilter(text=("müller 10,", "café")),
    "a host's name": SearchFilter(host="müller 12,"),
    "a word that fits nothing": SearchFilter(text=("zzz",)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unknown", type=int, default=10_000)
    parser.add_argument("--known", type=int, default=100_000)
    parser.add_argument("--milliseconds", type=float, default=25.0, help="of waiting assumed for each call of DynamoDB")
    args = parser.parse_args()
    if args.unknown:
        _first_run(args.unknown, args.milliseconds)
    if args.known:
        _search_file(args.known)
        _search_table(args.known, args.milliseconds)


def _first_run(sessions: int, milliseconds: float) -> None:
    print(f"the first scheduled run over {sessions:,} unknown sessions of 40 hours, DynamoDB")
    with serving(sessions, hours=40) as (url, _), _table() as (ledger, calls), tempfile.TemporaryDirectory() as folder:
        opened = replace(services(url, folder, "0"), ledger=ledger)
        for name, expected in (("none known", sessions), ("all known", 0)):
            orders, taken = _timed(lambda: reconcile(opened))
            assert len(orders) == expected
            _print_calls(name, calls, taken, milliseconds)


def _search_file(sessions: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = SqliteLedger(Path(folder, "ledger.sqlite3"))
        with ledger.batch():
            for _ in ledger.save_all(_records(sessions)):
                pass
        print(f"a search among {sessions:,} sessions, SQLite, with the records of the first page")
        for name, wanted in SEARCHES.items():
            found, taken = min((_search(ledger, wanted) for _ in range(3)), key=lambda one: one[1])
            print(f"  {name:<32}{found:>8,} found {taken * 1000:7.0f} ms CPU")


def _search_table(sessions: int, milliseconds: float) -> None:
    with _table() as (ledger, calls):
        _fill(ledger, _records(sessions))
        print(f"a search among {sessions:,} sessions, DynamoDB, with the records of the first page")
        for name, wanted in SEARCHES.items():
            calls.clear()
            found, taken = _search(ledger, wanted)
            _print_calls(f"{name}: {found:,} found", calls, taken, milliseconds)


def _search(ledger: Ledger, wanted: SearchFilter) -> tuple[int, float]:
    def work() -> int:
        matches = ledger.search(SINCE, END + timedelta(days=1), wanted)
        assert len(matches.part(0, PAGE)) == min(PAGE, matches.total)
        return matches.total

    return _timed(work)


def _records(sessions: int) -> Iterator[SessionRecord]:
    """Yield final sessions, spread evenly over 400 days, with the figures of two revisions."""
    figures = dict.fromkeys(("unique_attendees", "presence_average", "engagement_rate", "minutes", "peak"), 12.0)
    for number in range(sessions):
        end = END - timedelta(days=DAYS) * (number / sessions)
        yield SessionRecord(
            f"1_c{number:07}",
            f"1_r{number % 3000:07}",
            end - timedelta(hours=1),
            end,
            entry_name=f"{TOPICS[number % len(TOPICS)]} {number % 3000}, EMEA",
            state="final",
            revision=2,
            content_hash="a" * 64,
            begun=True,
            host_user_id=f"host{number % 500}@example.com",
            host_name=f"Zoë Müller {number % 500}, Sales",
            history={1: figures, 2: figures},
        )


@contextmanager
def _table() -> Iterator[tuple[DynamoLedger, Counter[str]]]:
    """Yield a ledger in an empty table, and the calls that are made from now on."""
    calls: Counter[str] = Counter()
    # moto copies the whole table for each transaction, to restore it if a condition fails. None fails here.
    with offline_aws(), aws_server(), mock.patch("moto.dynamodb.models.copy.deepcopy", lambda table: table):
        clients.session.cache_clear()
        make_table()
        client = clients.client("dynamodb")
        client.meta.events.register("before-call", lambda model, **_: calls.update([model.name]))
        ledger = DynamoLedger(client, LEDGER)
        ledger.put_note(Note("search", ROWS_FROM, SINCE - timedelta(days=1)))
        calls.clear()
        yield ledger, calls


def _fill(ledger: DynamoLedger, records: Iterator[SessionRecord]) -> None:
    """Write the items straight into moto, which would need many minutes for the requests.

    Of the sessions that no search shows on its first page, only the search rows are written.
    """
    from moto.core import DEFAULT_ACCOUNT_ID  # type: ignore[attr-defined]
    from moto.dynamodb.models import dynamodb_backends

    from support.aws import REGION

    table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[LEDGER]

    def write(**request: Any) -> None:
        for item in (each["Put"]["Item"] for each in request["TransactItems"]):
            if item["sk"]["S"] != "SESSION" or _is_on_a_page(int(item["cue_point_id"]["S"].removeprefix("1_c"))):
                table.put_item(item)

    with mock.patch.object(ledger._table._client, "transact_write_items", write):  # noqa: SLF001
        for _ in ledger.save_all(records):
            pass


def _is_on_a_page(number: int) -> bool:
    return number < PAGE or number % 500 in {10, 12}


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.thread_time()
    return work(), time.thread_time() - started


def _print_calls(name: str, calls: Counter[str], cpu_seconds: float, milliseconds: float) -> None:
    total = sum(calls.values())
    print(f"  {name}")
    print(f"    {total:,} calls {dict(sorted(calls.items()))}")
    seconds = cpu_seconds + total * milliseconds / 1000
    print(f"    {cpu_seconds:.2f} s CPU; with {milliseconds:g} ms of waiting for each call {seconds:.1f} s", flush=True)
    calls.clear()


if __name__ == "__main__":
    main()
