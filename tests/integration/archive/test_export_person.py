"""`debrief export-person`: all about one, nothing about others."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from debrief.delivery.ledger.ledger import Delivery, DeliveryState
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.ledger.suppressions import WANTED_AGAIN, record_trouble
from debrief.pipeline.erasure.person_folder import FIRST_PAGE, person_files
from debrief.pipeline.erasure.subject_access import _NOTE_KINDS, PersonalData, Row
from debrief.pipeline.mailing.feedback import _EFFECTS
from support.held import Held, Run
from support.world import files

PERSON = "tomasz.zielny@example.com"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def folder_of(to: Path) -> Path:
    (folder,) = to.glob("person-*")
    return folder


def test_everything_about_the_person_and_nobody_else(debrief: Run, held: Held, tmp_path: Path) -> None:
    to = tmp_path / "person"
    archived = held.archived()
    code, out, err = debrief("export-person", PERSON, "--to", str(to))
    assert (code, held.archived()) == (0, archived), err
    assert PERSON not in out + err
    folder = folder_of(to)
    assert {row["session"] for row in rows(folder, "sessions-you-attended.csv")} == {
        "1_allcue01",
        "1_brfcue01",
        "1_brfcue02",
        "1_brfcue03",
        "joint-1_brfcue01",
    }
    assert {row["user_id"] for row in rows(folder, "sessions-you-attended.csv")} == {PERSON}
    assert {row["address"] for row in rows(folder, "emails-to-you.csv")} == {PERSON}
    assert {"host"} <= {row["role"] for row in rows(folder, "sessions-you-organized.csv")}
    assert rows(folder, "minute-by-minute.csv")
    assert json.loads((folder / "everything.json").read_bytes())["known_as"] == ["Tomasz Zielny", PERSON]
    assert "mareike" not in "".join(path.read_text("utf-8") for path in folder.iterdir())


def test_the_first_page_says_what_is_kept_in_plain_words(debrief: Run, tmp_path: Path) -> None:
    code, _, err = debrief("export-person", PERSON, "--to", str(tmp_path), DEBRIEF_CONTACT="Events <team>")
    folder = folder_of(tmp_path)
    page = (folder / FIRST_PAGE).read_text("utf-8")
    assert (code, f"Open {folder / FIRST_PAGE} first." in err) == (0, True)
    text = " ".join(re.sub("<[^>]*>", " ", page.partition("</style>")[2]).split())
    assert "Tomasz Zielny" in text
    assert "2026-11-18 All-hands, November Took part (52 minutes), hosted it, helped to organize it." in text
    assert "All-hands, November Sent. You hosted this session." in text
    assert "Events &lt;team&gt;" in page
    assert "joint-" not in text
    assert not re.search(r"\b600[0-9]+\b", text)
    linked = set(re.findall(r'href="([^"]+)"', page))
    assert linked == {path.name for path in folder.iterdir()} - {FIRST_PAGE}


def test_each_person_has_a_folder_and_the_same_files_come_out_each_time(debrief: Run, tmp_path: Path) -> None:
    for name in ("one", "two", "two"):
        debrief("export-person", PERSON, "--to", str(tmp_path / name))
    assert files(tmp_path / "one") == files(tmp_path / "two")
    debrief("export-person", "ines.morvan@example.com", "--to", str(tmp_path / "one"))
    assert len(list((tmp_path / "one").iterdir())) == 2
    assert files(tmp_path / "two").items() <= files(tmp_path / "one").items()


def test_two_answers_about_the_same_activity_are_one_row_without_a_user_id_as_role(tmp_path: Path) -> None:
    same = {"session": "1_a", "user_id": "ann@example.com", "live_view_time": "31"}
    data = PersonalData(["1_a"], {"1_a": "2026-11-18"})
    data.rows["60010-getTable"] = [
        {**same, "role": "ann@example.com", "industry": "ann@example.com"},
        {**same, "role": "Operations", "industry": "ann@example.com"},
        {**same, "session": "1_b", "role": "ann@example.com", "industry": ""},
    ]
    for name, body in person_files(data, ""):
        (tmp_path / name).write_bytes(body)
    found = rows(tmp_path, "profile-and-activity.csv")
    shown = [(row["session"], row["role"], row["industry"]) for row in found]
    assert shown == [("1_a", "Operations", ""), ("1_b", "", "")]


def said(marks: Sequence[Row] = (), mails: Sequence[Row] = ()) -> list[str]:
    """What the first page says about notes and emails."""
    data = PersonalData(titles={"1_a": "All-hands"}, marks=list(marks), mails=list(mails))
    page = dict(person_files(data, ""))[FIRST_PAGE].decode()
    cells = re.findall(r'<td class="date">2026-11-20</td>(.*?)</tr>', page)
    return [re.sub("<[^>]*>", "", cell).strip() for cell in cells]


def note(kind: str, subject: str, detail: str = "") -> Row:
    return {"kind": kind, "subject": subject, "at": "2026-11-20T18:00:00Z", "detail": detail}


def mail(state: str, reason: str = "") -> Row:
    return {"cue_point_id": "1_a", "at": "2026-11-20T18:00:00Z", "state": state, "reason": reason, "why": ""}


REPORTED = _EFFECTS["complained"].reason


@pytest.mark.parametrize(
    ("kind", "subject", "detail", "sentence"),
    [
        ("opened", "1_a/r/2026-11-20/pdf", "", "You opened a file (pdf) of All-hands"),
        ("opened", "1_a/r/2026-11-20/page", "", "You opened the report of All-hands"),
        ("opened", "admin/r/2026-11-20/index", "", "You opened the list of sessions"),
        ("unsubscribed", "r", "", "You unsubscribed from emails"),
        ("unsubscribed", "r/1_room", "", "You unsubscribed from emails about one room"),
        ("unsubscribed", "r", WANTED_AGAIN, "You chose to get emails again"),
        ("unsubscribed", "r/1_room", WANTED_AGAIN, "You chose to get emails about one room again"),
        ("suppressed", "r", "", "No more emails are sent to your address"),
        ("revoked", "person/r", "", "Links that were sent to you before this time ended"),
        ("asked", "1_a/1/r/", "2", "An email to you waited, and sending it was tried again: All-hands"),
    ],
)
def test_the_first_page_says_of_each_note_what_happened(kind: str, subject: str, detail: str, sentence: str) -> None:
    assert said([note(kind, subject, detail)]) == [sentence]


def test_the_first_page_has_a_sentence_for_every_kind_of_note() -> None:
    assert not {*_NOTE_KINDS}.intersection(said([note(kind, "1_a/r/2026-11-20/pdf") for kind in _NOTE_KINDS]))


@pytest.mark.parametrize(
    ("state", "reason", "status", "sentence"),
    [
        ("refused", _EFFECTS["bounced"].reason, "Not delivered", "An email to you was not delivered"),
        ("refused", "The session has no documents.", "Not delivered", "An email to you was not delivered"),
        ("refused", REPORTED, "You reported it as spam", "You reported an email as spam"),
        ("unknown", "It ended.", "Perhaps sent", "It is not known whether an email to you was sent"),
    ],
)
def test_the_first_page_says_whether_an_email_arrived(
    tmp_path: Path, state: DeliveryState, reason: str, status: str, sentence: str
) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    delivery = Delivery("1_a", 1, "r", "ann@example.com", state=state, reason=reason, at=at)
    with closing(SqliteLedger(tmp_path / "ledger.sqlite")) as ledger:
        record_trouble(ledger, delivery, at)
        (trouble,) = ledger.notes("trouble")
    assert said([note("trouble", trouble.subject, trouble.detail)]) == [f"{sentence}: All-hands"]
    assert said(mails=[mail(state, reason)]) == [f"All-hands{status}."]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("pending", "Waiting"),
        ("claimed", "Waiting"),
        ("sending", "Perhaps sent"),
        ("sent", "Sent"),
        ("stopped", "Not sent"),
        ("refused", "Not delivered"),
        ("unknown", "Perhaps sent"),
    ],
)
def test_the_first_page_has_a_status_for_every_state_of_an_email(state: str, status: str) -> None:
    assert said(mails=[mail(state)]) == [f"All-hands{status}."]


def test_nothing_is_held_about_somebody_who_was_erased(debrief: Run, tmp_path: Path) -> None:
    debrief("export-person", PERSON, "--to", str(tmp_path))
    debrief("erase", "--person", PERSON, "--yes")
    code, _, err = debrief("export-person", PERSON, "--to", str(tmp_path))
    assert (code, "0 sessions, 0 lists of registrations, 0 emails" in err) == (0, True)
    folder = folder_of(tmp_path)
    assert {path.name for path in folder.iterdir()} == {FIRST_PAGE, "everything.json"}
    assert "You were erased." in (folder / FIRST_PAGE).read_text("utf-8")


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("",), "blank"),
        (("a b*",), "know nobody"),
        ((PERSON, "--to", " "), "--to"),
    ],
)
def test_a_mistake_is_one_sentence_and_writes_nothing(
    debrief: Run, held: Held, argv: tuple[str, ...], sentence: str
) -> None:
    before = sorted(held.root.rglob("*"))
    code, out, err = debrief("export-person", *argv)
    assert (code, out, sorted(held.root.rglob("*"))) == (2, "", before)
    assert sentence in err
    assert len(err.splitlines()) == 1


def test_what_cannot_be_read_is_an_error_and_writes_nothing(debrief: Run, held: Held, tmp_path: Path) -> None:
    for path in (held.root / "archive/raw").rglob("60010-getTable.json.gz"):
        path.write_bytes(b"damaged")
    code, out, err = debrief("export-person", PERSON, "--to", str(tmp_path / "person"))
    assert (code, out, (tmp_path / "person").exists()) == (1, "", False)
    assert len(err.splitlines()) == 1


def test_the_first_page_escapes_names_and_holds_no_control_character() -> None:
    hostile = "<script>alert(1)</script>ann\x1b[2J\u202e"
    id_ = "1_cue\r\n\x9b31m"
    mail = {"cue_point_id": id_, "at": "2026-11-19T18:00:00Z", "state": "sent", "why": hostile}
    mark = {"kind": "opened", "subject": f"{hostile}/a/b/c", "at": "2026-11-19T18:00:00Z", "detail": ""}
    held = PersonalData([id_], {id_: "2026-11-18"}, {id_: hostile}, [hostile], mails=[mail], marks=[mark])
    page = dict(person_files(held, hostile))[FIRST_PAGE].decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;ann [2J" in page
    assert "<script" not in page
    body = page.partition("</style>")[2].partition("<footer>")[0]
    assert all(letter.isprintable() or letter == "\n" for letter in body)
