"""What only DynamoDB does: keys, indexes, pages, expiry, throttling."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, get_args

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.delivery.ledger.ledger import PERMANENT_KINDS, Delivery, Link, Note, NoteKind, SessionRecord
from debrief.errors import BadSettings, Conflict, DebriefError, Unavailable
from support.aws import LEDGER, make_table

pytestmark = pytest.mark.usefixtures("aws")

END = datetime(2024, 8, 1, 10, 1, tzinfo=UTC)
NOW = datetime(2024, 8, 1, 11, 30, tzinfo=UTC)
RECORD = SessionRecord("1_cue", "1_entry", END - timedelta(hours=1), END)
DELIVERY = Delivery("1_cue", 2, "0123456789abcdef", "anna@example.org")
INDEX_ATTRIBUTES = {"end_day", "end_at", "open", "open_at", "expires_at"}


def item(client: Any, sk: str, pk: str = "SESSION#1_cue") -> dict[str, Any]:
    found = client.get_item(TableName=LEDGER, Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"]
    return {name: next(iter(value.values())) for name, value in found.items()}


def test_a_session_lies_under_its_id_its_end_and_the_open_items() -> None:
    client = make_table()
    ledger = DynamoLedger(client, LEDGER, retention_days=30)
    saved = ledger.save(RECORD)
    found = item(client, "SESSION")
    assert {name: found[name] for name in INDEX_ATTRIBUTES} == {
        "end_day": "2024-08-01",
        "end_at": "2024-08-01T10:01:00.000000Z",
        "open": "SESSION",
        "open_at": "2024-08-01T10:01:00.000000Z#1_cue",
        "expires_at": str(int((END + timedelta(days=30)).timestamp())),
    }
    ledger.save(replace(saved, state="final"))
    assert item(client, "SESSION")["open"] == "FINAL"
    ledger.save(replace(saved, state="exported", version=2))
    assert set(item(client, "SESSION")) & {"open", "open_at"} == set()


def _as_version_1_0(client: Any, cue_point_id: str) -> None:
    """Take from a session's item what version 1.0 did not write."""
    client.update_item(
        TableName=LEDGER,
        Key={"pk": {"S": f"SESSION#{cue_point_id}"}, "sk": {"S": "SESSION"}},
        UpdateExpression="REMOVE #open, open_at",
        ExpressionAttributeNames={"#open": "open"},
    )


def test_final_sessions_of_an_older_version_are_found_without_a_migration() -> None:
    client = make_table()
    ledger = DynamoLedger(client, LEDGER)
    day, queries = timedelta(days=1), list[str]()
    for name, days in (("old", 20), ("older", 29)):
        ledger.save(replace(RECORD, cue_point_id=name, end=END - days * day, state="final"))
        _as_version_1_0(client, name)

    def finals(until: datetime) -> list[str]:
        queries.clear()
        return [record.cue_point_id for record in ledger.finals(until - 30 * day, until, now=until)]

    client.meta.events.register("before-call.dynamodb.Query", lambda model, **_: queries.append(model.name))
    assert finals(END) == ["old", "older"]
    assert len(queries) == 31
    ledger.save(replace(RECORD, cue_point_id="new", end=END + day, state="final"))
    assert finals(END + 5 * day) == ["new", "old"]
    assert finals(END + 31 * day) == ["new"]
    assert len(queries) == 1


def test_final_sessions_are_read_only_as_far_as_they_are_used() -> None:
    client = make_table()
    ledger = DynamoLedger(client, LEDGER)
    list(ledger.finals(END, END, now=END - timedelta(days=9)))
    for number in range(150):
        end = END + timedelta(seconds=number)
        ledger.save(replace(RECORD, cue_point_id=f"{number:03}", end=end, state="final"))
    queries = list[str]()
    client.meta.events.register("before-call.dynamodb.Query", lambda model, **_: queries.append(model.name))
    for used, count in ((1, 1), (100, 1), (101, 2)):
        queries.clear()
        found = ledger.finals(END, END + timedelta(days=1), now=END)
        assert [record.cue_point_id for record in islice(found, used)] == [f"{149 - place:03}" for place in range(used)]
        assert len(queries) == count


def test_a_delivery_expires_after_its_last_change_and_is_in_no_index_of_sessions() -> None:
    client = make_table()
    ledger = DynamoLedger(client, LEDGER, retention_days=30)
    ledger.add_delivery(DELIVERY)
    sk = "DELIVERY#000002#0123456789abcdef"
    found = item(client, sk)
    assert {name: found[name] for name in INDEX_ATTRIBUTES & found.keys()} == {
        "open": "DELIVERY",
        "open_at": f"1_cue#{sk}",
    }
    ledger.move(DELIVERY, "sent", at=NOW)
    found = item(client, sk)
    expiry = str(int((NOW + timedelta(days=30)).timestamp()))
    assert {name: found[name] for name in INDEX_ATTRIBUTES & found.keys()} == {"expires_at": expiry}


