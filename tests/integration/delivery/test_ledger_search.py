"""A search finds the same sessions in both ledgers, and in a ledger that an earlier version began."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_samples import END, ids

from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.delivery.ledger.dynamodb_search import ROWS_FROM
from debrief.delivery.ledger.ledger import Ledger, Note, SessionRecord
from debrief.delivery.ledger.search import SearchFilter
from debrief.delivery.ledger.sqlite import SqliteLedger
from support.aws import LEDGER, make_table

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SINCE, UNTIL = END - 31 * DAY, END + 10 * DAY
SEARCHES = [
    SearchFilter(),
    SearchFilter(text=("CAFÉ",)),
    SearchFilter(text=("café", "müller")),
    SearchFilter(text=("strasse",)),
    SearchFilter(text=("1_CUE0",)),
    SearchFilter(text=("é\n",)),
    SearchFilter(room="1_roomA"),
    SearchFilter(room="1_rooma"),
    SearchFilter(room="überblick"),
    SearchFilter(host="ann@example.com"),
    SearchFilter(host="ANN"),
    SearchFilter(host="müll"),
    SearchFilter(room="straße", host="zoë", text=("1_",)),
    SearchFilter(text=("%",)),
    SearchFilter(text=("' OR 1=1",), room='"'),
]


def session(number: int, end: datetime = END, **names: str) -> SessionRecord:
    return replace(SessionRecord(f"1_cue{number}", "1_roomA", end - timedelta(hours=1), end, state="final"), **names)  # type: ignore[arg-type]


RECORDS = [
    session(0, END, entry_name="Café Überblick", host_name="Zoë Müller", host_user_id="ann@example.com"),
    session(1, END + DAY, entry_name="CAFE\u0301 100 %", host_name="Ann"),
    session(2, END + 8 * DAY, entry_name="Straße", host_name="Zoë", entry_id="1_roomB"),
    session(3, END - 30 * DAY, entry_name='The "room"\n', host_user_id="ann@example.com", entry_id="1_roomB"),
    session(4, END, kind="event", entry_name="Event", host_name="MÜLLER"),
    session(5, END),
]


def expected(wanted: SearchFilter, since: datetime = SINCE, until: datetime = UNTIL) -> list[str]:
    found = [record for record in RECORDS if since <= record.end < until and record.fits(wanted)]
    latest_first = sorted(found, key=lambda record: (record.end, record.cue_point_id), reverse=True)
    return [record.cue_point_id for record in latest_first]


def found(ledger: Ledger, wanted: SearchFilter, since: datetime = SINCE, until: datetime = UNTIL) -> list[str]:
    matches = ledger.search(since, until, wanted)
    names = ids(matches.part(0, 100))
    assert matches.total == len(names)
    return names


def indexed(ledger: Ledger) -> Ledger:
    """The ledger, after scheduled runs have noted that all sessions have search rows."""
    ledger.put_note(Note("search", ROWS_FROM, END - 1000 * DAY))
    return ledger


@pytest.mark.parametrize("is_indexed", [False, True], ids=["first", "indexed"])
def test_a_search_finds_the_sessions_whose_names_and_ids_fit(ledger: Ledger, *, is_indexed: bool) -> None:
    list(ledger.save_all(RECORDS))
    for wanted in SEARCHES if is_indexed else SEARCHES[::4]:
        assert found(indexed(ledger) if is_indexed else ledger, wanted) == expected(wanted), wanted


def test_a_search_finds_sessions_that_ended_from_since_until_before_until(ledger: Ledger) -> None:
    list(ledger.save_all(RECORDS))
    indexed(ledger)
    for since in (END, END + timedelta.resolution, END - 30 * DAY):
        for until in (END, END + timedelta.resolution, END + DAY, END + 8 * DAY):
            assert found(ledger, SearchFilter(), since, until) == expected(SearchFilter(), since, until)


def test_parts_of_what_was_found_follow_each_other(ledger: Ledger) -> None:
    list(ledger.save_all(RECORDS))
    matches = indexed(ledger).search(SINCE, UNTIL, SearchFilter())
    names = [name for first in range(0, 8, 2) for name in ids(matches.part(first, first + 2))]
    assert names == expected(SearchFilter())


def test_a_session_whose_end_or_names_change_is_found_as_it_is_now(ledger: Ledger) -> None:
    indexed(ledger)
    saved = ledger.save(session(1, END, host_name="Ann"))
    saved = ledger.save(replace(saved, end=END + 9 * DAY))
    assert found(ledger, SearchFilter()) == ["1_cue1"]
    assert found(ledger, SearchFilter(), END, END + DAY) == []
    assert found(ledger, SearchFilter(host="ann"), END + 9 * DAY, UNTIL) == ["1_cue1"]
    ledger.save(replace(saved, host_name="", entry_name="Sales"))  # as when the host is erased
    assert found(ledger, SearchFilter(host="ann")) == []
    assert found(ledger, SearchFilter(room="sales")) == ["1_cue1"]


def test_a_record_that_could_not_be_saved_changes_no_search(ledger: Ledger) -> None:
    indexed(ledger)
    read = ledger.save(session(1, host_name="Ann"))
    ledger.save(replace(read, host_name="Bob"))
    lost = [replace(read, host_name="Eve"), session(2, host_name="Eve")]
    assert [bool(saved) for saved in ledger.save_all(lost)] == [False, True]
    assert found(ledger, SearchFilter(host="eve")) == ["1_cue2"]
    assert found(ledger, SearchFilter(host="bob")) == ["1_cue1"]


@pytest.mark.usefixtures("aws")
class TestEarlierVersion:
    """A table whose records have no search rows."""

    def begin(self, records: list[SessionRecord]) -> tuple[Any, DynamoLedger]:
        client = make_table()
        ledger = DynamoLedger(client, LEDGER, retention_days=45)
        list(ledger.save_all(records))
        for item in client.scan(TableName=LEDGER)["Items"]:
            if item["pk"]["S"].startswith("FIND#"):
                client.delete_item(TableName=LEDGER, Key={name: item[name] for name in ("pk", "sk")})
            else:
                client.put_item(TableName=LEDGER, Item={name: item[name] for name in item if name != "indexed"})
        return client, ledger

    def test_every_session_is_found_before_while_and_after_rows_are_added(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("debrief.delivery.ledger.dynamodb_search._FILL_RECORDS", 2)
        client, ledger = self.begin(RECORDS)
        now = END + 10 * DAY
        for number in range(6):
            for wanted in SEARCHES[:2]:
                assert found(ledger, wanted) == expected(wanted), (number, wanted)
            ledger.extend_search(now + number * timedelta(hours=2))
        rows = [item for item in client.scan(TableName=LEDGER)["Items"] if item["pk"]["S"].startswith("FIND#")]
        assert len(rows) == len(RECORDS)
        calls = []
        client.meta.events.register("before-call", lambda model, **_: calls.append(model.name))
        ledger.extend_search(now + 20 * DAY)
        assert calls == []

    def test_rows_are_added_only_when_no_function_of_the_earlier_version_can_still_run(self) -> None:
        client, ledger = self.begin(RECORDS)
        for minutes in (0, 15, 59):
            ledger.extend_search(END + 10 * DAY + timedelta(minutes=minutes))
        assert not [item for item in client.scan(TableName=LEDGER)["Items"] if item["pk"]["S"].startswith("FIND#")]

    def test_a_row_expires_with_its_session(self) -> None:
        client = make_table()
        ledger = DynamoLedger(client, LEDGER, retention_days=30)
        ledger.save(replace(ledger.save(session(1)), end=END + 9 * DAY))
        items = client.scan(TableName=LEDGER)["Items"]
        expiry = str(int((END + 39 * DAY).timestamp()))
        assert [item["expires_at"]["N"] for item in items] == [expiry] * 3

    def test_a_save_that_changes_no_name_writes_no_row(self) -> None:
        client = make_table()
        ledger = DynamoLedger(client, LEDGER)
        saved = ledger.save(session(1))
        calls = []
        client.meta.events.register("before-call", lambda model, **_: calls.append(model.name))
        ledger.save(replace(saved, state="exported"))
        assert calls == ["PutItem"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("search")


TEXT = st.text("aAßsSéÉİ\u0301K 1_\n%#", max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=5), TEXT, TEXT, st.lists(TEXT, max_size=2))
def test_a_file_is_searched_as_records_are(
    empty: Path, names: list[tuple[str, str, str]], room: str, host: str, words: list[str]
) -> None:
    path = empty / "ledger.sqlite"
    path.unlink(missing_ok=True)
    ledger = SqliteLedger(path)
    wanted = SearchFilter(room, host, text=tuple(words))
    records = [
        session(number, entry_name=name, host_name=of, host_user_id=user)
        for number, (name, of, user) in enumerate(names)
    ]
    with ledger.batch():
        list(ledger.save_all(records))
    assert sorted(found(ledger, wanted)) == [record.cue_point_id for record in records if record.fits(wanted)]
    ledger.close()
