"""`debrief export` and `debrief backfill`, as a person or a script uses them."""

import json
from email import message_from_bytes
from pathlib import Path

import pytest
from cli_world import WINDOW, Run, environment
from openpyxl import Workbook

from debrief.cli.main import main
from kaltura_standin.faults import Fault
from support.world import World


def test_export_writes_the_session_and_prints_one_line(debrief: Run, small: World) -> None:
    code, out, err = debrief("export", *WINDOW)
    assert code == 0
    assert out.startswith("exported   1_cue00001        final    ")
    folder = small.root
    assert err == (
        f"debrief: The reports are in {folder / 'archive' / 'reports'}.\n"
        f"debrief: The emails are in {folder / 'outbox'}; none was sent.\n"
        "debrief: Next, compare with Kaltura's page: debrief compare --session 1_cue00001\n"
        "debrief: 1 session exported, 1 email, 0 failed.\n"
    )
    assert "reports/date=2026-11-02/session=1_cue00001/manifest.json" in small.archived()
    assert len(small.mails()) == 1


def test_export_counts_messages_to_channels_apart_from_emails(debrief: Run, small: World) -> None:
    rules = small.root / "rules.yaml"
    rules.write_text(
        "version: 1\nchannels:\n  crm: {kind: webhook}\n  lake: {kind: webhook}\n"
        'rules:\n  - {name: All, when: {title: "*"}, to: [crm, lake]}\n'
    )
    code, out, err = debrief("export", *WINDOW, "--no-pdf", DEBRIEF_RULES=str(rules))
    assert code == 0
    assert out.rstrip().endswith("(1 email, 2 messages)")
    assert f"The emails and messages are in {small.root / 'outbox'}; none was sent." in err
    assert err.endswith("debrief: 1 session exported, 1 email, 2 messages, 0 failed.\n")


def test_export_prints_json_for_programs(debrief: Run) -> None:
    code, out, _ = debrief("export", *WINDOW, "--json", "--no-pdf", "--no-mail")
    (line,) = out.splitlines()
    value = json.loads(line)
    assert code == 0
    assert (value["cue_point_id"], value["result"], value["revision"], value["mails"]) == (
        "1_cue00001",
        "exported",
        1,
        [],
    )
    assert any(file.endswith("report.html") for file in value["files"])
    assert not any(file.endswith("report.pdf") for file in value["files"])


@pytest.mark.parametrize("selector", [("--session", "1_cue00001"), ("--room", "1_room0001")])
def test_a_session_or_a_room_alone_finds_its_own_window(debrief: Run, selector: tuple[str, str]) -> None:
    code, out, _ = debrief("export", *selector, "--no-pdf")
    assert code == 0
    assert "1_cue00001" in out


def test_mail_to_adds_a_recipient_and_no_mail_mails_nobody(debrief: Run, small: World) -> None:
    debrief("export", *WINDOW, "--no-pdf", "--no-mail")
    assert not small.mails()
    debrief("export", *WINDOW, "--no-pdf", "--mail-to", "boss@example.com")
    assert len(small.mails()) == 2


def test_a_list_of_registrations_is_put_into_the_archive_and_used(debrief: Run, small: World, tmp_path: Path) -> None:
    file = tmp_path / "registered.csv"
    file.write_text("Email;Name;Status;Area\nabsent@example.com;Abby;Registered;Sea\nbob@example.com;Bob;Storniert;\n")
    argv = ("export", "--session", "1_cue00001", "--no-mail", "--no-pdf", "--registrations", str(file))
    _, _, err = debrief(*argv, "--dry-run", DEBRIEF_REGISTRATION_COLUMNS="answer=area,answer=Budget")
    assert "1 line with an answer to area.\n" in err
    assert "0 lines with an answer to Budget.\n" in err
    assert not small.archived()
    code, _, err = debrief(*argv)
    assert code == 0
    assert "The list has 2 lines: 1 registered, 1 unclear." in err
    assert "a status that Debrief does not know, such as “Storniert”; they do not count." in err
    assert "Set DEBRIEF_REGISTRATIONS=yes, otherwise the next export" in err
    assert small.read("registrations/session=1_cue00001.csv") == file.read_bytes()
    summary = json.loads(small.read("reports/date=2026-11-02/session=1_cue00001/summary.json"))
    assert summary["metrics"]["registered_absent"]["value"] == 1


def test_a_workbook_of_registrations_replaces_the_csv_file(debrief: Run, small: World, tmp_path: Path) -> None:
    csv, workbook = tmp_path / "registered.csv", tmp_path / "registered.xlsx"
    csv.write_text("Email\nabsent@example.com\n")
    made = Workbook()
    for row in (["Registered people"], [], ["Email", "Since"], ["one@example.com", 46338], ["two@example.com", None]):
        made.active.append(row)
    made.save(workbook)
    argv = ("export", "--session", "1_cue00001", "--no-mail", "--no-pdf", "--registrations")
    debrief(*argv, str(csv))
    code, _, err = debrief(*argv, str(workbook))
    assert (code, "The list has 2 lines: 2 registered." in err) == (0, True)
    assert [key for key in small.archived() if key.startswith("registrations/")] == [
        "registrations/session=1_cue00001.xlsx"
    ]
    summary = json.loads(small.read("reports/date=2026-11-02/session=1_cue00001/summary.json"))
    assert summary["metrics"]["registered_absent"]["value"] == 2
    workbook.write_bytes(workbook.read_bytes()[:-30])
    code, _, err = debrief(*argv, str(workbook))
    assert (code, "it is no Excel workbook (.xlsx), or it is damaged." in err) == (2, True)