def test_a_delivery_on_an_occasion_lies_behind_the_reports() -> None:
    client = make_table()
    DynamoLedger(client, LEDGER).add_delivery(replace(DELIVERY, occasion="link-2024-08-31"))
    sk = "DELIVERY#000002#0123456789abcdef#link-2024-08-31"
    assert item(client, sk)["open_at"] == f"1_cue#{sk}"


def test_an_item_of_an_earlier_version_takes_the_defaults() -> None:
    client = make_table()
    ledger = DynamoLedger(client, LEDGER)
    ledger.add_delivery(DELIVERY)
    sk = "DELIVERY#000002#0123456789abcdef"
    key = {"pk": {"S": "SESSION#1_cue"}, "sk": {"S": sk}}
    old = client.get_item(TableName=LEDGER, Key=key)["Item"]
    for name in ("occasion", "tier", "timezone", "language", "before", "mailed"):
        del old[name]
    client.put_item(TableName=LEDGER, Item=old)
    assert ledger.delivery("1_cue", 2, DELIVERY.recipient_id) == DELIVERY


def test_a_link_is_kept_for_90_days_after_it_expired() -> None:
    client = make_table()
    DynamoLedger(client, LEDGER).add_link(Link("ab", "1_cue", "r", "full", 1, END, NOW))
    found = item(client, "LINK", "LINK#ab")
    expiry = str(int((NOW + timedelta(days=90)).timestamp()))
    assert {name: found[name] for name in INDEX_ATTRIBUTES & found.keys()} == {"expires_at": expiry}


@pytest.mark.parametrize("kind", get_args(NoteKind))
def test_what_stands_against_a_mail_or_a_link_never_expires_and_other_marks_do(kind: NoteKind) -> None:
    client = make_table()
    DynamoLedger(client, LEDGER).put_note(Note(kind, "subject", NOW))
    expiry = item(client, "subject", f"MARK#{kind}").get("expires_at")
    assert expiry == (None if kind in PERMANENT_KINDS else str(int((NOW + timedelta(days=400)).timestamp())))


def test_what_takes_several_pages_comes_whole() -> None:
    ledger = DynamoLedger(make_table(), LEDGER)
    large = "x" * 300_000  # a page holds 1 MB
    for number in range(5):
        ledger.save(replace(RECORD, cue_point_id=f"{number}_cue", entry_name=large))
        ledger.add_delivery(replace(DELIVERY, revision=number, why=large))
        ledger.put_note(Note("opened", f"{number}", NOW, large))
    assert [record.cue_point_id[0] for record in ledger.sessions(END, END + timedelta(1))] == list("01234")
    assert [record.cue_point_id[0] for record in ledger.unfinished()] == list("01234")
    assert [delivery.revision for delivery in ledger.deliveries("1_cue")] == [0, 1, 2, 3, 4]
    assert [delivery.revision for delivery in ledger.open_deliveries()] == [0, 1, 2, 3, 4]
    assert [mark.subject for mark in ledger.notes("opened")] == list("01234")


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ProvisionedThroughputExceededException", 400, Unavailable),
        ("ThrottlingException", 400, Unavailable),
        ("RequestLimitExceeded", 400, Unavailable),
        ("InternalServerError", 500, Unavailable),
        ("AccessDeniedException", 400, BadSettings),
        ("ResourceNotFoundException", 400, BadSettings),
        ("ValidationException", 400, BadSettings),
    ],
)
@pytest.mark.parametrize("operation", ["put_item", "get_item", "query"])
def test_a_refusal_names_table_and_permission_or_may_pass(
    operation: str, code: str, status: int, expected: type[DebriefError]
) -> None:
    client = make_table()
    ledger = DynamoLedger(client, LEDGER)
    use = {
        "put_item": lambda: ledger.add_delivery(DELIVERY),
        "get_item": lambda: ledger.session("1_cue"),
        "query": lambda: list(ledger.unfinished()),
    }[operation]
    action = "dynamodb:" + operation.title().replace("_", "")
    with Stubber(client) as stubber:
        stubber.add_client_error(operation, code, "from AWS: anna@example.org", http_status_code=status)
        with pytest.raises(expected, match=code) as refused:
            use()
    assert action in str(refused.value)
    assert LEDGER in str(refused.value)
    assert "anna" not in str(refused.value)


def test_a_missing_table_is_named() -> None:
    with pytest.raises(BadSettings, match="debrief-nowhere"):
        DynamoLedger(boto3.client("dynamodb"), "debrief-nowhere").session("1_cue")


def test_an_unreachable_dynamodb_may_pass() -> None:
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    client = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:9", config=config)
    with pytest.raises(Unavailable, match=LEDGER):
        DynamoLedger(client, LEDGER).session("1_cue")


RECORDS = [replace(RECORD, cue_point_id=f"{number}_cue") for number in range(3)]


