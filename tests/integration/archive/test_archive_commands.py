"""`debrief archive ls`, `get` and `bundle`: found without keys, taken out whole, handed on as one file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import boto3
import pytest

from debrief.delivery.archive.s3 import S3Archive
from debrief.model import Document
from debrief.pipeline.maintenance.download import bundle
from debrief.pipeline.reconcile import reconcile
from debrief.runner import run
from debrief.wiring import connect
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from kaltura_standin.server import StandIn
from support.aws import BUCKET, make_bucket, moto_aws
from support.held import Held, Run
from support.world import World, files

SPAN = ("--since", "2026-11-01", "--until", "2026-11-20")
SESSION = "1_wbncue01"
LEDGER = Path("archive/.debrief/ledger.sqlite3")


def listed(debrief: Run, *argv: str) -> list[str]:
    code, out, err = debrief("archive", "ls", *SPAN, "--json", *argv)
    assert code == 0, err
    return [json.loads(line)["cue_point_id"] for line in out.splitlines()]


def test_a_table_for_people_names_room_host_and_attendees(debrief: Run) -> None:
    code, out, err = debrief("archive", "ls", *SPAN)
    head, *rows = out.splitlines()
    assert (code, head.split()[0], len(rows)) == (0, "session", 15)
    assert "15 sessions ended between 2026-11-01" in err
    assert any(SESSION in row and "What's new this autumn" in row for row in rows)


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        (("--room", "calibration"), {"1_wrkcue01"}),
        (("--host", "zielny"), None),
        (("--event", "77"), {"1_cdycue01", "1_cdycue02", "1_wbncue01", "event-77"}),
        (("--text", "customer", "--text", "ENGINEERS"), {"1_cdycue02"}),
        (("--text", "joint-1_brf"), {"joint-1_brfcue01"}),
        (("--room", "no such room"), set()),
    ],
)
def test_sessions_are_found_by_what_people_know_of_them(
    debrief: Run, argv: tuple[str, ...], found: set[str] | None
) -> None:
    if found is None:
        assert 0 < len(listed(debrief, *argv)) < 15
    else:
        assert set(listed(debrief, *argv)) == found


def test_the_index_comes_again_from_the_manifests(debrief: Run, held: Held) -> None:
    before = debrief("archive", "ls", *SPAN, "--json")[1]
    (held.root / LEDGER).unlink()
    assert listed(debrief) == []
    code, out, err = debrief("archive", "ls", *SPAN, "--json", "--rebuild-index")
    assert code == 0
    assert "15 manifests read, 15 sessions added" in err
    assert out == before
    assert "0 sessions added" in debrief("archive", "ls", *SPAN, "--rebuild-index")[2]
    assert debrief("verify", *SPAN, "--jobs", "1")[0] == 0


def test_an_archive_whose_index_was_rebuilt_emails_nobody_again(debrief: Run, held: Held) -> None:
    (held.root / LEDGER).unlink()
    debrief("archive", "ls", *SPAN, "--rebuild-index")
    mails = files(held.root / "outbox")
    with StandIn(sample_account()) as kaltura:
        place = World(kaltura, held.root, lambda: SAMPLE_NOW)  # type: ignore[arg-type] # it need not move
        settings = replace(place.settings, pdf=False, look_back_hours=24 * 30)
        services = connect(settings, lambda: SAMPLE_NOW)
        for outcome in run(services, reconcile(services)):
            assert outcome.result != "failed"
        services.ledger.close()
    assert files(held.root / "outbox") == mails


def test_files_come_out_under_their_keys_and_only_once(debrief: Run, held: Held, tmp_path: Path) -> None:
    to = tmp_path / "got"
    code, out, err = debrief("archive", "get", SESSION, "--what", "attendees,html", "--to", str(to))
    assert code == 0
    assert files(to) == {key: digest for key, digest in held.archived().items() if key in files(to)}
    assert {path.rpartition("/")[2] for path in files(to)} == {"attendees.csv", "report.html"}
    assert (len(out.splitlines()), "2 files" in err) == (2, True)
    (to / next(iter(files(to)))).write_bytes(b"half")
    code, out, err = debrief("archive", "get", SESSION, "--what", "attendees,html", "--to", str(to))
    assert (code, len(out.splitlines())) == (0, 1)
    assert files(to) == {key: digest for key, digest in held.archived().items() if key in files(to)}


def test_a_file_that_is_not_what_its_manifest_says_does_not_come_out(debrief: Run, held: Held, tmp_path: Path) -> None:
    (path,) = (held.root / "archive").rglob(f"session={SESSION}/report.html")
    path.write_bytes(b"changed")
    code, out, err = debrief("archive", "get", SESSION, "--to", str(tmp_path / "got"))
    assert code == 1
    assert "report.html differs from its checksum in the manifest." in err
    assert not list((tmp_path / "got").rglob("report.html"))
    assert len(out.splitlines()) >= 5


def test_a_bundle_has_everything_explained_and_the_same_bytes(debrief: Run, tmp_path: Path) -> None:
    to = tmp_path / "bundles"
    code, out, _ = debrief("archive", "bundle", SESSION, "event-77", "joint-1_brfcue01", "--to", str(to))
    assert (code, len(out.splitlines())) == (0, 3)
    first = files(to)
    debrief("archive", "bundle", SESSION, "event-77", "joint-1_brfcue01", "--to", str(tmp_path / "again"))
    assert files(tmp_path / "again") == first
    with ZipFile(to / f"2026-11-18-{SESSION}.zip") as opened:
        names = set(opened.namelist())
        assert {"attendees.csv", "attendees-excel.csv", "report.html", "manifest.json", "README.txt"} <= names
        header = next(csv.reader(io.StringIO(opened.read("attendees.csv").decode())))
        dictionary = opened.read("dictionary.csv").decode()
        assert all(f",{name}," in dictionary or dictionary.startswith(name) for name in header)
        assert "What's new this autumn" in opened.read("README.txt").decode()


def test_the_read_me_of_a_bundle_names_the_files_that_are_in_it(debrief: Run, tmp_path: Path) -> None:
    debrief("archive", "bundle", SESSION, "event-77", "joint-1_brfcue01", "--to", str(tmp_path))
    for path in tmp_path.glob("*.zip"):
        with ZipFile(path) as opened:
            read_me = opened.read("README.txt").decode()
            named = {line.split()[0] for line in read_me.split("\n\n")[1].splitlines()}
            assert named == {*opened.namelist()} - {"README.txt"}
            assert ("Virtual event 77," in read_me) == ("event-77" in path.name)


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("ls", "--since", "nonsense"), "is not a valid time"),
        (("ls", "--text", " "), "--text is blank"),
        (("get",), "Give session ids"),
        (("get", SESSION, "--what", "everything"), "Unknown value 'everything' for --what"),
        (("get", SESSION, "--to", " "), "--to is blank"),
        (("get", "1_unknown1"), "has no exported session"),
        (("bundle", "a b"), "one id"),
        (("bundle", SESSION, "--since", "3d"), "not both"),
    ],
)
def test_a_mistake_is_one_sentence_and_writes_nothing(
    debrief: Run, held: Held, argv: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(held.root)
    before = files(held.root)
    code, out, err = debrief("archive", *argv)
    assert (code, out, files(held.root)) == (2, "", before)
    assert sentence in err
    assert len(err.splitlines()) == 1


@pytest.fixture
def bucket(held: Held) -> Iterator[Held]:
    """The same archive in S3; its ledger stays a file."""
    with moto_aws():
        archive = S3Archive(make_bucket(), BUCKET)
        for path in sorted((held.root / "archive").rglob("*")):
            key = path.relative_to(held.root / "archive").as_posix()
            if path.is_file() and not key.startswith(".debrief") and "manifest.json" not in key:
                archive.write(Document(key, path.read_bytes(), "application/octet-stream"))
        for path in (held.root / "archive").rglob("manifest.json"):
            key = path.relative_to(held.root / "archive").as_posix()
            archive.write(Document(key, path.read_bytes(), "application/json"))
        yield held


def test_a_bucket_gives_the_same_files_and_bundles(bucket: Held, debrief: Run, tmp_path: Path) -> None:
    places = {"DEBRIEF_ARCHIVE": f"s3://{BUCKET}", "DEBRIEF_LEDGER": str(bucket.root / LEDGER)}
    code, _, err = debrief("archive", "get", SESSION, "--to", str(tmp_path / "got"), **places)
    assert code == 0, err
    got = files(tmp_path / "got")
    assert got == {key: digest for key, digest in bucket.archived().items() if key in got}
    assert debrief("archive", "bundle", SESSION, "--to", str(tmp_path / "zips"), **places)[0] == 0
    services = bucket.services()
    record = services.ledger.session(SESSION)
    assert record
    assert (tmp_path / "zips" / f"2026-11-18-{SESSION}.zip").read_bytes() == bundle(services, record)[1]
    services.ledger.close()


def test_listing_a_buckets_sessions_asks_the_bucket_nothing(bucket: Held, debrief: Run) -> None:
    boto3.client("s3").delete_bucket_policy(Bucket=BUCKET)
    places = {"DEBRIEF_ARCHIVE": "s3://no-such-bucket-at-all", "DEBRIEF_LEDGER": str(bucket.root / LEDGER)}
    code, out, _ = debrief("archive", "ls", *SPAN, **places)
    assert (code, len(out.splitlines())) == (0, 16)