def test_backfill_mails_nobody_unless_asked(debrief: Run, small: World) -> None:
    code, _, _ = debrief("backfill", *WINDOW, "--no-pdf")
    assert code == 0
    assert not small.mails()


def test_a_session_that_fails_is_named_with_the_reason_and_the_exit_code_is_1(debrief: Run, small: World) -> None:
    small.kaltura.faults.add(Fault("drop_column", report=6001, column="meeting_view_time", times=None))
    code, out, err = debrief("export", *WINDOW)
    assert (code, out) == (1, "")
    assert "session 1_cue00001: Kaltura's report 6001 no longer has the column meeting_view_time." in err
    assert not small.archived()


def test_a_dry_run_names_sessions_and_recipients_and_writes_nothing(debrief: Run, small: World) -> None:
    code, out, _ = debrief("export", *WINDOW, "--dry-run", "--mail-to", "team@example.com")
    assert code == 0
    assert "1_cue00001        would be exported" in out
    assert "ann@example.com" in out
    assert "team@example.com" in out
    assert small.archived() == {}
    assert small.mails() == {}
    assert not (small.root / "archive").exists()


def test_a_dry_run_after_an_export_says_who_has_the_mail_already(debrief: Run) -> None:
    debrief("export", *WINDOW)
    _, out, _ = debrief("export", *WINDOW, "--dry-run")
    assert [line.split("  ")[0] for line in out.splitlines() if "ann@example.com" in line] == ["sent already"]


def test_backfill_leaves_out_what_is_final_and_fetches_it_again_when_asked(debrief: Run, small: World) -> None:
    debrief("backfill", "--since", "2026-11-01")
    before = len(small.kaltura.requests)
    code, out, err = debrief("backfill", "--since", "2026-11-01")
    assert (code, out) == (0, "")
    assert "1 of 1 sessions are final already" in err
    asked = len(small.kaltura.requests) - before
    _, out, _ = debrief("backfill", "--since", "2026-11-01", "--again")
    assert out.startswith("unchanged  1_cue00001")
    assert len(small.kaltura.requests) - before - asked > asked


def test_nothing_found_says_where_was_looked(debrief: Run) -> None:
    code, out, err = debrief("export", "--since", "2020-01-01", "--until", "2020-01-02")
    assert (code, out) == (0, "")
    assert err == "debrief: No session ended between 2020-01-01 00:00 and 2020-01-02 00:00 UTC.\n"


def test_backfill_with_an_address_mails_that_address_and_nobody_else(debrief: Run, small: World) -> None:
    debrief("backfill", "--since", "2026-11-01", "--mail-to", "me@example.com")
    recipients = {message_from_bytes(path.read_bytes())["To"] for path in (small.root / "outbox").glob("*.eml")}
    assert recipients == {"me@example.com"}


def test_a_virtual_event_that_is_named_is_reported_and_previewed(sample: World, tmp_path: Path) -> None:
    environ = environment(sample)
    assert main(["export", "--event", "77", "--since", "2026-11-01", "--no-mail"], environ) == 0
    assert any("session=event-77/report.pdf" in key for key in sample.archived())
    assert main(["preview", "--session", "event-77", "--out", str(tmp_path / "preview")], environ) == 0
    names = {path.name for path in (tmp_path / "preview").rglob("*.*")}
    assert names == {"report.pdf", "report-full.pdf", "report.html", "mail.eml"}


def test_a_dry_run_of_a_virtual_event_names_those_who_would_get_its_report(
    sample: World, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = environment(sample)
    assert main(["export", "--event", "77", "--since", "2026-11-01", "--dry-run"], environ) == 0
    lines = capsys.readouterr().out.partition("event-77          would be reported")[2]
    assert "ines.morvan@example.com" in lines
    assert main(["doctor", "--session", "event-77"], environ) == 0
    assert "ines.morvan@example.com" in capsys.readouterr().out
    assert not (sample.root / "archive").exists()


@pytest.mark.parametrize("mail", [(), ("--no-mail",)])
def test_a_dry_run_names_the_room_says_what_is_skipped_and_counts(debrief: Run, small: World, mail: tuple[str]) -> None:
    name = small.kaltura.account.rooms[0].name
    code, out, err = debrief("export", "--session", "1_cue00001", "--dry-run", *mail)
    assert (code, name in out.splitlines()[0]) == (0, True)
    assert "formats" not in out
    assert err == "debrief: Nothing was written. 1 session would be exported.\n"
    code, out, err = debrief("export", *WINDOW, "--dry-run", *mail, DEBRIEF_ONLY_ROOMS="nope")
    assert "1_cue00001        would be skipped" in out
    assert "    It is left out: The room is not one of DEBRIEF_ONLY_ROOMS." in out.splitlines()
    assert err == "debrief: Nothing was written. 0 sessions would be exported, 1 skipped.\n"
    assert not (small.root / "archive").exists()