class Busy:
    """A client whose first requests of some kinds are not carried out, or only in part, as AWS does under load."""

    def __init__(self, real: Any, *refusals: Exception) -> None:
        self._real = real
        self._refusals = list(refusals)
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def put_item(self, **request: Any) -> Any:
        return self._maybe("put_item", request)

    def transact_write_items(self, **request: Any) -> Any:
        return self._maybe("transact_write_items", request)

    def batch_get_item(self, **request: Any) -> Any:
        """Read one key of each request."""
        self.calls.append("batch_get_item")
        ((table, asked),) = request["RequestItems"].items()
        keys = asked["Keys"]
        answer = self._real.batch_get_item(RequestItems={table: {**asked, "Keys": keys[:1]}})
        return answer | ({"UnprocessedKeys": {table: {**asked, "Keys": keys[1:]}}} if keys[1:] else {})

    def _maybe(self, name: str, request: Any) -> Any:
        self.calls.append(name)
        if self._refusals:
            raise self._refusals.pop(0)
        return getattr(self._real, name)(**request)


def refusal(code: str, *reasons: str) -> ClientError:
    cancelled = [{"Code": reason} for reason in reasons]
    answer: Any = {"Error": {"Code": code, "Message": "anna@example.org"}, "CancellationReasons": cancelled}
    return ClientError(answer, "TransactWriteItems")


def test_keys_that_dynamodb_did_not_read_are_read_again_after_growing_pauses() -> None:
    client, pauses = Busy(make_table()), list[float]()
    ledger = DynamoLedger(client, LEDGER, sleep=pauses.append)
    list(ledger.save_all(RECORDS))
    assert len(ledger.sessions_of([record.cue_point_id for record in RECORDS])) == 3
    assert client.calls.count("batch_get_item") == 3
    assert len(pauses) == 2
    assert pauses[0] < pauses[1]


def test_keys_that_dynamodb_never_reads_are_not_taken_for_sessions_that_do_not_exist() -> None:
    client = make_table()
    ledger = DynamoLedger(client, LEDGER, sleep=lambda _: None)
    unread = {"Responses": {}, "UnprocessedKeys": {LEDGER: {"Keys": [{"pk": {"S": "a"}, "sk": {"S": "b"}}]}}}
    with Stubber(client) as stubber:
        for _ in range(20):
            stubber.add_response("batch_get_item", unread)
        with pytest.raises(Unavailable, match="dynamodb:BatchGetItem"):
            ledger.sessions_of(["1_cue"])


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_met_another_one_is_repeated(reason: str) -> None:
    client = Busy(make_table(), *[refusal("TransactionCanceledException", "None", reason, *["None"] * 4)] * 2)
    ledger = DynamoLedger(client, LEDGER, sleep=lambda _: None)
    assert all(ledger.save_all(RECORDS))
    assert client.calls == ["transact_write_items"] * 3


def test_a_write_that_meets_a_transaction_is_repeated() -> None:
    client = Busy(make_table(), refusal("TransactionConflictException"))
    assert DynamoLedger(client, LEDGER, sleep=lambda _: None).add_delivery(DELIVERY)


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        ([refusal("TransactionCanceledException", "TransactionConflict", *["None"] * 5)] * 20, Unavailable),
        ([refusal("TransactionCanceledException")] * 20, Unavailable),
        ([refusal("TransactionInProgressException")], Unavailable),
        ([refusal("TransactionCanceledException", "None", "ValidationError", *["None"] * 4)], BadSettings),
        ([refusal("AccessDeniedException")], BadSettings),
    ],
)
def test_a_transaction_that_cannot_be_made_names_table_and_permission(
    refused: list[ClientError], expected: type[DebriefError]
) -> None:
    ledger = DynamoLedger(Busy(make_table(), *refused), LEDGER, sleep=lambda _: None)
    with pytest.raises(expected, match=f"(?s)(?=.*dynamodb:PutItem)(?=.*{LEDGER})") as raised:
        list(ledger.save_all(RECORDS))
    assert "anna" not in str(raised.value)
    assert not ledger.sessions_of(["0_cue", "1_cue", "2_cue"])


class Repeating:
    """A client that repeats each write with the same bytes, as boto3 does when the answer to the first one is lost."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def put_item(self, **request: Any) -> Any:
        self._real.put_item(**request)
        return self._real.put_item(**request)

    def transact_write_items(self, **request: Any) -> Any:
        """Write twice, as if the token of the request had expired."""
        self._real.transact_write_items(**request)
        return self._real.transact_write_items(**request)


def test_a_write_whose_answer_was_lost_is_known_again_by_its_repetition() -> None:
    ledger = DynamoLedger(Repeating(make_table()), LEDGER)
    saved = ledger.save(RECORD)
    assert ledger.save(saved).version == 2
    assert ledger.add_delivery(DELIVERY)
    claimed = ledger.move(DELIVERY, "claimed", at=NOW)
    assert claimed == replace(DELIVERY, state="claimed", at=NOW)


def test_of_two_that_write_the_very_same_one_is_refused() -> None:
    client = make_table()
    first, second = DynamoLedger(Repeating(client), LEDGER), DynamoLedger(Repeating(client), LEDGER)
    assert (first.add_delivery(DELIVERY), second.add_delivery(DELIVERY)) == (True, False)
    assert first.move(DELIVERY, "claimed", at=NOW)
    assert second.move(DELIVERY, "claimed", at=NOW) is None
    first.save(RECORD)
    with pytest.raises(Conflict):
        second.save(RECORD)
