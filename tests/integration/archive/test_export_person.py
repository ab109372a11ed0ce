"""`debrief export-person`: all about one, nothing about others."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from debrief.cli.export_person import _files
from debrief.pipeline.erasure.subject_access import PersonalData
from support.held import Held, Run
from support.world import files

PERSON = "tomasz.zielny@example.com"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_everything_about_the_person_and_nobody_else(debrief: Run, held: Held, tmp_path: Path) -> None:
    to = tmp_path / "person"
    archived = held.archived()
    code, out, err = debrief("export-person", PERSON, "--to", str(to))
    assert (code, held.archived()) == (0, archived), err
    assert PERSON not in out + err
    assert {row["session"] for row in rows(to, "6001.csv")} == {
        "1_allcue01",
        "1_brfcue01",
        "1_brfcue02",
        "1_brfcue03",
        "joint-1_brfcue01",
    }
    assert {row["user_id"] for row in rows(to, "6001.csv")} == {PERSON}
    assert {row["address"] for row in rows(to, "mails.csv")} == {PERSON}
    assert {"host"} <= {row["role"] for row in rows(to, "context.csv")}
    assert rows(to, "60011-getTable.csv")
    assert json.loads((to / "person.json").read_bytes())["known_as"] == ["Tomasz Zielny", PERSON]
    assert "mareike" not in "".join(path.read_text("utf-8") for path in to.iterdir())


def test_the_same_files_come_out_each_time(debrief: Run, tmp_path: Path) -> None:
    for name in ("one", "two", "two"):
        debrief("export-person", PERSON, "--to", str(tmp_path / name))
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_nothing_is_held_about_somebody_who_was_erased(debrief: Run, tmp_path: Path) -> None:
    debrief("erase", "--person", PERSON, "--yes")
    code, _, err = debrief("export-person", PERSON, "--to", str(tmp_path / "person"))
    assert (code, "0 sessions and 0 emails" in err) == (0, True)
    assert "was erased" in (tmp_path / "person" / "README.txt").read_text()


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("",), "blank"),
        (("a b*",), "knows anybody"),
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


def test_the_readme_holds_no_control_character() -> None:
    held = PersonalData(known_as=["ann\x1b[2J\u202e"], sessions=["1_cue\r\n\x9b31m"])
    readme = dict(_files(held))["README.txt"].decode()
    assert "ann [2J" in readme
    assert all(letter.isprintable() or letter == "\n" for letter in readme)
