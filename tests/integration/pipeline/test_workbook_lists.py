"""Lists of registrations as Excel workbooks: in reports, for a person's copy, and after an erasure."""

from __future__ import annotations

import argparse
import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from debrief.cli.registrations import use_list
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.erasure.subject_access import personal_data
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.session.registration_files import read_list
from support.registered import HEAD, LIST, ROOM, SESSION, export, figures, give, held_session
from support.world import World


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with held_session(tmp_path) as place:
        yield place


def give_workbook(place: World, *sheets: str, name: str = f"session={SESSION}", comment: str = "") -> Path:
    """Put a workbook into the archive, with a sheet for each CSV text."""
    made = Workbook()
    made.remove(made.active)
    for text in sheets:
        sheet = made.create_sheet()
        for row in csv.reader(io.StringIO(text)):
            sheet.append(row)
    if comment:
        made.worksheets[0]["A1"].comment = Comment(comment, "Office")
    file = place.root / "archive" / "registrations" / f"{name}.xlsx"
    file.parent.mkdir(parents=True, exist_ok=True)
    made.save(file)
    return file


def rows_of(file: Path) -> list[list[str]]:
    """The texts of all sheets of a workbook."""
    sheets = load_workbook(file).worksheets
    return [[str(cell or "") for cell in row] for sheet in sheets for row in sheet.iter_rows(values_only=True)]


def test_a_workbook_gives_the_figures_of_the_same_csv_file(place: World) -> None:
    give(place, LIST)
    before = figures(export(place))
    (place.root / "archive" / "registrations" / f"session={SESSION}.csv").unlink()
    give_workbook(place, LIST)
    assert figures(export(place)) == before
    with place.services(pdf=False, html=False) as services:
        record = services.ledger.session(SESSION)
        assert record
        assert replay(services, record).change == "same"
        assert not verify(services, record).differences


def test_two_lists_for_one_session_are_unclear(place: World, caplog: pytest.LogCaptureFixture) -> None:
    give(place, LIST)
    give_workbook(place, LIST)
    reason = export(place)["sections"]["registrations"]["unavailable"]
    assert reason.startswith("There are two lists of registrations, ")
    assert "delete one of them" in reason
    assert f"The list for session {SESSION} is not used: {reason}" in caplog.messages


def test_a_person_is_erased_from_every_sheet_of_a_workbook_and_from_its_comments(place: World) -> None:
    title = "Registrations of Zoe Zorn\n\n"
    text = title + HEAD + "Zoe,Zorn,ZOE@example.org,,,\nAnn,Ames,ann@example.org,,,\n"
    file = give_workbook(place, text, "Who,Contact\nZoe,zoe@example.org\nBea,bea@example.org\n", comment="Ask Zoe Zorn")
    with place.services(pdf=False, html=False) as services:
        found = find_person(services, "zoe@example.org")
        rows = personal_data(services, found).rows["registrations"]
        assert [row.get("name") or row.get("Who") for row in rows] == ["Zoe Zorn", "Zoe"]
        assert erase(services, found, None).lists == 1
    head = HEAD.strip().split(",")
    expected = [["Registrations of Erased attendee"], head, ["Ann", "Ames", "ann@example.org"]]
    expected += [["Who", "Contact"], ["Bea", "bea@example.org"]]
    assert [[cell for cell in row if cell] for row in rows_of(file)] == expected
    with zipfile.ZipFile(file) as parts:
        assert not [name for name in parts.namelist() if b"zoe" in parts.read(name).lower()]
    with place.services(pdf=False, html=False) as services:
        assert [one.email for one in read_list(file.read_bytes(), {})] == ["ann@example.org"]
        assert erase(services, find_person(services, "zoe@example.org"), None).lists == 0


def test_a_person_who_is_named_only_in_a_comment_of_a_workbook_is_erased_from_it(place: World) -> None:
    file = give_workbook(place, "Email\nann@example.org\n", comment="bea@example.org called")
    give(place, HEAD + "Bea,Bell,bea@example.org,,,\n", "event=77")
    with place.services(pdf=False, html=False) as services:
        assert erase(services, find_person(services, "bea@example.org"), None).lists == 2
    assert rows_of(file) == [["Email"], ["ann@example.org"]]


def test_an_erasure_fails_loudly_at_a_workbook_that_cannot_be_read(place: World) -> None:
    give(place, HEAD + "Bea,Bell,bea@example.org,,,\n")
    file = give_workbook(place, "Email\nbea@example.org\n", name="event=77")
    file.write_bytes(file.read_bytes()[:-40])
    with place.services(pdf=False, html=False) as services:
        done = erase(services, find_person(services, "bea@example.org"), None)
    assert done.lists == 1
    assert "no Excel workbook (.xlsx), or it is damaged. Delete it" in done.failed["registrations/event=77.xlsx"]


def test_a_workbook_from_the_own_machine_replaces_the_csv_file(place: World, tmp_path: Path) -> None:
    give(place, LIST, f"room={ROOM}")
    file = give_workbook(place, LIST, name="other").rename(tmp_path / "Registered (1).XLSX")
    with place.services(pdf=False, html=False) as services:
        options = argparse.Namespace(registrations=str(file), session=[], event=[], room=[ROOM], dry_run=False)
        use_list(services, options)
        assert list(services.archive.keys("registrations/")) == [f"registrations/room={ROOM}.xlsx"]
    assert place.read(f"registrations/room={ROOM}.xlsx") == file.read_bytes()
