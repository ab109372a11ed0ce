"""Wrong flags, settings and ids: each gets one sentence and exit code 2, and nothing is written."""

from pathlib import Path

import pytest
from cli_world import WINDOW, Run

from kaltura_standin.faults import Fault
from support.world import World


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
        (
            ("export", "--registrations", "missing.csv"),
            {},
            "--registrations needs exactly one --session, --event or --room",
        ),
        (
            ("export", "--session", "1_cue00001", "--registrations", "missing.csv"),
            {},
            "missing.csv cannot be read: No such",
        ),
        (("export", "--session", "1_nosuch00", "--registrations", "missing.csv"), {}, "Kaltura knows no session"),
        (
            ("export", "--session", "1_cue00001", "--registrations", "/dev/null"),
            {},
            "--registrations needs a file whose name ends with .csv or .xlsx.",
        ),
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


def test_a_role_without_permission_is_named(debrief: Run, small: World) -> None:
    small.kaltura.faults.add(Fault("api_error", code="SERVICE_FORBIDDEN", report=6000, times=None))
    code, _, err = debrief("export", *WINDOW)
    assert code == 1
    assert "permission" in err


def test_a_shared_ledger_needs_a_way_to_mail(debrief: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    code, _, err = debrief("export", *WINDOW, DEBRIEF_LEDGER="dynamodb:debrief", DEBRIEF_OUTBOX="")
    assert code == 2
    assert "The ledger is shared, but no email channel is set" in err


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


def test_serve_does_not_create_an_archive(debrief: Run, small: World) -> None:
    code, out, err = debrief("serve", "--port", "0")
    assert (code, out, "There is no archive at " in err) == (2, "", True)
    assert not (small.root / "archive").exists()


def test_links_without_a_key_are_refused_before_an_export(debrief: Run) -> None:
    shared = {"DEBRIEF_LEDGER": "dynamodb:debrief", "DEBRIEF_PORTAL_URL": "https://reports.example.com"}
    for dry in ((), ("--dry-run",)):
        code, out, err = debrief("export", *WINDOW, *dry, **shared)
        assert (code, out) == (2, "")
        assert err == "debrief: DEBRIEF_PORTAL_URL is set and DEBRIEF_LINK_KEY is not; links need both.\n"
