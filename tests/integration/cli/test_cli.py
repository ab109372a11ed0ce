"""The command line as a person or a script meets it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from debrief import __version__
from debrief.cli.main import main
from debrief.delivery.ledger.ledger import Note
from kaltura_standin.faults import Fault
from support.world import END, START, World

Run = Callable[..., tuple[int, str, str]]
WINDOW = ("--since", START.isoformat(), "--until", (END + timedelta(hours=1)).isoformat())


def environment(place: World) -> dict[str, str]:
    token = place.kaltura.account.app_tokens[0]
    return {
        "KALTURA_SERVICE_URL": f"{place.kaltura.url}/api_v3",
        "KALTURA_PARTNER_ID": str(place.kaltura.account.partner_id),
        "KALTURA_APP_TOKEN_ID": token.id,
        "KALTURA_APP_TOKEN": token.token,
        "DEBRIEF_ARCHIVE": str(place.root / "archive"),
        "DEBRIEF_OUTBOX": str(place.root / "outbox"),
        "DEBRIEF_CALLS_PER_SECOND": "1000",  # a back-fill would wait for the stand-in
    }


@pytest.fixture
def debrief(small: World, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*argv: str, **environ: str) -> tuple[int, str, str]:
        try:
            code = main(argv, {**environment(small), **environ})
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_export_writes_the_session_and_prints_one_line(debrief: Run, small: World) -> None:
    code, out, err = debrief("export", *WINDOW)
    assert code == 0
    assert out.startswith("exported   1_cue00001        final    ")
    folder = small.root
    assert err == (
        f"debrief: The reports are in {folder / 'archive' / 'reports'}.\n"
        f"debrief: The emails are in {folder / 'outbox'}; none was sent.\n"
        "debrief: 1 session exported, 1 email, 0 failed.\n"
    )
    assert "reports/date=2026-11-02/session=1_cue00001/manifest.json" in small.archived()
    assert len(small.mails()) == 1


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


@pytest.mark.parametrize(
    ("argv", "environ", "words"),
    [
        (("export", "--nonsense"), {}, "--nonsense"),
        (("nonsense",), {}, "nonsense"),
        ((), {}, "COMMAND"),
        (("export", "--since", "yesterday"), {}, "--since 'yesterday' is not a valid time"),
        (("export", "--since", "2024-02-30"), {}, "is not a valid time"),
        (("export", "--since", "0001-01-01"), {}, "is not a valid time"),
        (("export", "--since", "7d", "--until", "9999-12-31"), {}, "is not a valid time"),
        (("export", "--since", "999999d"), {}, "is not a valid time"),
        (("export",), {"DEBRIEF_CHECK_HOURS": "1e9"}, "DEBRIEF_CHECK_HOURS must be from 0 to 720, not '1e9'."),
        (("doctor",), {"DEBRIEF_CHECK_HOURS": "6,1e9"}, "DEBRIEF_CHECK_HOURS must be from 0 to 720, not '1e9'."),
        (("serve", "--port", "65536"), {}, "--port: must be a whole number from 0 to 65535"),
        (("serve", "--port", "-1"), {}, "--port"),
        (("verify", "--jobs", "0"), {}, "--jobs: must be a whole number from 1 to 256"),
        (("replay", "--jobs", "1e9"), {}, "--jobs: must be a whole number from 1 to 256"),
        (("export", "--since", "24h", "--until", "48h"), {}, "--since must be before --until"),
        (("export", "--since", "2999-01-01"), {}, "in the future"),
        (("export", "--room", "1_a,1_b"), {}, "--room takes one id"),
        (("export", "--session", ""), {}, "--session takes one id"),
        (("export", "--session", "1_nosuch00"), {}, "Kaltura knows no session '1_nosuch00'"),
        (("export", "--room", "1_nosuch00"), {}, "Kaltura knows no session of room '1_nosuch00'"),
        (("export", "--mail-to", "nonsense"), {}, "mail address number 1 is not valid"),
        (("backfill",), {}, "Give a start"),
        (("export", "--archive", "s3://Bad_Bucket"), {}, "s3://bucket/prefix"),
        (("export",), {"KALTURA_APP_TOKEN": ""}, "belong together"),
        (("export",), {"KALTURA_APP_TOKEN": "", "KALTURA_APP_TOKEN_ID": ""}, "No Kaltura credential is set"),
        (("export",), {"KALTURA_ADMIN_SECRET": "s3cret-s3cret"}, "one Kaltura credential only"),
        (("export",), {"KALTURA_PARTNER_ID": ""}, "KALTURA_PARTNER_ID is not set"),
        (("export",), {"KALTURA_APP_TOKEN": "wrong"}, "the app token is wrong"),
        (("export",), {"DEBRIEF_TIMEZONE": "Mars/Olympus"}, "not a time zone"),
        (("export",), {"DEBRIEF_OUTBOX": "", "DEBRIEF_SMTP_URL": "smtp://localhost"}, "DEBRIEF_MAIL_FROM is not set"),
        (("export",), {"DEBRIEF_ACCENT": "teal"}, "DEBRIEF_ACCENT must be a colour"),
        (("export",), {"DEBRIEF_PAPER": "a3"}, "DEBRIEF_PAPER must be one of a4, letter"),
        (("export",), {"DEBRIEF_LOGO": "missing.png"}, "The logo 'missing.png' cannot be read"),
        (("preview",), {}, "there is no archive at"),
        (("run", "--every", "soon"), {}, "--every 'soon' is not a valid interval"),
    ],
)
def test_a_mistake_gets_one_sentence_and_exit_code_2_and_writes_nothing(
    debrief: Run, small: World, argv: tuple[str, ...], environ: dict[str, str], words: str
) -> None:
    code, out, err = debrief(*argv, **environ)
    assert (code, out) == (2, "")
    assert words.lower() in err.lower()
    assert "Traceback" not in err
    assert "s3cret" not in err
    assert not small.archived()
    assert not small.mails()


def test_an_archive_that_cannot_be_written_is_a_mistake(debrief: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    code, _, err = debrief("export", *WINDOW, "--archive", str(tmp_path / "file" / "archive"))
    assert code == 2
    assert "cannot" in err


def test_a_role_without_permission_is_told_so(debrief: Run, small: World) -> None:
    small.kaltura.faults.add(Fault("api_error", code="SERVICE_FORBIDDEN", report=6000, times=None))
    code, _, err = debrief("export", *WINDOW)
    assert code == 1
    assert "permission" in err


def test_status_lists_what_the_ledger_knows_without_asking_kaltura(debrief: Run, small: World) -> None:
    debrief("export", *WINDOW, "--no-pdf")
    asked = len(small.kaltura.requests)
    code, out, _ = debrief("status", "--since", "2026-11-01")
    assert code == 0
    assert "1_cue00001" in out
    assert "1 sent" in out
    assert json.loads(debrief("status", "--since", "2026-11-01", "--json")[1])["state"] == "final"
    assert len(small.kaltura.requests) == asked


def test_preview_draws_again_without_kaltura_and_without_touching_the_archive(
    debrief: Run, small: World, tmp_path: Path
) -> None:
    debrief("export", *WINDOW)
    archived, asked = small.archived(), len(small.kaltura.requests)
    code, out, _ = debrief("preview", "--session", "1_cue00001", "--out", str(tmp_path / "preview"))
    assert code == 0
    assert [Path(line).name for line in out.splitlines()] == [
        "report.pdf",
        "report-full.pdf",
        "report.html",
        "mail.eml",
    ]
    reports = small.root / "archive/reports/date=2026-11-02/session=1_cue00001"
    for name in ("report.pdf", "report-full.pdf", "report.html"):
        assert (tmp_path / "preview/1_cue00001" / name).read_bytes() == (reports / name).read_bytes()
    assert (small.archived(), len(small.kaltura.requests)) == (archived, asked)


def test_doctor_says_ok_line_by_line(debrief: Run) -> None:
    code, out, _ = debrief("doctor")
    assert code == 0
    assert {line[:4] for line in out.splitlines()} == {"ok  "}
    assert "report 6001 (attendees)" in out


def test_doctor_names_what_is_wrong(debrief: Run, small: World) -> None:
    small.kaltura.faults.add(Fault("api_error", code="SERVICE_FORBIDDEN", report=6002, times=None))
    code, out, _ = debrief("doctor")
    assert code == 1
    assert next(line for line in out.splitlines() if line.startswith("FAIL")).startswith("FAIL  report 6002")


def test_the_version_is_printed(debrief: Run) -> None:
    assert debrief("--version") == (0, f"debrief {__version__}\n", "")


def test_every_command_has_help(debrief: Run) -> None:
    for command in ("demo", "export", "backfill", "run", "status", "preview", "doctor"):
        code, out, _ = debrief(command, "--help")
        assert code == 0
        assert f"usage: debrief {command}" in out


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


def test_status_with_compare_shows_what_the_ledger_lacks(debrief: Run) -> None:
    code, out, err = debrief("status", "--since", "2026-11-01", "--compare")
    assert code == 1
    assert "1_cue00001" in out
    assert "missing" in out
    assert "1 missing; no reconciliation yet." in err
    debrief("export", *WINDOW)
    code, out, _ = debrief("status", "--since", "2026-11-01", "--compare")
    assert code == 0
    assert "sent" in out


def test_nothing_found_says_where_was_looked(debrief: Run) -> None:
    code, out, err = debrief("export", "--since", "2020-01-01", "--until", "2020-01-02")
    assert (code, out) == (0, "")
    assert err == "debrief: No session ended between 2020-01-01 00:00 and 2020-01-02 00:00 UTC.\n"


def test_backfill_with_an_address_mails_that_address_and_nobody_else(debrief: Run, small: World) -> None:
    debrief("backfill", "--since", "2026-11-01", "--mail-to", "me@example.com")
    recipients = {message_from_bytes(path.read_bytes())["To"] for path in (small.root / "outbox").glob("*.eml")}
    assert recipients == {"me@example.com"}


def test_a_shared_ledger_needs_a_way_to_mail(debrief: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    code, _, err = debrief("export", *WINDOW, DEBRIEF_LEDGER="dynamodb:debrief", DEBRIEF_OUTBOX="")
    assert code == 2
    assert "The ledger is shared, but no email channel is set" in err


def test_a_virtual_event_that_is_named_is_reported_and_previewed(sample: World, tmp_path: Path) -> None:
    environ = environment(sample)
    assert main(["export", "--event", "77", "--since", "2026-11-01", "--no-mail"], environ) == 0
    assert any("session=event-77/report.pdf" in key for key in sample.archived())
    assert main(["preview", "--session", "event-77", "--out", str(tmp_path / "preview")], environ) == 0
    names = {path.name for path in (tmp_path / "preview").rglob("*.*")}
    assert names == {"report.pdf", "report-full.pdf", "report.html", "mail.eml"}


def test_links_show_who_was_mailed_and_what_they_opened(debrief: Run, small: World) -> None:
    debrief("export", *WINDOW)
    with small.services() as services:
        (mail,) = services.ledger.deliveries("1_cue00001")
        subject = f"1_cue00001/{mail.recipient_id}/2026-11-03/pdf"
        services.ledger.put_note(Note("opened", subject, small.clock.now))
    code, out, _ = debrief("links", "show", "--session", "1_cue00001")
    assert code == 0
    assert re.split(r"  +", out.splitlines()[1]) == ["ann@example.com", "full", "report, sent", "-", "pdf 2026-11-03"]
    code, _, err = debrief("links", "show", "--session", "1_other")
    assert (code, "has no session" in err) == (2, True)


def test_a_dry_run_of_a_virtual_event_names_those_who_would_get_its_report(
    sample: World, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = environment(sample)
    assert main(["export", "--event", "77", "--since", "2026-11-01", "--dry-run"], environ) == 0
    told = capsys.readouterr().out.partition("event-77          would be reported")[2]
    assert "ines.morvan@example.com" in told
    assert main(["doctor", "--session", "event-77"], environ) == 0
    assert "ines.morvan@example.com" in capsys.readouterr().out
    assert not (sample.root / "archive").exists()


@pytest.mark.parametrize("flags", [("--event", "999"), ("--room", "1_nosuch00")])
@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_an_event_or_a_room_that_kaltura_does_not_have_is_a_mistake_and_writes_nothing(
    debrief: Run, small: World, flags: tuple[str, ...], dry: tuple[str, ...]
) -> None:
    code, out, err = debrief("export", *flags, "--since", "2026-11-01", *dry)
    assert (code, out, small.archived(), small.mails()) == (2, "", {}, {})
    assert f"Kaltura knows no {'virtual event' if '--event' in flags else 'room'} '{flags[1]}'" in err
    assert len(err.splitlines()) == 1


def test_an_event_or_a_room_that_kaltura_may_not_show_is_no_mistake(debrief: Run, small: World) -> None:
    for service in ("virtualEvent_virtualEvent", "baseEntry"):
        small.kaltura.faults.add(Fault("api_error", code="SERVICE_FORBIDDEN", service=service, times=None))
    for flags in (("--event", "999"), ("--room", "1_nosuch00")):
        code, _, err = debrief("export", *flags, "--since", "2026-11-01", "--dry-run")
        assert (code, "No session of these rooms or events" in err) == (0, True)


def test_a_preview_of_recipients_names_an_event_that_does_not_exist(debrief: Run) -> None:
    code, out, err = debrief("doctor", "--session", "event-999")
    assert (code, out, "Kaltura knows no virtual event '999'" in err) == (2, "", True)


def test_a_refused_email_is_sent_again_once_and_a_sent_one_never(debrief: Run, small: World) -> None:
    debrief("export", *WINDOW)
    with small.services() as services:
        (mail,) = services.ledger.deliveries("1_cue00001")
    (path,) = (small.root / "outbox").glob("*.eml")
    since = START.isoformat()
    assert "No refused email was found" in debrief("resend", "--since", since)[2]
    path.unlink()
    with small.services() as services:
        assert services.ledger.move(mail, "refused", at=small.clock(), reason="Access denied.")
    code, out, err = debrief("resend", "--session", "1_cue00001", "--dry-run")
    assert (code, "Access denied." in out, "1 email would" in err, small.mails()) == (0, True, True, {})
    assert debrief("resend", "--since", since)[0] == 0
    assert len(small.mails()) == 1
    assert debrief("resend", "--session", "1_cue00001")[0] == 0
    assert len(small.mails()) == 1


def test_an_unknown_session_is_not_resent(debrief: Run) -> None:
    debrief("export", *WINDOW)
    assert debrief("resend", "--session", "1_nocue")[0] == 2


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEBRIEF_PEOPLE_KEY", "s3cret", "DEBRIEF_PEOPLE_KEY must have at least 32 characters."),
        ("DEBRIEF_LINK_KEY", "s3cret", "DEBRIEF_LINK_KEY must have at least 32 characters."),
        ("DEBRIEF_ADMIN_TO", "s3cret", "DEBRIEF_ADMIN_TO: Email address number 1 is not valid"),
        ("DEBRIEF_MAIL_TO", "s3cret", "DEBRIEF_MAIL_TO: Email address number 1 is not valid"),
        ("DEBRIEF_ONLY_ROOMS", "s3cret 1_room", "DEBRIEF_ONLY_ROOMS must be ids without spaces"),
        ("DEBRIEF_TEMPLATES_DIR", "/s3cret", "DEBRIEF_TEMPLATES_DIR must be a folder with email/, fonts/ and report/."),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_is_written(
    debrief: Run, small: World, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    for argv in (("export", *WINDOW), ("export", *WINDOW, "--dry-run"), ("doctor",), ("serve", "--port", "0")):
        code, out, err = debrief(*argv, **{name: value})
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert words in err
        assert "s3cret" not in err
    assert not (small.root / "archive").exists()
    assert not small.mails()


def test_doctor_warns_about_a_variable_that_is_not_a_setting(debrief: Run) -> None:
    code, out, _ = debrief("doctor", DEBRIEF_CHEK_HOURS="6", DEBRIEF_TEMPLATES_DIR="")
    assert code == 0
    warnings = [line for line in out.splitlines() if line.startswith("warn")]
    assert len(warnings) == 1
    assert "'DEBRIEF_CHEK_HOURS' is not a setting; did you mean DEBRIEF_CHECK_HOURS?" in warnings[0]


def test_serve_does_not_create_an_archive(debrief: Run, small: World) -> None:
    code, out, err = debrief("serve", "--port", "0")
    assert (code, out, "There is no archive at " in err) == (2, "", True)
    assert not (small.root / "archive").exists()


@pytest.mark.parametrize("mail", [(), ("--no-mail",)])
def test_a_dry_run_names_the_room_says_what_is_skipped_and_counts(debrief: Run, small: World, mail: tuple[str]) -> None:
    name = small.kaltura.account.rooms[0].name
    code, out, err = debrief("export", "--session", "1_cue00001", "--dry-run", *mail)
    assert (code, name in out.splitlines()[0]) == (0, True)
    assert err.endswith("debrief: Nothing was written. 1 session would be exported.\n")
    code, out, err = debrief("export", *WINDOW, "--dry-run", *mail, DEBRIEF_ONLY_ROOMS="nope")
    assert "1_cue00001        would be skipped" in out
    assert "It is left out: The room is not one of DEBRIEF_ONLY_ROOMS." in err
    assert err.endswith("debrief: Nothing was written. 0 sessions would be exported, 1 skipped.\n")
    assert not (small.root / "archive").exists()


def test_links_without_a_key_are_refused_before_an_export(debrief: Run) -> None:
    shared = {"DEBRIEF_LEDGER": "dynamodb:debrief", "DEBRIEF_PORTAL_URL": "https://reports.example.com"}
    for dry in ((), ("--dry-run",)):
        code, out, err = debrief("export", *WINDOW, *dry, **shared)
        assert (code, out) == (2, "")
        assert err == "debrief: DEBRIEF_PORTAL_URL is set and DEBRIEF_LINK_KEY is not; links need both.\n"
