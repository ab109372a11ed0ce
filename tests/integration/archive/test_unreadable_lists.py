"""Commands about a person, where a list of registrations cannot be read: could not tell is never none."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.held import Held, Run

KEY = "registrations/event=77.csv"
IN_REPORTS, NOWHERE, ON_A_LIST = "dorte.bruckner@example.org", "zoe@example.org", "yan@example.org"
SENTENCE = f"{KEY} could not be read, so this answer may be incomplete: it is not a CSV file: line 2 cannot be read."


@pytest.fixture(autouse=True)
def lists(held: Held) -> None:
    """A list that is no CSV file, and a list with unusual columns."""
    folder = held.root / "archive" / "registrations"
    folder.mkdir(exist_ok=True)
    (held.root / "archive" / KEY).write_text('Email\n"zoe@example.org\n', encoding="utf-8")
    (folder / "room=1_r.csv").write_text(f"Nachname,Kontakt\nYan,{ON_A_LIST}\n", encoding="utf-8")


@pytest.mark.parametrize("person", [IN_REPORTS, NOWHERE, ON_A_LIST])
@pytest.mark.parametrize("command", ["export-person", "erase --dry-run --person", "erase --yes --person"])
def test_each_command_names_a_list_that_cannot_be_read(
    debrief: Run, held: Held, tmp_path: Path, person: str, command: str
) -> None:
    before = held.archived()
    more = ["--to", str(tmp_path / "to")] if command == "export-person" else []
    code, _, err = debrief(*command.split(), person, *more)
    assert (code, err.count(SENTENCE)) == (1, 1), err
    assert "know nobody" not in err
    if "--yes" not in command or person == NOWHERE:
        assert held.archived() == before
    if command == "export-person" and person == ON_A_LIST:
        assert "0 sessions, 1 list of registrations, 0 emails concern the person." in err


def test_a_list_that_is_put_back_after_an_erasure_is_not_called_erased(debrief: Run, held: Held) -> None:
    (held.root / "archive" / KEY).unlink()
    debrief("erase", "--yes", "--person", ON_A_LIST)
    (held.root / "archive" / "registrations" / "room=1_r.csv").write_text(f"Kontakt\n{ON_A_LIST}\n", encoding="utf-8")
    code, _, err = debrief("erase", "--dry-run", "--person", ON_A_LIST)
    assert (code, "Found on 1 list of registrations." in err) == (0, True)
