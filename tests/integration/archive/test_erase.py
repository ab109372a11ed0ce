"""`debrief erase`: nothing of the person is left in any byte, and no figure moves."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.documents.read_back import all_text_of_pdf
from debrief.errors import BadSettings
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run, run_events
from kaltura_standin.account import Account, Attendance, Room, User
from kaltura_standin.account import Run as Run_
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from support.held import PORTAL, TIMEZONE, Held, Run
from support.killing import Countdown, KilledError, watched
from support.world import END, START, World, seconds, world

ATTENDEE = ("dorte.bruckner@example.org", "Dörte Brückner")  # of three sessions, which are an event
INTERRUPTED = ("mareike.frohlich@example.org", "Mareike Fröhlich")  # of both parts of a joint session, and another
HOST = ("tomasz.zielny@example.com", "Tomasz Zielny")  # of the same sessions, and mailed about them
QUOTED = ("drill-01", '=HYPERLINK("https://example.net/x" "Click")')  # an id, of which others are longer
OWNER = ("ines.morvan@example.com", "Inès Morvan")  # host of sessions of the event, attendee of others
PEOPLE = [ATTENDEE, INTERRUPTED, HOST, OWNER, QUOTED]


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Every file below a folder as text, the ledger's bytes and mails too."""
    for path in sorted(root.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            body = gzip.decompress(body) if path.suffix == ".gz" else body
            body = b" ".join(_parts(body)) if path.suffix == ".xlsx" else body
            yield path.relative_to(root).as_posix(), body.decode("utf-8", "replace")


def _parts(body: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        yield from map(file.read, file.namelist())


def holding(root: Path, *words: str) -> set[str]:
    """The files in which any of these stands."""
    plain = [*words, *(word.replace('"', '""') for word in words), *(json.dumps(word)[1:-1] for word in words)]
    return {name for name, text in texts(root) if any(word.lower() in text.lower() for word in plain)}


def metrics(held: Held) -> dict[str, object]:
    """Every figure of every summary."""
    return {
        path.parent.name: {
            key: (one["value"], one.get("reason")) for key, one in json.loads(path.read_bytes())["metrics"].items()
        }
        for path in (held.root / "archive" / "reports").rglob("summary.json")
    }


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person[0])
def test_nothing_of_the_person_is_left_and_no_figure_moves(debrief: Run, held: Held, person: tuple[str, str]) -> None:
    before = metrics(held)
    assert len(holding(held.root, *person)) > 4
    code, out, err = debrief("erase", "--person", person[0], "--yes")
    assert code == 0, err
    assert "0 hits" in err
    assert not [word for word in person if word in out + err]
    assert holding(held.root, *person) == set()
    assert metrics(held) == before
    code, out, err = debrief("verify", "--since", "2026-11-01", "--until", "2026-11-25")
    assert code == 0, out + err


def test_everybody_else_stays_as_they_were(debrief: Run, held: Held) -> None:
    def others() -> list[str]:
        table = next((held.root / "archive" / "attendees").rglob("session=1_wbncue01/attendees.csv"))
        return [
            line for line in table.read_text().splitlines() if "dorte.bruckner" not in line and "erased-" not in line
        ]

    before, archived = others(), held.archived()
    assert debrief("erase", "--person", ATTENDEE[0], "--yes")[0] == 0
    assert others() == before
    elsewhere = {key: digest for key, digest in archived.items() if "1_onbcue0" in key or "brfcue" in key}
    assert elsewhere.items() <= held.archived().items()


def test_somebody_of_the_same_name_stays(debrief: Run, held: Held) -> None:
    code, _, err = debrief("erase", "--person", "agnes.prevost@example.net", "--yes")
    assert code == 0, err
    assert not holding(held.root, "agnes.prevost@example.net")
    left = holding(held.root, "agnes.prevost@example.com")
    assert left
    assert {name for name in left if "summary.json" in name} <= holding(held.root, "Agnès Prévost")


def test_a_dry_run_lists_the_sessions_and_writes_nothing(debrief: Run, held: Held) -> None:
    before = held.archived()
    code, out, err = debrief("erase", "--person", ATTENDEE[0].upper(), "--dry-run")
    assert (code, held.archived()) == (0, before)
    roles = {line.split()[1]: " ".join(line.split()[2:]) for line in out.splitlines()}
    assert roles == {"1_cdycue01": "attendee", "1_cdycue02": "attendee", "1_wbncue01": "attendee", "event-77": ""}
    assert "Nothing was written" in err


def test_a_second_time_there_is_nothing_to_do(debrief: Run, held: Held) -> None:
    debrief("erase", "--person", ATTENDEE[0], "--yes")
    before = {key: digest for key, digest in held.archived().items() if not key.startswith("erasures/")}
    code, out, err = debrief("erase", "--person", ATTENDEE[0], "--yes")
    assert (code, out) == (0, "")
    assert err.count("debrief: ") == 1
    assert "Nothing was left to erase. This check is recorded in " in err
    assert {key: digest for key, digest in held.archived().items() if not key.startswith("erasures/")} == before


def test_a_pdf_is_made_anew_and_looked_into(small: World) -> None:
    def printed(place: World) -> str:
        (pdf,) = (place.root / "archive" / "reports").rglob("session=1_cue00001/report-full.pdf")
        return all_text_of_pdf(pdf.read_bytes())

    with small.services() as services:
        sessions = select(services, Selection(sessions=("1_cue00001",), since=START))
        assert {one.result for one in run(services, [export_order_of(one) for one in sessions])} == {"exported"}
        assert "Ann Lee" in printed(small)
        done = erase(services, find_person(services, "ann@example.com"), OutboxMailer(small.root / "outbox"))
        assert (done.searched.hits, done.mails) == ([], 1)  # the PDF went with the mail
    assert "Erased attendee" in printed(small)
    assert "Ann" not in printed(small)
    assert not small.mails()


def test_the_proof_names_no_one(debrief: Run, held: Held) -> None:
    debrief("erase", "--person", HOST[0], "--yes")
    (proof,) = (held.root / "archive" / "erasures").glob("*.json")
    proven = json.loads(proof.read_bytes())
    assert proven["searched"]["hits"] == []
    assert proven["deliveries"] > 0
    assert proven["searched"]["bytes"] > 100_000
    assert {"cue_point_id", "revision", "files", "versions"} == set(proven["steps"][0])


def test_the_mails_to_a_person_have_no_address_any_more_and_their_links_end(debrief: Run, held: Held) -> None:
    debrief("erase", "--person", HOST[0], "--yes")
    services = held.services()
    blank = [one for one in services.ledger.deliveries("1_allcue01") if not one.address]
    assert len(blank) == 1
    assert services.ledger.note("revoked", f"person/{blank[0].recipient_id}")
    services.ledger.close()


def test_an_archive_without_an_index_is_looked_through(debrief: Run, held: Held) -> None:
    """As an earlier version left it."""
    for path in (held.root / "archive" / "index").rglob("people.txt"):
        path.unlink()
    assert debrief("erase", "--person", ATTENDEE[0], "--yes")[0] == 0
    assert not holding(held.root, *ATTENDEE)


def test_nobody_comes_back_by_an_export_or_a_replay(held: Held, debrief: Run) -> None:
    """Kaltura still has all of it."""
    for person in (ATTENDEE, INTERRUPTED, HOST):
        assert debrief("erase", "--person", person[0], "--yes")[0] == 0
    before = metrics(held)
    with world(held.root, sample_account(), SAMPLE_NOW + timedelta(days=2)) as place:
        more = {"pdf": False, "chat_url": place.kaltura.chat_url, "portal_url": PORTAL, "timezone": TIMEZONE}
        with place.services(**more, mail_to=(HOST[0],)) as services:
            sessions = select(services, Selection(since=SAMPLE_NOW - timedelta(days=60)))
            orders = [export_order_of(session) for session in sessions if not session.is_open]
            outcomes = [*run(services, orders), *run_events(services)]
            assert {one.result for one in outcomes} <= {"exported", "unchanged"}
            for one in ("joint-1_brfcue01", "event-77", "1_wbncue01"):
                record = services.ledger.session(one)
                assert record
                assert replay(services, record).change == "same"
    for person in (ATTENDEE, INTERRUPTED, HOST):
        assert not holding(held.root, *person)
    assert metrics(held).keys() == before.keys()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_any_write_is_made_good_by_the_next_run(held: Held, tmp_path: Path, *, after: bool) -> None:
    at, killed = 1, True
    while killed:
        killed = _killed_at(held, at, after=after)
        at += 7
    assert at > 20
    assert not holding(held.root, *INTERRUPTED)
    services = held.services()
    outbox = OutboxMailer(Path(held.settings.outbox))
    done = erase(services, find_person(services, INTERRUPTED[0]), outbox)
    assert (done.steps, done.searched.hits) == ([], [])
    services.ledger.close()


def _killed_at(held: Held, at: int, *, after: bool) -> bool:
    services = held.services()
    try:
        outbox = OutboxMailer(Path(held.settings.outbox))
        under = watched(services, Countdown(at, after=after))
        erase(under, find_person(under, INTERRUPTED[0]), outbox)
    except KilledError:
        return True
    finally:
        services.ledger.close()
    return False


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ((), "--person"),
        (("--person", " ", "--yes"), "blank"),
        (("--person", "Unknown", "--yes"), "Name one person"),
        (("--person", "a@b.c,d@e.f", "--yes"), "know nobody"),
        (("--person", "nobody|of us", "--yes"), "nothing was written"),
        (("--person", ATTENDEE[0]), "Give --yes"),
    ],
)
def test_a_mistake_is_one_sentence_and_changes_nothing(
    debrief: Run, held: Held, argv: tuple[str, ...], sentence: str
) -> None:
    before = held.archived()
    code, _, err = debrief("erase", *argv)
    assert (code, held.archived()) == (2, before)
    assert sentence in err.splitlines()[-1]
    assert [line for line in err.splitlines()[:-1] if "To be erased" not in line] == []


