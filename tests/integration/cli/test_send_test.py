"""`debrief doctor --send-test`: one labelled message to one channel, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from debrief.cli.main import main
from debrief.delivery.ledger.ledger import Note
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.mail.addresses import recipient_id
from support.world import START

RULES = "version: 1\nchannels:\n  crm: {kind: webhook}\n  lake: {kind: eventbridge}\n"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "rules.yaml").write_text(RULES)
    return {
        "DEBRIEF_RULES": str(tmp_path / "rules.yaml"),
        "DEBRIEF_ARCHIVE": str(tmp_path / "archive"),
        "DEBRIEF_OUTBOX": str(tmp_path / "outbox"),
        "KALTURA_SERVICE_URL": "http://127.0.0.1:9",
    }


def test_the_message_says_that_it_is_a_test_and_kaltura_is_not_asked(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--send-test", "crm"], environ) == 0
    assert "written to the outbox" in "".join(capsys.readouterr())
    (path,) = (tmp_path / "outbox").iterdir()
    event = json.loads(path.read_text())
    assert (event["type"], event["data"]["session"]) == ("debrief.test", None)
    assert "This is a test" in event["data"]["verdict"]


def test_a_channel_that_does_not_accept_it_is_a_failure_with_the_reason(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    del environ["DEBRIEF_OUTBOX"]
    environ |= {
        "DEBRIEF_MAIL_CHANNEL": "smtp",
        "DEBRIEF_SMTP_URL": "smtp://127.0.0.1:9",
        "DEBRIEF_MAIL_FROM": "a@b.example",
    }
    environ |= {"DEBRIEF_CHANNEL_CRM_URL": "https://127.0.0.1/hook", "DEBRIEF_CHANNEL_CRM_SECRET": "whsec_" + "A" * 32}
    assert main(["doctor", "--send-test", "crm"], environ) == 1
    said = "".join(capsys.readouterr())
    assert "not on the public internet" in said
    assert "hook" not in said


def test_an_unknown_channel_is_a_wrong_command_line(environ: dict[str, str], tmp_path: Path) -> None:
    assert main(["doctor", "--send-test", "crn"], environ) == 2
    assert not (tmp_path / "outbox").exists()


def test_a_message_that_is_accepted_enables_the_channel_again(environ: dict[str, str], tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "archive" / ".debrief" / "ledger.sqlite3")
    key = recipient_id("channel:crm")
    ledger.put_note(Note("disabled", key, START, "It answered with status 500."))
    assert main(["doctor", "--send-test", "crm"], environ) == 0
    note = ledger.note("disabled", key)
    assert note is not None
    assert note.detail == ""
