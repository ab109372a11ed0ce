"""What only SQLite does: one file, several processes, nothing written for nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Thread

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from debrief.delivery.ledger.ledger import Delivery, DeliveryState, Link, SessionRecord, SessionState
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.errors import BadSettings, Conflict, Unavailable
from support.together import together

END = datetime(2024, 8, 1, 10, 1, tzinfo=UTC)
NOW = datetime(2024, 8, 1, 11, 30, tzinfo=UTC)
RECORD = SessionRecord("1_cue", "1_entry", END - timedelta(hours=1), END)
DELIVERY = Delivery("1_cue", 1, "0123456789abcdef", "anna@example.org")
LINK = Link("ab" * 32, "1_cue", DELIVERY.recipient_id, "full", 1, NOW, NOW + timedelta(days=30))


def _claim(ledger: SqliteLedger, delivery: Delivery) -> Delivery | None:
    return ledger.move(delivery, "claimed", at=NOW)


def test_of_many_that_claim_a_delivery_at_once_exactly_one_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(SqliteLedger(path)) as ledger:
        for revision in range(10):
            delivery = replace(DELIVERY, revision=revision)
            ledger.add_delivery(delivery)
            claims = together(path, partial(_claim, delivery=delivery))
            assert [claim for claim in claims if claim] == [replace(delivery, state="claimed", at=NOW)]


def test_of_many_that_save_a_session_at_once_exactly_one_does(tmp_path: Path) -> None:
    def save(ledger: SqliteLedger) -> bool:
        try:
            ledger.save(RECORD)
        except Conflict:
            return False
        return True

    assert sorted(map(bool, together(tmp_path / "ledger.sqlite", save))) == [False, False, False, True]


def test_many_may_make_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "ledger.sqlite"
    barrier, failures = Barrier(4), []

    def one() -> None:
        barrier.wait(10)
        try:
            with closing(SqliteLedger(path)) as ledger:
                ledger.session("1_cue")
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    with closing(SqliteLedger(path)) as ledger:
        assert list(ledger.unfinished()) == []


def test_what_changes_nothing_leaves_the_file_byte_for_byte_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(SqliteLedger(path)) as ledger:
        saved = ledger.save(RECORD)
        ledger.add_delivery(DELIVERY)
        ledger.move(DELIVERY, "sent", at=NOW)
        ledger.add_link(LINK)
    before, changed_at = path.read_bytes(), path.stat().st_mtime_ns
    with closing(SqliteLedger(path)) as ledger:
        assert ledger.session("1_cue") == saved
        assert list(ledger.sessions(END, NOW)) == list(ledger.unfinished()) == [saved]
        assert not ledger.add_delivery(DELIVERY)
        assert ledger.move(DELIVERY, "claimed", at=NOW) is None
        assert not ledger.add_link(LINK)
        assert list(ledger.notes("opened")) == []
        with pytest.raises(Conflict):
            ledger.save(RECORD)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, changed_at)
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_a_ledger_that_is_not_used_makes_no_file(tmp_path: Path) -> None:
    SqliteLedger(tmp_path / "folder" / "ledger.sqlite").close()
    assert list(tmp_path.iterdir()) == []


def test_what_was_saved_is_there_after_the_process_ended(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(SqliteLedger(path)) as ledger:
        saved = ledger.save(RECORD)
    with closing(SqliteLedger(path)) as ledger:
        assert ledger.session("1_cue") == saved


@pytest.mark.parametrize("content", [b"this is no database, but it is long enough" * 100, b"short"])
def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    with closing(SqliteLedger(path)) as ledger, pytest.raises(BadSettings, match=r"ledger\.sqlite"):
        ledger.session("1_cue")
    assert path.read_bytes() == content


def test_a_damaged_ledger_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(SqliteLedger(path)) as ledger:
        ledger.save(RECORD)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with closing(SqliteLedger(path)) as ledger, pytest.raises(BadSettings, match="malformed"):
        ledger.session("1_cue")


def test_a_path_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "file" / "ledger.sqlite", tmp_path):
        with pytest.raises(BadSettings, match="cannot be used"):
            SqliteLedger(path).save(RECORD)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(BadSettings, match="not a Debrief ledger"):
        SqliteLedger(path).save(RECORD)
    assert path.read_bytes() == before


def test_the_ledger_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(BadSettings, match="another version"):
        SqliteLedger(path).save(RECORD)


def test_a_ledger_that_is_held_too_long_may_pass(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(SqliteLedger(path, busy_seconds=0.1)) as ledger:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="Another process"):
            ledger.save(RECORD)
        holder.execute("ROLLBACK")
        holder.close()
        assert ledger.save(RECORD).version == 1


def test_others_see_writes_that_are_made_together_at_once_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(SqliteLedger(path)) as ledger, closing(SqliteLedger(path)) as other:
        with ledger.batch():
            saved = ledger.save(RECORD)
            assert ledger.add_delivery(DELIVERY)
            assert ledger.session("1_cue") == saved
            assert other.session("1_cue") is None
        assert other.session("1_cue") == saved
        assert list(other.open_deliveries()) == [DELIVERY]


def test_writes_that_end_in_an_error_together_were_never_made(tmp_path: Path) -> None:
    with closing(SqliteLedger(tmp_path / "ledger.sqlite")) as ledger:
        with suppress(KeyError), ledger.batch():
            ledger.save(RECORD)
            raise KeyError
        assert ledger.session("1_cue") is None
        assert ledger.save(RECORD).version == 1


def test_a_conflict_hinders_no_other_write_that_is_made_together_with_it(tmp_path: Path) -> None:
    with closing(SqliteLedger(tmp_path / "ledger.sqlite")) as ledger:
        saved = ledger.save(RECORD)
        with ledger.batch():
            with pytest.raises(Conflict):
                ledger.save(RECORD)
            assert ledger.add_delivery(DELIVERY)
        assert ledger.session("1_cue") == saved
        assert list(ledger.open_deliveries()) == [DELIVERY]


SESSION_IDS = st.sampled_from(["1_a", "1_b", "1_c"])
RECIPIENTS = st.sampled_from(["r1", "r2"])
OCCASIONS = st.sampled_from(["", "link-2024-08-31"])
REVISIONS = st.integers(1, 9)
TIMES = st.datetimes(datetime(2024, 8, 1), datetime(2024, 8, 3), timezones=st.just(UTC))  # noqa: DTZ001
SESSION_STATES = st.sampled_from(["waiting", "exported", "final", "skipped", "failed"])
DELIVERY_STATES = st.sampled_from(["pending", "claimed", "sent", "refused", "unknown"])


class LedgerMachine(RuleBasedStateMachine):
    """The ledger does what two dicts do, whatever is done in whatever order, closed and opened in between."""

    @initialize()
    def start(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "ledger.sqlite"
        self.ledger = SqliteLedger(self.path)
        self.records: dict[str, SessionRecord] = {}
        self.stale: list[SessionRecord] = []
        self.sent: dict[tuple[str, int, str, str], Delivery] = {}

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    @rule(name=SESSION_IDS, state=SESSION_STATES, end=TIMES, due=st.none() | TIMES, text=st.text(max_size=9))
    def save(self, name: str, state: SessionState, end: datetime, due: datetime | None, text: str) -> None:
        known = self.records.get(name, SessionRecord(name, "1_entry", end, end))
        if known.version:
            self.stale.append(known)
        text = text.encode(errors="replace").decode()  # what came over the network has no lone surrogates
        self.records[name] = self.ledger.save(replace(known, state=state, end=end, due=due, entry_name=text))
        assert self.records[name].version == known.version + 1

    @rule(data=st.data())
    def save_what_was_read_too_early(self, data: st.DataObject) -> None:
        if self.stale:
            with pytest.raises(Conflict):
                self.ledger.save(data.draw(st.sampled_from(self.stale)))

    @rule(name=SESSION_IDS, revision=st.integers(1, 2), recipient=RECIPIENTS, occasion=OCCASIONS)
    def add_delivery(self, name: str, revision: int, recipient: str, occasion: str) -> None:
        delivery = Delivery(name, revision, recipient, f"{recipient}@example.org", occasion=occasion)
        key = (name, revision, recipient, occasion)
        assert self.ledger.add_delivery(delivery) == (key not in self.sent)
        self.sent.setdefault(key, delivery)

    @rule(data=st.data(), believed=DELIVERY_STATES, to=DELIVERY_STATES, at=TIMES, mailed=REVISIONS)
    def move(self, data: st.DataObject, believed: DeliveryState, to: DeliveryState, at: datetime, mailed: int) -> None:
        if self.sent:
            key = data.draw(st.sampled_from(sorted(self.sent)))
            known = self.sent[key]
            changed = replace(known, state=believed, mailed=mailed)
            moved = self.ledger.move(changed, to, at=at, reason="Why.")
            if believed == known.state:
                self.sent[key] = replace(known, state=to, at=at, reason="Why.", mailed=mailed)
                assert moved == self.sent[key]
            else:
                assert moved is None

    @rule()
    def restart(self) -> None:
        self.ledger.close()
        self.ledger = SqliteLedger(self.path)

    @invariant()
    def all_records_are_there(self) -> None:
        by_end = sorted(self.records.values(), key=lambda record: (record.end, record.cue_point_id))
        since, until = END, END + timedelta(days=1)
        assert {name: self.ledger.session(name) for name in self.records} == self.records
        assert list(self.ledger.sessions(since, until)) == [one for one in by_end if since <= one.end < until]
        open_states = {"waiting", "failed"}
        assert list(self.ledger.unfinished()) == [one for one in by_end if one.due or one.state in open_states]

    @invariant()
    def all_deliveries_are_there(self) -> None:
        in_order = [self.sent[key] for key in sorted(self.sent)]
        for name in self.records:
            assert list(self.ledger.deliveries(name)) == [one for one in in_order if one.cue_point_id == name]
        open_states = {"pending", "claimed"}
        assert list(self.ledger.open_deliveries()) == [one for one in in_order if one.state in open_states]


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=25, stateful_step_count=20)
