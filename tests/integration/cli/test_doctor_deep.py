"""`debrief doctor --deep`: eleven checks that only read, and a contract file without personal data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli_world import kaltura_settings

from debrief.cli import doctor_deep
from debrief.cli.main import main
from debrief.kaltura.contract.vocabulary import NAMES
from kaltura_standin.account import Account
from kaltura_standin.faults import Fault
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from kaltura_standin.server import StandIn
from support.cloudformation import ROOT

READING = {
    ("session", "startWidgetSession"),
    ("appToken", "startSession"),
    ("session", "get"),
    ("report", "getCsvFromStringParams"),
    ("report", "getTable"),
    ("report", "getTotal"),
    ("cuepoint_cuepoint", "list"),
    ("virtualEvent_virtualEvent", "list"),
    ("schedule_scheduleEvent", "list"),
    ("user", "get"),
    ("chat", "polls/analytics"),
}


@contextmanager
def serving(account: Account) -> Iterator[StandIn]:
    with StandIn(account) as kaltura:
        yield kaltura


@pytest.fixture
def kaltura(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(doctor_deep, "utc_now", lambda: SAMPLE_NOW)
    with serving(sample_account()) as standin:
        yield standin


def deep(
    kaltura: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str], *argv: str, **environ: str
) -> tuple[int, dict[int, tuple[str, str]], dict[str, Any]]:
    """Return the exit code, each check's verdict and sentence, and the contract."""
    place = kaltura_settings(kaltura) | {
        "KALTURA_CHAT_URL": kaltura.chat_url,
        "DEBRIEF_ARCHIVE": str(tmp_path / "archive"),
    }
    file = tmp_path / "new" / "contract.json"
    code = main(("doctor", "--deep", "--contract", str(file), *argv), {**place, **environ})
    out, _ = capsys.readouterr()
    lines = {int(line[9:11]): (line[:7].strip(), line[11:]) for line in out.splitlines()}
    return code, lines, json.loads(file.read_bytes())


def calls(kaltura: StandIn) -> set[tuple[str, str]]:
    """Every action that was called, those inside multirequests included."""
    found = set()
    for request in kaltura.requests:
        parts = [part for part in request.params.values() if isinstance(part, dict) and "service" in part]
        pairs = [(str(part["service"]), str(part["action"])) for part in parts]
        found |= set(pairs) if request.service == "multirequest" else {(request.service, request.action)}
    return found


def test_all_checks_pass_on_the_sample_account_and_call_nothing_that_writes(
    kaltura: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines, contract = deep(kaltura, tmp_path, capsys)
    assert {number: verdict for number, (verdict, _) in lines.items()} == dict.fromkeys(NAMES, "ok")
    assert code == 0
    assert calls(kaltura) <= READING
    assert [check["verdict"] for check in contract["checks"]] == ["ok"] * 11
    assert [path.name for path in tmp_path.rglob("*")] == ["new", "contract.json"]


def test_the_file_has_no_name_address_id_or_token_of_the_account(
    kaltura: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account, (_, _, contract) = kaltura.account, deep(kaltura, tmp_path, capsys)
    text = json.dumps(contract)
    secrets = {account.admin_secret, account.app_tokens[0].token, account.app_tokens[0].id, str(account.partner_id)}
    people = {text for user in account.users for text in (user.id, user.email, user.full_name)}
    rooms = {text for room in account.rooms for text in (room.id, room.name, *(run.id for run in room.runs))}
    assert not [one for one in secrets | people | rooms if one and len(one) > 3 and one in text]


def test_a_check_that_fails_says_why_and_the_others_go_on(
    kaltura: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kaltura.faults.add(Fault("api_error", None, service="report", report=70001, code="SERVICE_FORBIDDEN"))
    code, lines, contract = deep(kaltura, tmp_path, capsys)
    assert code == 1
    assert [number for number, (verdict, _) in lines.items() if verdict != "ok"] == [8]
    assert "not known, because the credential's role has no permission" in lines[8][1].lower()
    assert (contract["checks"][7]["verdict"], contract["checks"][7]["error"]) == ("not known", "Forbidden")


def test_a_lost_column_is_a_difference_with_what_to_do(
    kaltura: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kaltura.faults.add(Fault("drop_column", None, report=6001, column="meeting_view_time"))
    code, lines, contract = deep(kaltura, tmp_path, capsys)
    assert code == 1
    assert lines[2][0] == "differs"
    assert "do not use Debrief, send the contract file" in lines[2][1]
    assert contract["checks"][1]["facts"]["6001 required columns"] == "no"


def test_a_refused_credential_makes_every_answer_unknown(
    kaltura: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines, contract = deep(kaltura, tmp_path, capsys, KALTURA_APP_TOKEN="wrong")
    assert code == 1
    assert {verdict for verdict, _ in lines.values()} == {"FAIL"}
    assert {check["error"] for check in contract["checks"]} == {"WrongTokenHash"}


def test_without_the_chat_s_address_it_says_which_to_set(
    kaltura: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, lines, _ = deep(kaltura, tmp_path, capsys, KALTURA_CHAT_URL="")
    assert "Set KALTURA_CHAT_URL=https://chat.nvp1.ovp.kaltura.com" in lines[10][1]


def test_session_chooses_the_session_of_the_checks(
    kaltura: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines, _ = deep(kaltura, tmp_path, capsys, "--session", "1_allcue01")
    assert "347" in lines[3][1]
    assert lines[7][0] == "-"
    assert code == 0


def test_an_account_without_a_finished_session_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Account()) as kaltura:
        code, lines, contract = deep(kaltura, tmp_path, capsys)
    assert code == 1
    assert "not known, because report 6000 has no finished session of the last 30 days" in lines[3][1].lower()
    assert contract["checks"][3]["verdict"] == "does not apply"


def test_the_committed_contract_of_the_stand_in_is_what_it_answers(
    kaltura: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To write it again: copy the new file over tests/contracts/standin.json."""
    _, _, contract = deep(kaltura, tmp_path, capsys)
    committed = json.loads((ROOT / "tests/contracts/standin.json").read_bytes())
    assert contract["checks"] == committed["checks"]
