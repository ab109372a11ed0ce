"""The other commands, as a person or a script uses them: status, preview, doctor, links, resend."""

import json
import re
from pathlib import Path

from cli_world import WINDOW, Run

from debrief import __version__
from debrief.delivery.ledger.ledger import Note
from kaltura_standin.faults import Fault
from support.world import START, World


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


def test_doctor_warns_about_a_variable_that_is_not_a_setting(debrief: Run) -> None:
    code, out, _ = debrief("doctor", DEBRIEF_CHEK_HOURS="6", DEBRIEF_TEMPLATES_DIR="")
    assert code == 0
    warnings = [line for line in out.splitlines() if line.startswith("warn")]
    assert len(warnings) == 1
    assert "'DEBRIEF_CHEK_HOURS' is not a setting; did you mean DEBRIEF_CHECK_HOURS?" in warnings[0]
