"""`debrief replay` as an admin meets it after an upgrade."""

from __future__ import annotations

import json

import pytest

from debrief.delivery.aws.queue import Queue
from debrief.order_codec import decode_export
from handlers.queues import _client
from support.aws import moto_aws
from support.held import Held, Run

SPAN = ("--since", "2026-11-01", "--until", "2026-11-20")
ALONE = ("--jobs", "1", "--no-pdf")


def test_everything_comes_out_as_it_was_joint_sessions_and_events_too(debrief: Run, held: Held) -> None:
    before = held.archived()
    code, out, err = debrief("replay", *SPAN, *ALONE)
    assert code == 0, err
    assert {line.split()[0] for line in out.splitlines()} == {"unchanged"}
    assert {"joint-1_brfcue01", "event-77", "1_wbncue01"} <= {line.split()[1] for line in out.splitlines()}
    assert held.archived() == before


def test_a_dry_run_says_what_would_change_and_why_and_writes_nothing(debrief: Run, held: Held) -> None:
    before = held.archived()
    code, out, err = debrief("replay", "1_wbncue01", "--no-pdf", "--dry-run", DEBRIEF_TIMEZONE="Asia/Tokyo")
    assert (code, held.archived()) == (0, before)
    reason = "the time zone was Europe/Berlin (DEBRIEF_TIMEZONE)"
    assert out.split("  ")[-1] == f"{reason}\n"
    assert out.startswith("re-rendered      1_wbncue01        report.html, report.xlsx  ")
    assert "nothing was written" in err


def test_a_damaged_file_is_restored_and_says_so(debrief: Run, held: Held) -> None:
    before = held.archived()
    (page,) = (held.root / "archive").rglob("session=1_wbncue01/report.html")
    page.write_bytes(b"damaged")
    _, out, err = debrief("replay", "1_wbncue01", *ALONE)
    assert out == "restored         1_wbncue01        report.html               a file was missing or damaged\n"
    assert "restored: 1." in err
    assert held.archived() == before


def test_several_processes_make_the_same(debrief: Run, held: Held) -> None:
    before = held.archived()
    code, out, err = debrief("replay", *SPAN, "--no-pdf", "--jobs", "2", "--json")
    assert code == 0, err
    assert {json.loads(line)["change"] for line in out.splitlines()} == {"same"}
    assert held.archived() == before


def test_a_session_that_fails_is_named_and_the_others_go_on(debrief: Run, held: Held) -> None:
    (broken,) = (held.root / "archive").rglob("session=1_wbncue01/6001.csv.gz")
    broken.write_bytes(b"no gzip")
    code, out, err = debrief("replay", *SPAN, *ALONE)
    assert code == 1
    assert "1_wbncue01" in err
    assert "1_wbncue01" not in out
    assert len(out.splitlines()) > 8


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ((), "Give session ids"),
        (("1_nothing1",), "has no exported session"),
        (("1_wbncue01", "--since", "7d"), "not both"),
        (("--since", "tomorrow"), "is not a valid time"),
        (("--since", "2999-01-01"), "not in the future"),
        (("1_a,1_b",), "one id"),
        (("1_wbncue01", "--queue", "Exports"), "Give the queue's URL"),
    ],
)
def test_a_mistake_is_one_sentence_and_changes_nothing(
    debrief: Run, held: Held, argv: tuple[str, ...], sentence: str
) -> None:
    before = held.archived()
    code, out, err = debrief("replay", *argv)
    assert (code, out, held.archived()) == (2, "", before)
    assert sentence in err
    assert len(err.splitlines()) == 1


def test_the_export_queue_gets_an_order_for_each_session_and_no_mail(debrief: Run) -> None:
    with moto_aws():
        _client.cache_clear()
        client = _client()
        url = client.create_queue(QueueName="exports")["QueueUrl"]
        code, _, err = debrief("replay", *SPAN, "--queue", url)
        assert (code, "in the queue" in err) == (0, True)
        orders = [decode_export(body) for body in received_all(Queue(url, client))]
    _client.cache_clear()
    assert {order.source for order in orders} == {"archive"}
    assert not any(order.mail for order in orders)
    assert "event-77" in {order.cue_point_id for order in orders}


def received_all(queue: Queue) -> list[str]:
    bodies: list[str] = []
    while messages := queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in messages]
    return bodies
