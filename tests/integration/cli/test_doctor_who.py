"""`debrief doctor`: the rules file and the portal's settings; with --session who would get what."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_world import kaltura_settings

from debrief.cli.main import main
from debrief.delivery.ledger.ledger import Note, NoteKind
from debrief.delivery.mail.addresses import recipient_id
from support.world import END, World, files

Run = Callable[..., tuple[int, str, str]]
LISTED = "Your address is on this Debrief installation's list."
ROOM_S = "the reports of this room."
RULES = """\
version: 1
defaults: {timezone: Europe/Berlin}
never: ["*@contractor.example"]
people: {ann@example.com: {timezone: America/New_York, language: en-US}}
rules:
  - name: Sales team
    when: {title: "sales*"}
    to: [sales@example.com, eve@contractor.example, bounced@example.com, bored@example.com]
    see: totals
  - name: Elsewhere
    when: {room: 1_other000}
    to: other@example.com
"""


@pytest.fixture
def doctor(small: World, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*argv: str, **environ: str) -> tuple[int, str, str]:
        place = kaltura_settings(small.kaltura) | {
            "DEBRIEF_ARCHIVE": str(small.root / "archive"),
            "DEBRIEF_OUTBOX": str(small.root / "outbox"),
        }
        code = main(("doctor", *argv), {**place, **environ})
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def rules(small: World) -> Path:
    path = small.root / "rules.yaml"
    path.write_text(RULES)
    return path


def mark(small: World, kind: NoteKind, subject: str) -> None:
    with small.services() as services:
        services.ledger.put_note(Note(kind, subject, END))


def cells(out: str) -> list[list[str]]:
    """The lines below the head, cut where two spaces stand."""
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines()[1:]]


def line_of(out: str, name: str) -> str:
    return next(line for line in out.splitlines() if line[6:].startswith(name))


def test_each_person_of_a_session_gets_a_line_with_what_and_why(doctor: Run, small: World, rules: Path) -> None:
    mark(small, "suppressed", recipient_id("bounced@example.com"))
    mark(small, "unsubscribed", f"{recipient_id('bored@example.com')}/1_room0001")
    code, out, err = doctor("--session", "1_cue00001", DEBRIEF_RULES=str(rules), DEBRIEF_MAIL_TO="boss@example.com")
    assert code == 0
    listed = "The rule “Sales team” lists your address."
    team = ["totals", "Europe/Berlin", "-"]
    assert cells(out) == [
        ["gets", "ann@example.com", "full", "America/New_York", "en-US", "You hosted this session."],
        ["gets", "sales@example.com", *team, listed],
        ["gets", "boss@example.com", "full", "Europe/Berlin", "-", LISTED],
        [
            "left out",
            "bounced@example.com",
            *team,
            f"{listed} Emails to this address bounced or were reported as spam.",
        ],
        ["left out", "bored@example.com", *team, f"{listed} The recipient has unsubscribed from {ROOM_S}"],
        [
            "left out",
            "eve@contractor.example",
            "-",
            "-",
            "-",
            f"{listed} The address is on the rules file's never list.",
        ],
    ]
    assert "room 1_room0001" in err


def test_without_rules_the_host_and_the_list_are_shown_in_the_installation_s_time_zone(doctor: Run) -> None:
    _, out, _ = doctor("--session", "1_cue00001", DEBRIEF_TIMEZONE="Asia/Tokyo")
    assert cells(out) == [["gets", "ann@example.com", "full", "Asia/Tokyo", "You hosted this session."]]


def test_asking_who_makes_no_ledger_and_no_archive_where_there_is_none(doctor: Run, small: World) -> None:
    doctor("--session", "1_cue00001")
    assert not [*small.root.rglob("*")]


def test_asking_who_changes_no_ledger_and_mails_nobody(doctor: Run, small: World, rules: Path) -> None:
    mark(small, "hint", "last")
    ledger = small.root / "archive" / ".debrief" / "ledger.sqlite3"
    before = (hashlib.sha256(ledger.read_bytes()).hexdigest(), sorted(small.root.rglob("*")), files(small.root))
    doctor("--session", "1_cue00001", DEBRIEF_RULES=str(rules))
    assert (hashlib.sha256(ledger.read_bytes()).hexdigest(), sorted(small.root.rglob("*")), files(small.root)) == before


def test_a_joint_session_is_asked_for_by_its_own_id(doctor: Run) -> None:
    _, out, _ = doctor("--session", "joint-1_cue00001")
    assert cells(out)[0][1] == "ann@example.com"


def test_a_breakout_and_a_session_that_the_filters_leave_out_are_said_so(doctor: Run) -> None:
    assert "breakout" in doctor("--session", "1_cue00002")[2]
    assert "DEBRIEF_MIN_MINUTES" in doctor("--session", "1_cue00001", DEBRIEF_MIN_MINUTES="90")[2]


def test_nobody_is_said_in_a_sentence(doctor: Run, rules: Path) -> None:
    rules.write_text("version: 1\ndefaults: {roles: []}\nnever: ['*@*']")
    code, out, err = doctor("--session", "1_cue00001", DEBRIEF_RULES=str(rules))
    assert (code, cells(out)[0][0]) == (0, "left out")
    assert "No recipients" not in err


@pytest.mark.parametrize(
    ("session", "words"), [("1_nosuch00", "knows no session"), ("", "takes one id"), ("a,b", "takes one id")]
)
def test_a_session_that_is_none_is_a_mistake(doctor: Run, session: str, words: str) -> None:
    code, out, err = doctor("--session", session)
    assert (code, out) == (2, "")
    assert words in err


def test_the_rules_file_is_checked_and_counted(doctor: Run, rules: Path) -> None:
    code, out, _ = doctor(DEBRIEF_RULES=str(rules))
    assert code == 0
    assert line_of(out, "rules").endswith("2 rules, 1 person, 1 on the never list")
    assert "DEBRIEF_RULES is not set" in line_of(doctor()[1], "rules")


def test_a_wrong_rules_file_fails_with_its_line_and_stops_no_other_check(doctor: Run, rules: Path) -> None:
    rules.write_text("version: 1\nnever: nobody")
    code, out, _ = doctor(DEBRIEF_RULES=str(rules))
    assert code == 1
    assert line_of(out, "rules").startswith("FAIL")
    assert "rules.yaml, line 2: `never` must be a list" in line_of(out, "rules")
    assert line_of(out, "presentation").startswith("ok")


@pytest.mark.parametrize(
    ("environ", "start", "words"),
    [
        ({}, "ok", "DEBRIEF_PORTAL_URL is not set"),
        ({"DEBRIEF_PORTAL_URL": "https://r.example.com"}, "ok", "for 30 days"),
        (
            {"DEBRIEF_PORTAL_URL": "https://r.example.com", "DEBRIEF_LEDGER": "dynamodb:debrief"},
            "FAIL",
            "DEBRIEF_LINK_KEY is not",
        ),
        ({"DEBRIEF_PORTAL_URL": "https://r.example.com", "DEBRIEF_LINK_KEY": "s3cret" * 8}, "ok", "for 30 days"),
    ],
)
def test_the_portal_s_settings_are_checked_without_printing_the_key(
    doctor: Run, environ: dict[str, str], start: str, words: str
) -> None:
    code, out, _ = doctor(**environ)
    assert line_of(out, "portal").startswith(start)
    assert words in line_of(out, "portal")
    assert code == ("FAIL" in out)
    assert "s3cret" not in out


def test_each_channel_has_a_line_which_says_what_to_set_and_quotes_no_secret(doctor: Run, small: World) -> None:
    path = small.root / "rules.yaml"
    path.write_text(
        "version: 1\nchannels:\n  crm: {kind: webhook}\n  lake: {kind: eventbridge}\n  ops: {kind: teams}\n"
        "  team: {kind: slack}\n"
    )
    code, out, _ = doctor(
        DEBRIEF_RULES=str(path),
        DEBRIEF_CHANNEL_CRM_URL="https://no-such-host.invalid/hook",
        DEBRIEF_CHANNEL_CRM_SECRET="whsec_" + "A" * 32,
        DEBRIEF_CHANNEL_OPS_URL="http://hooks.example.com/private",
    )
    assert code == 1
    lines = {line[6:].split("  ")[0]: line for line in out.splitlines() if line[6:].startswith("channel ")}
    assert lines["channel crm"].startswith("ok")
    assert lines["channel crm"].endswith(f"messages go to the outbox {small.root / 'outbox'} and are not sent")
    assert "needs an event bus: the parameter EventBus" in lines["channel lake"]
    assert "The URL of the workflow of the channel ops must look like" in lines["channel ops"]
    assert "has no URL: set channel_team_url in the stack's secret" in lines["channel team"]
    assert {name: line[:4] for name, line in lines.items() if name != "channel crm"} == {
        "channel lake": "FAIL",
        "channel ops": "FAIL",
        "channel team": "FAIL",
    }
    assert not [
        secret for secret in ("/hook", "private", "AAAA") if secret in out.replace("https://hooks.example.com", "")
    ]


def test_lists_of_registrations_are_checked_and_those_that_cannot_be_used_are_named(doctor: Run, small: World) -> None:
    folder = small.root / "archive" / "registrations"
    folder.mkdir(parents=True)
    (folder / "room=1_room0001.csv").write_text("Email\nann@example.org\n")
    on = {"DEBRIEF_REGISTRATIONS": "yes"}
    code, out, _ = doctor(**on)
    assert code == 0
    assert line_of(out, "registrations").endswith("lists in the archive are used (DEBRIEF_REGISTRATIONS)")
    assert line_of(out, "registration lists").endswith("1 list in the archive can be used")
    (folder / "room=1_room0001.xlsx").write_bytes(b"")
    (folder / "session=1_cue00001.csv").write_text("Name\nAnn\n")
    (folder / "list.txt").write_text("Email\n")
    code, out, _ = doctor(**on)
    assert code == 1
    line = line_of(out, "registration lists")
    assert "two lists of registrations, registrations/room=1_room0001.csv and registrations/room=1_room" in line
    assert "registrations/session=1_cue00001.csv cannot be read: it has no column" in line
    assert "No session uses the file registrations/list.txt" in line
    code, out, _ = doctor()
    assert code == 0
    assert "not used" in line_of(out, "registration lists")
