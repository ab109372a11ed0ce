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
        "DEBRIEF_CHANNEL_CRM_URL": "https://127.0.0.1/hook",
        "DEBRIEF_CHANNEL_CRM_SECRET": "whsec_" + "A" * 32,
        "DEBRIEF_EVENT_BUS": "debrief",
        "KALTURA_SERVICE_URL": "http://127.0.0.1:9",
    }


def test_the_message_says_that_it_is_a_test_and_kaltura_is_not_asked(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--send-test", "crm"], environ) == 0
    assert f"written to the outbox {tmp_path / 'outbox'}, not sent" in "".join(capsys.readouterr())
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
    assert main(["doctor", "--send-test", "crm"], environ) == 1
    said = "".join(capsys.readouterr())
    assert "not on the public internet" in said
    assert "hook" not in said


@pytest.mark.parametrize("mail_channel", ["outbox", "smtp"])
def test_a_channel_without_a_url_gets_no_message_and_is_named_with_its_setting(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], mail_channel: str
) -> None:
    del environ["DEBRIEF_CHANNEL_CRM_URL"]
    environ |= {
        "DEBRIEF_MAIL_CHANNEL": mail_channel,
        "DEBRIEF_SMTP_URL": "smtp://127.0.0.1:9",
        "DEBRIEF_MAIL_FROM": "a@b.example",
    }
    assert main(["doctor", "--send-test", "crm"], environ) == 1
    said = "".join(capsys.readouterr())
    assert "debrief: The channel crm has no URL: set channel_crm_url" in said
    assert "DEBRIEF_CHANNEL_CRM_URL" in said
    assert not (tmp_path / "outbox").exists()


def test_test_messages_of_two_channels_are_two_files(environ: dict[str, str], tmp_path: Path) -> None:
    for name in ("crm", "lake"):
        assert main(["doctor", "--send-test", name], environ) == 0
    assert sorted(path.name.split("-")[1] for path in (tmp_path / "outbox").iterdir()) == ["crm", "lake"]


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
