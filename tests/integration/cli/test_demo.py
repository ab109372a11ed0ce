"""`debrief demo`: what it prints, writes, and deletes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from rich.cells import cell_len

from debrief.cli.main import main
from support.documented import section, text_of

README_SHOWS = ("state ", "final ", "provisional ", "waiting ", "Look first", "  out/demo/", "To open", "debrief: ")
OTHER = "have-a-look.txt"


class Ran(NamedTuple):
    """One run of the demo."""

    out: Path
    code: int
    printed: str
    said: str

    @property
    def files(self) -> set[str]:
        paths = (path for name in ("archive", "outbox") for path in (self.out / name).rglob("*"))
        return {str(path) for path in paths if path.is_file() and ".debrief" not in path.parts}


def old_demo(out: Path) -> None:
    """Leave what a demo of an earlier version left: a ledger with other tables, no marker."""
    (out / "archive/.debrief").mkdir(parents=True)
    (out / "outbox").mkdir()
    (out / "archive/reports/date=2026-11-18/session=1_wbncue01").mkdir(parents=True)
    (out / "archive/reports/date=2026-11-18/session=1_wbncue01/old.txt").write_text("old")
    with closing(sqlite3.connect(out / "archive/.debrief/ledger.sqlite3")) as ledger:
        ledger.execute("PRAGMA user_version = 3")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The demo's first run after an upgrade."""
    out = tmp_path_factory.mktemp("work") / "demo"
    old_demo(out)
    with pytest.MonkeyPatch.context() as patch:
        printed, said = StringIO(), StringIO()
        patch.setattr("sys.stdout", printed)
        patch.setattr("sys.stderr", said)
        code = main(["demo", "--out", str(out)], {})
    return Ran(out, code, printed.getvalue(), said.getvalue())


def test_the_demo_works_over_the_folder_of_an_older_version(ran: Ran) -> None:
    assert ran.code == 0
    assert not list(ran.out.rglob("old.txt"))
    assert sum(name.endswith("report.pdf") for name in ran.files) == 14
    assert sum(name.endswith(".eml") for name in ran.files) > 5
    assert any("session=joint-1_brfcue01" in name for name in ran.files)
    assert any("session=event-77" in name for name in ran.files)
    assert sum(name.endswith("/index.html") and "/reports/room=" in name for name in ran.files) == 10


def test_the_demo_prints_a_short_table_and_four_files_to_look_at(ran: Ran) -> None:
    lines = [line.replace(str(ran.out), "out/demo") for line in ran.printed.splitlines()]
    assert not [line for line in ran.said.splitlines() if not line.endswith(" left.")]  # progress on a slow machine
    assert len(lines) < 25
    assert max(map(cell_len, lines)) <= 80
    assert "revision" not in ran.printed
    assert lines[-2] == "  export DEBRIEF_TIMEZONE=Europe/Berlin"
    first = [line for line in lines[:-2] if line.startswith("  ")]
    assert [Path(line).suffix for line in first] == [".pdf", ".html", ".eml", ".eml"]
    assert all("1_wbncue01" in line for line in first[:3])
    assert first[3].startswith("  out/demo/outbox/digest-r1-")
    assert {line.strip().replace("out/demo", str(ran.out)) for line in first} <= ran.files
    assert lines[-1] == "To open the links in these emails: debrief serve --archive out/demo/archive"


def test_the_readme_shows_what_the_demo_prints(ran: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "1_wbncue01", "--archive", str(ran.out / "archive")], {}) == 0
    printed = (ran.printed + "".join(capsys.readouterr())).replace(str(ran.out), "out/demo").splitlines()
    shown = [line for line in section(text_of("README.md"), "## Try it").splitlines() if line.startswith(README_SHOWS)]
    assert len(shown) > 10
    assert set(shown) <= set(printed)


def test_a_second_demo_starts_again_and_lists_every_file_for_programs(
    ran: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    (ran.out / OTHER).write_text("mine")
    reports = {name: Path(name).read_bytes() for name in ran.files if "/reports/" in name}
    assert main(["demo", "--out", str(ran.out), "--json"], {}) == 0
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(objects) == 16
    others = {name for name in ran.files if any(part in name for part in ("/registrations/", "/room=", "/digest-"))}
    assert {file for one in objects for file in one["files"]} == ran.files - others
    assert {one["result"] for one in objects} == {"exported", "skipped"}
    assert (ran.out / OTHER).read_text() == "mine"
    assert {name: Path(name).read_bytes() for name in ran.files if "/reports/" in name} == reports


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "archive/reports/date=2026-11-18/session=1_ourown01/report.pdf",
        "outbox/1_ourown01-r1-0123456789abcdef.eml",
        "archive/empty.txt",
    ],
)
def test_the_demo_deletes_nothing_that_no_demo_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    own = tmp_path / "demo" / name
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    assert main(["demo", "--out", str(tmp_path / "demo")], {}) == 2
    out, err = capsys.readouterr()
    assert (out, own.read_text(), err.count("\n")) == ("", "mine", 1)
    assert "has files that no demo wrote. Move them away, or give another folder with --out." in err
    assert [path for path in (tmp_path / "demo").rglob("*") if path.is_file()] == [own]


def test_the_demo_does_not_follow_a_link_out_of_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old_demo(tmp_path / "demo")
    (tmp_path / "demo/outbox").rmdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("mine")
    (tmp_path / "demo/outbox").symlink_to(tmp_path / "mine")
    assert main(["demo", "--out", str(tmp_path / "demo")], {}) == 2
    assert "cannot be deleted" in capsys.readouterr().err
    assert (tmp_path / "mine/letter.txt").read_text() == "mine"