def test_another_people_key_is_reported_before_anybody_comes_back(debrief: Run, held: Held) -> None:
    debrief("erase", "--person", ATTENDEE[0], "--yes")
    before = held.archived()
    code, _, err = debrief(
        "replay", "1_wbncue01", "--no-pdf", DEBRIEF_PEOPLE_KEY="another-people-key-than-before-12345"
    )
    assert (code, held.archived()) == (1, before)
    assert "with another people key" in err


def test_the_ledgers_file_keeps_no_old_bytes(held: Held, debrief: Run) -> None:
    ledger = held.root / "archive" / ".debrief" / "ledger.sqlite3"
    assert HOST[0].encode() in ledger.read_bytes()
    debrief("erase", "--person", HOST[0], "--yes")
    assert HOST[0].encode() not in ledger.read_bytes()
    assert sqlite3.connect(ledger).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_killed_runs_left_half_written_goes_too_and_is_counted(debrief: Run, held: Held) -> None:
    for folder in ("archive/reports/date=2026-11-02", "archive/raw/x", "outbox"):
        (held.root / folder).mkdir(parents=True, exist_ok=True)
        (held.root / folder / ".debrief-0123456789abcdef.tmp").write_text(" ".join(ATTENDEE))
    code, _, err = debrief("erase", "--person", ATTENDEE[0], "--yes")
    assert (code, "3 half-written files" in err) == (0, True)
    assert not list(held.root.rglob(".debrief-*.tmp"))
    (proof,) = (held.root / "archive" / "erasures").glob("*.json")
    assert json.loads(proof.read_bytes())["leftovers"] == 3


