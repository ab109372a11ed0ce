"""`debrief verify` finds every difference that is put into an archive, and none where there is none."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from debrief.documents.data.summary_json import from_json
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.documents.read_back import misprints
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run
from kaltura_standin.account import Account, Attendance, Room
from kaltura_standin.account import Run as Run_
from support.held import Held, Run
from support.world import END, START, seconds, world

SPAN = ("--since", "2026-11-01", "--until", "2026-11-20")
ALONE = ("--jobs", "1")
SESSION = "1_wbncue01"
AVERAGE = "Average minutes in the main room"


def test_an_archive_as_it_was_written_has_no_difference(debrief: Run, held: Held) -> None:
    before = held.archived()
    code, out, err = debrief("verify", *SPAN)
    assert (code, out) == (0, ""), out
    assert err.endswith("15 sessions verified, 0 with differences.\n")
    assert held.archived() == before


def changed(held: Held, name: str, change: Callable[[bytes], bytes], *, vouched: bool = True) -> None:
    """Change a file of SESSION, and, when it is to be vouched for, the manifest with it."""
    (path,) = (held.root / "archive").rglob(f"session={SESSION}/{name}")
    path.write_bytes(change(path.read_bytes()))
    if vouched:
        vouch(held, path)


def vouch(held: Held, path: Path, session: str = SESSION) -> None:
    (place,) = (held.root / "archive").rglob(f"session={session}/manifest.json")
    manifest = json.loads(place.read_bytes())
    body = path.read_bytes()
    for file in manifest["files"]:
        if file["key"] == path.relative_to(held.root / "archive").as_posix():
            file |= {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    place.write_text(json.dumps(manifest))


def in_summary(key: str, value: object) -> Callable[[bytes], bytes]:
    def change(body: bytes) -> bytes:
        summary = json.loads(body)
        summary["metrics"][key]["value"] = value
        return json.dumps(summary).encode()

    return change


def unpacked(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(body: bytes) -> bytes:
        text = gzip.decompress(body)
        assert old in text
        return gzip.compress(text.replace(old, new, 1))

    return change


def first_minutes(body: bytes) -> bytes:
    """One attendee more minutes."""
    head, first, *rest = body.split(b"\n")
    cells = first.split(b",")
    cells[6] = b"9999.5"
    return b"\n".join([head, b",".join(cells), *rest])


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("summary.json", in_summary("unique_attendees", 1), "unique_attendees is 1 in summary.json; Kaltura's answers"),
        ("summary.json", in_summary("viewers_total", 7), "viewers_total is 7 in summary.json"),
        ("summary.json", in_summary("minutes_total", 7.5), "the archived tables give"),
        (
            "summary.json",
            in_summary("minutes_average", 7.5),
            "report.html does not print Average minutes in the main room as 7.5 min",
        ),
        ("attendees/*/*/attendees.csv", first_minutes, "minutes_total is"),
        ("6001.csv.gz", unpacked(b",User,", b",Guest,"), "guests is"),
        (
            "summaries.json",
            lambda body: body.replace(b'"people_present":', b'"people_present":9'),
            "summaries.json is not",
        ),
        *(
            (f"{name}/*/*/{name}.csv", lambda body: body + b"x\n", f"{name}/{name}.csv is not")
            for name in ("polls", "timeline", "recordings", "countries", "devices")
        ),
        (
            "follow_up/*/*/follow_up.csv",
            lambda body: body + b"x,left-early,,,,\n",
            "follow_up/follow_up.csv has",
        ),
        ("60002-getTotal.json.gz", unpacked(b"|", b"|9"), "Kaltura's answers give"),
        ("report.html", lambda body: body.replace(b"</td>", b"1</td>"), "report.html does not print"),
        ("follow-up/most-engaged.csv", lambda body: body + b"x,y,,,z\r\n", "has 200 people; summary.json says 199."),
        ("manifest.json", lambda body: body.replace(b'"revision": 1', b'"revision": 4'), "which is not the ledger's 1"),
    ],
)
def test_a_difference_is_named(
    debrief: Run, held: Held, name: str, change: Callable[[bytes], bytes], sentence: str
) -> None:
    if "*" in name:
        (path,) = (held.root / "archive").glob(name.replace("*/*", f"*/session={SESSION}"))
        path.write_bytes(change(path.read_bytes()))
        vouch(held, path)
    else:
        changed(held, name, change, vouched=name != "manifest.json")
    code, out, err = debrief("verify", SESSION)
    assert (code, err.splitlines()[-1]) == (1, "debrief: 1 session checked, 1 with differences.")
    assert "erified" not in err, "a session with differences is not verified"
    assert sentence in out
    assert all(line.startswith(SESSION) for line in out.splitlines())


@pytest.mark.parametrize("name", ["6001.csv.gz", "summary.json", "report.html", "context.json.gz"])
def test_a_changed_or_missing_file_is_named(debrief: Run, held: Held, name: str) -> None:
    changed(held, name, lambda body: body + b" ", vouched=False)
    assert f"/{name} differs from its checksum in the manifest." in debrief("verify", SESSION)[1]
    (path,) = (held.root / "archive").rglob(f"session={SESSION}/{name}")
    path.unlink()
    code, out, _ = debrief("verify", SESSION)
    assert code == 1
    assert f"/{name} is missing." in out


def test_a_changed_event_is_found_by_its_sessions(debrief: Run, held: Held) -> None:
    (path,) = (held.root / "archive").rglob("session=event-77/summary.json")
    path.write_bytes(in_summary("unique_attendees", 1)(path.read_bytes()))
    (place,) = (held.root / "archive").rglob("session=event-77/manifest.json")
    manifest = json.loads(place.read_bytes())
    for file in manifest["files"]:
        if file["key"].endswith("/summary.json"):
            file |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    place.write_text(json.dumps(manifest))
    code, out, _ = debrief("verify", "event-77", "--json")
    assert code == 1
    assert any("The figures of the event's sessions differ" in one for one in json.loads(out)["differences"])


def test_what_a_pdf_prints_is_read_back(held: Held) -> None:
    (path,) = (held.root / "archive").rglob(f"session={SESSION}/summary.json")
    summary = from_json(path.read_bytes())
    pdf = PdfReport(summary, Presentation(zone=held.settings.zone)).full()
    assert misprints(summary, "report-full.pdf", pdf) == []
    other = from_json(in_summary("minutes_average", 7.5)(path.read_bytes()))
    assert misprints(other, "report-full.pdf", pdf) == [
        f"report-full.pdf does not print {AVERAGE} as 7.5 min, as summary.json has it."
    ]
    assert len(misprints(summary, "report-full.pdf", b"no pdf")) > 20


def test_what_was_proven_is_counted(debrief: Run, held: Held) -> None:
    _, _, err = debrief("verify", SESSION)
    found = re.match(
        r"debrief: Verified: checksums of (\d+) files; (\d+) recomputed figures; printed figures of (\d) ", err
    )
    assert found
    assert all(int(one) > 0 for one in found.groups())
    verified = json.loads(debrief("verify", SESSION, "--json")[1])
    assert (verified["differences"], verified["is_expired"]) == ([], False)
    assert verified["figures"] == int(found[2])


@pytest.mark.parametrize("gone", ["*", "raw", "reports"])
def test_files_that_are_kept_no_longer_are_no_difference(debrief: Run, held: Held, gone: str) -> None:
    for folder in list((held.root / "archive").glob(f"{gone}/*/session={SESSION}")):
        shutil.rmtree(folder)
    assert debrief("verify", SESSION)[0] == 1
    code, out, err = debrief("verify", SESSION, DEBRIEF_ARCHIVE_DAYS="1")
    assert (code, out) == (0, "")
    assert "Files of 1 session were deleted after their retention period" in err
    assert debrief("verify", SESSION, DEBRIEF_ARCHIVE_DAYS="36500")[0] == 1


def test_ids_that_differ_in_line_breaks_only_are_no_difference(tmp_path: Path) -> None:
    hour = (seconds(START), seconds(END))
    people = [Attendance(one, one, "", stays=(hour,)) for one in ("a\nb", "a b", "c")]
    room = Room("1_room0001", "Ids", (Run_("1_cue00001", *hour, "c", tuple(people)),))
    with (
        world(tmp_path, Account(rooms=(room,), users=()), END + timedelta(hours=2)) as place,
        place.services(pdf=False) as services,
    ):
        sessions = select(services, Selection(sessions=("1_cue00001",), since=START))
        assert {one.result for one in run(services, [export_order_of(one) for one in sessions])} == {"exported"}
        record = services.ledger.session("1_cue00001")
        assert record is not None
        assert verify(services, record).differences == []


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("events.json", lambda body: body.replace(b'"sessions":3', b'"sessions":4'), "events/events.json is not what"),
        ("follow-up/came-once.csv", lambda body: body + b"x,y,,,z\r\n", "people; summary.json says"),
    ],
)
def test_a_changed_row_or_list_of_an_event_is_named(
    debrief: Run, held: Held, name: str, change: Callable[[bytes], bytes], sentence: str
) -> None:
    (path,) = (held.root / "archive").rglob(f"session=event-77/{name}")
    path.write_bytes(change(path.read_bytes()))
    vouch(held, path, "event-77")
    code, out, _ = debrief("verify", "event-77")
    assert (code, sentence in out) == (1, True), out
