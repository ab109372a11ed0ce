"""Search a DynamoDB ledger by its search rows: one small item for each session, in one partition for each week.

| pk | sk |
|---|---|
| `FIND#<the week's Monday>` | `<end>#<cue point id>` |

A search queries each week of its period, and DynamoDB returns only matching rows. A row is written in the same
transaction as its session's record, so it is never late. If a session's end changes, it gets a new row; the former row
stays, without words, until it expires, because no Lambda function may delete items.

The records of earlier versions have no rows. Scheduled runs add them, from the newest to the oldest (`add_rows`); until
then a search reads the records of that period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from debrief.delivery.ledger.dynamodb_rows import folded, mark_of, monday
from debrief.delivery.ledger.ledger import Ledger, Note, SessionRecord
from debrief.delivery.ledger.search import SearchFilter
from debrief.delivery.ledger.serialization import time_text

if TYPE_CHECKING:
    from debrief.delivery.ledger.dynamodb_table import DynamoTable, Value

_WEEK = timedelta(days=7)
ROWS_FROM = "rows from"  # subject of the note whose time says: all sessions that ended since then have rows
# After an upgrade, functions of the earlier version still run for at most 15 minutes, and write no rows.
_UPGRADE_TAKES = timedelta(hours=1)
_FILL_DAYS, _FILL_RECORDS = timedelta(days=60), 2000  # the most that one scheduled run adds


@dataclass(frozen=True)
class DynamoMatches:
    """The sessions found: weeks with the number of matching rows, then the records of older sessions without rows."""

    ledger: Ledger
    search: _Search
    weeks: Sequence[tuple[str, int]]
    older: Sequence[SessionRecord]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.weeks) + len(self.older)

    def part(self, first: int, last: int) -> list[SessionRecord]:
        names: list[str] = []
        passed = 0
        for week, count in self.weeks:
            if passed < last and first < passed + count:
                names += islice(self.search.names(week), max(first - passed, 0), last - passed)
            passed += count
        records = self.ledger.sessions_of(names)
        newer = [records[name] for name in names if name in records]
        return newer + list(self.older[max(first - passed, 0) : max(last - passed, 0)])


@dataclass(frozen=True)
class _Search:
    """The queries of one search."""

    table: DynamoTable
    since: datetime
    until: datetime
    wanted: SearchFilter

    def weeks(self) -> Iterator[tuple[str, int]]:
        """Yield the weeks of the period, the latest first, each with the number of sessions found."""
        week = monday(self.until)
        while self.since < self.until and week >= monday(self.since):
            if count := self.table.count(*self._condition(week), **self._filter()):
                yield week, count
            week = monday(datetime.fromisoformat(week).replace(tzinfo=UTC) - _WEEK)

    def names(self, week: str) -> Iterator[str]:
        """Yield the ids of the sessions found in a week, the latest first."""
        condition, values = self._condition(week)
        more = {"ProjectionExpression": "sk", "ScanIndexForward": False}
        for item in self.table.query(condition, values, **self._filter() | more):
            yield item["sk"].partition("#")[2]

    def _condition(self, week: str) -> tuple[str, dict[str, Value]]:
        values: dict[str, Value] = {":pk": f"FIND#{week}"}
        values |= {":since": time_text(self.since), ":until": time_text(self.until)}
        values |= {f":w{number}": word for number, word in enumerate(self._words())}
        for name in ("room", "host"):
            if text := getattr(self.wanted, name):
                values |= {f":{name}": text, f":{name}_part": folded(text)}
        return "pk = :pk AND sk BETWEEN :since AND :until", values

    def _filter(self) -> dict[str, Any]:
        conditions = ["attribute_exists(#words)", *(f"contains(#words, :w{n})" for n in range(len(self._words())))]
        names = {"#words": "words"}
        for name, id_ in (("room", "entry_id"), ("host", "host_user_id")):
            if getattr(self.wanted, name):
                conditions.append(f"(#{id_} = :{name} OR contains(#{name}, :{name}_part))")
                names |= {f"#{id_}": id_, f"#{name}": name}
        return {
            "FilterExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ConsistentRead": True,
        }

    def _words(self) -> list[str]:
        return list(dict.fromkeys(folded(word) for word in self.wanted.text))


def search(ledger: Ledger, table: DynamoTable, since: datetime, until: datetime, wanted: SearchFilter) -> DynamoMatches:
    """Find sessions that ended in [since, until): by their rows, or by their records if they have no rows yet."""
    rows_from = _rows_from(ledger)
    split = until if rows_from is None else min(max(rows_from, since), until)
    older = [record for record in ledger.sessions(since, split) if record.fits(wanted)]
    found = _Search(table, split, until, wanted)
    return DynamoMatches(ledger, found, list(found.weeks()), older[::-1])


def add_rows(ledger: Ledger, now: datetime, oldest: datetime) -> bool:
    """Add some of the missing rows, the newest first. Return whether every session since `oldest` has a row."""
    until = _rows_from(ledger)
    if until is None:
        ledger.put_note(Note("search", ROWS_FROM, now + _UPGRADE_TAKES))
        return False
    if until > now:
        return False
    if until > oldest:
        since = max(until - _FILL_DAYS, oldest)
        lacking = [each for each in ledger.sessions(since, until) if each.indexed != mark_of(each)][::-1]
        for _ in ledger.save_all(lacking[:_FILL_RECORDS]):  # another process that changed a record also wrote its row
            pass
        until = lacking[_FILL_RECORDS].end + timedelta.resolution if len(lacking) > _FILL_RECORDS else since
        ledger.put_note(Note("search", ROWS_FROM, until))
    return until <= oldest


def _rows_from(ledger: Ledger) -> datetime | None:
    note = ledger.note("search", ROWS_FROM)
    return note.at if note else None