def test_the_ledger_keeps_no_id_that_can_be_computed_from_the_address(held: Held, debrief: Run) -> None:
    plain = recipient_id(HOST[0])
    assert holding(held.root, plain)
    assert debrief("erase", "--person", HOST[0], "--yes")[0] == 0
    assert not holding(held.root, plain)


def of_guests() -> Account:
    """A session whose host's address a guest typed, and in which ids hold what reports write in different ways."""
    hour = (seconds(START), seconds(END))
    people = (
        Attendance("ann", "Ann Lee", "ann@example.com", stays=(hour,)),
        Attendance("9f2c41", "Guy Fox", "ann@example.com", type="Guest", stays=(hour,)),
        Attendance("77aa01", "Own Mail", "own@example.com", type="Guest", stays=(hour,)),
        Attendance("doe,kim", "Kim Doe", "", stays=(hour,)),
    )
    return Account(
        rooms=(Room("1_room0001", "Sales", (Run_("1_cue00001", *hour, "ann", people),)),),
        users=(User("ann", "Ann", "Lee", "ann@example.com"),),
    )


@pytest.fixture
def guests(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, of_guests(), END + timedelta(hours=2)) as place:
        with place.services(pdf=False) as services:
            sessions = select(services, Selection(sessions=("1_cue00001",), since=START))
            assert {one.result for one in run(services, [export_order_of(one) for one in sessions])} == {"exported"}
        yield place


def erased(place: World, person: str, *, also: bool = False) -> tuple[int, set[str]]:
    """How many ids and addresses of others stay, and the ids in the table afterwards."""
    with place.services(pdf=False) as services:
        found = find_person(services, person, include_others=also)
        done = erase(services, found, OutboxMailer(place.root / "outbox"))
    assert done.searched.hits == []
    (table,) = (place.root / "archive" / "attendees").rglob("attendees.csv")
    rows = csv.DictReader(table.read_text().splitlines())
    return found.others, {row["user_id"] for row in rows if not row["user_id"].startswith("erased-")}


def test_a_guest_who_typed_the_hosts_address_is_erased_alone(guests: World) -> None:
    assert erased(guests, "9f2c41") == (2, {"ann", "77aa01", "doe,kim"})
    assert not holding(guests.root, "9f2c41", "Guy Fox")
    assert holding(guests.root, "ann@example.com")


def test_a_guest_goes_together_with_the_typed_address_when_that_is_asked_for(guests: World) -> None:
    assert erased(guests, "9f2c41", also=True) == (0, {"77aa01", "doe,kim"})
    assert not holding(guests.root, "ann@example.com", "Ann Lee")


def test_an_address_that_only_a_guest_has_goes_with_the_guest(guests: World) -> None:
    assert erased(guests, "77aa01") == (0, {"ann", "9f2c41", "doe,kim"})
    with guests.services(pdf=False) as services, pytest.raises(BadSettings, match="know nobody"):
        find_person(services, "somebody@example.com")
    with guests.services(pdf=False) as services:
        assert find_person(services, "own@example.com").stones.has("own@example.com")


@pytest.mark.parametrize("person", ["doe,kim", "doe kim", "doe|kim"])
def test_an_id_is_erased_in_every_spelling_of_it(guests: World, person: str) -> None:
    assert "doe,kim" not in erased(guests, person)[1]
    assert not holding(guests.root, "doe,kim", "doe kim", "Kim Doe")
