"""Sessions that were archived without their context: refused in one sentence, and never taken for erased."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from debrief.delivery.archive.layout import key
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from support.held import PORTAL, TIMEZONE, Held, Run
from support.world import world

SESSION = "1_wbncue01"  # of a virtual event
REFUSED = "was archived by a version before 1.0; export it again"
PERSON = "dorte.bruckner@example.org"  # of three sessions of that event


@pytest.fixture
def old(held: Held) -> Held:
    """An archive in which one session has no context."""
    services = held.services()
    record = services.ledger.session(SESSION)
    services.ledger.close()
    assert record
    archive = held.root / "archive"
    context, manifest = (
        key(prefix, record.start, SESSION, name)
        for prefix, name in (("raw", "context.json.gz"), ("reports", "manifest.json"))
    )
    (archive / context).unlink()
    listed = json.loads((archive / manifest).read_bytes())
    listed["files"] = [file for file in listed["files"] if file["key"] != context]
    (archive / manifest).write_text(json.dumps(listed))
    return held


def export_again(old: Held) -> None:
    with world(old.root, sample_account(), SAMPLE_NOW + timedelta(days=2)) as place:
        more = {"pdf": False, "chat_url": place.kaltura.chat_url, "portal_url": PORTAL, "timezone": TIMEZONE}
        with place.services(**more) as services:
            record = services.ledger.session(SESSION)
            assert record
            (outcome,) = run(services, [export_order_of(record, mail=False)])
            assert outcome.is_well, outcome


def person_in(old: Held) -> bool:
    return any(PERSON.encode() in path.read_bytes() for path in (old.root / "archive" / "reports").rglob("*.csv"))


@pytest.mark.parametrize("argv", [("replay", SESSION, "--no-pdf"), ("export-person", PERSON), ("verify", SESSION)])
def test_a_command_that_needs_the_context_names_the_session_and_writes_nothing(
    debrief: Run, old: Held, argv: tuple[str, ...]
) -> None:
    before = old.archived()
    code, out, err = debrief(*argv)
    assert (code, old.archived()) == (1, before)
    (line,) = [line for line in (out + err).splitlines() if REFUSED in line]
    assert SESSION in line


def test_an_erasure_takes_the_others_names_the_session_and_writes_no_proof(debrief: Run, old: Held) -> None:
    code, out, err = debrief("erase", "--person", PERSON, "--yes")
    assert code == 1
    assert f"session {SESSION} still has data of the person: The session {REFUSED}" in err
    assert out.count("erased   ") == out.count("found    ") - 1 >= 2
    assert "no proof was written" in err
    assert not (old.root / "archive" / "erasures").exists()
    assert person_in(old)


def test_after_an_export_the_same_erasure_is_complete(debrief: Run, old: Held) -> None:
    debrief("erase", "--person", PERSON, "--yes")
    export_again(old)
    assert debrief("erase", "--person", PERSON, "--yes")[0] == 0
    assert not person_in(old)
    assert len(list((old.root / "archive" / "erasures").iterdir())) == 1


def test_an_export_with_the_same_figures_adds_the_context(debrief: Run, old: Held) -> None:
    export_again(old)
    assert debrief("replay", SESSION, "--no-pdf", "--dry-run")[1].startswith("unchanged")
