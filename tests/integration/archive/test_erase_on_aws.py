"""An erasure in a bucket that keeps versions, with the ledger in a table: no version of any file names the person."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import boto3
import pytest

from debrief.kaltura.api.client import Kaltura
from debrief.model import Document
from debrief.pipeline.erasure.erase_from_lists import erase_from_lists
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.erasure.purge import purge
from debrief.pipeline.privacy.tombstones import Tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.revisions import remove_documents
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run
from debrief.wiring import connect
from kaltura_standin.account import Account, Attendance, Room, Run, User
from support.aws import BUCKET, LEDGER, make_bucket, make_table, moto_aws
from support.killing import Countdown, KilledError, watched
from support.world import START, World, seconds

PERSON = ("ann@example.com", "Ann Lee")
OTHER = "zed@example.com"


@pytest.fixture
def bucket() -> Iterator[None]:
    """A bucket with versions, and a table."""
    with moto_aws():
        make_bucket()
        make_table()
        yield


@contextmanager
def opened(place: World, **changes: object) -> Iterator[Services]:
    settings = replace(
        place.settings,
        archive=f"s3://{BUCKET}",
        ledger=f"dynamodb:{LEDGER}",
        link_key="k" * 40,
        people_key="p" * 40,
        pdf=False,
        **changes,  # type: ignore[arg-type]
    )
    services = connect(settings, place.clock)
    yield replace(services, kaltura=Kaltura(services.settings, sleep=lambda _: None))


def export(place: World, **changes: object) -> None:
    with opened(place, **changes) as services:
        orders = [export_order_of(one) for one in select(services, Selection(since=START - timedelta(days=1)))]
        assert {one.result for one in run(services, orders)} <= {"exported", "unchanged"}


def versions() -> list[tuple[str, str, bytes]]:
    """Key, version and unpacked bytes of every version, and delete markers, which have none."""
    client = boto3.client("s3")
    found = client.list_object_versions(Bucket=BUCKET)
    every = []
    for one in found.get("Versions", []):
        body = client.get_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
        every.append((one["Key"], one["VersionId"], gzip.decompress(body) if one["Key"].endswith(".gz") else body))
    return every + [(one["Key"], one["VersionId"], b"") for one in found.get("DeleteMarkers", [])]


def holding(*words: str) -> list[str]:
    return [key for key, _, body in versions() if any(word.encode() in body for word in words)]


def table() -> str:
    return str(boto3.client("dynamodb").scan(TableName=LEDGER)["Items"])


def revised(place: World) -> None:
    """Two revisions, of which the first one's files are old versions now, and a deleted file."""
    export(place)
    export(place, report_attendees=1)
    boto3.client("s3").put_object(Bucket=BUCKET, Key="settings/rules.yaml", Body=b"to: ann@example.com")


@pytest.mark.usefixtures("bucket")
def test_no_version_of_any_file_and_no_item_of_the_table_names_the_person(small: World) -> None:
    revised(small)
    assert len(versions()) > len({key for key, *_ in versions()})
    assert holding(*PERSON)
    assert PERSON[0] in table()
    with opened(small) as services:
        done = erase(services, find_person(services, PERSON[0]), None)
    assert (done.searched.hits, sum(step.versions for step in done.steps) > 10) == ([], True)
    assert holding(*PERSON) == ["settings/rules.yaml"]  # written by the admin, whose file it is
    assert holding(OTHER)
    assert not [word for word in PERSON if word in table()]
    assert len(versions()) == len({key for key, *_ in versions()})
    export(small)
    assert holding(*PERSON) == ["settings/rules.yaml"]


@pytest.mark.usefixtures("bucket")
def test_a_kill_at_any_write_is_made_good_by_the_next_run(small: World) -> None:
    revised(small)
    at, killed = 1, True
    while killed:
        killed = killed_at(small, at)
        at += 5
    assert at > 20
    assert holding(*PERSON) == ["settings/rules.yaml"]
    assert len(versions()) == len({key for key, *_ in versions()})
    with opened(small) as services:
        assert erase(services, find_person(services, PERSON[0]), None).steps == []


def killed_at(place: World, at: int) -> bool:
    with opened(place) as services:
        under = watched(services, Countdown(at, after=at % 2 == 0))
        try:
            erase(under, find_person(under, PERSON[0]), None)
        except KilledError:
            return True
    return False


def moved(place: World) -> str:
    """Export a session that Kaltura then moves to another date. Returns its former folder, which has only old versions.

    The former date is the earlier one, so an erasure begins with the former folder.
    """
    midnight = START.replace(hour=0)
    for shift in (timedelta(seconds=-3), timedelta(seconds=3)):
        span = (seconds(midnight + shift), seconds(midnight) + 3600)
        people = (
            Attendance(PERSON[0], PERSON[1], PERSON[0], stays=(span,)),
            Attendance(OTHER, "", OTHER, stays=(span,)),
        )
        room = Room("1_room0001", "Begins at midnight", (Run("1_cue00001", *span, PERSON[0], people),))
        place.kaltura.account = Account(rooms=(room,), users=(User(PERSON[0], "Ann", "Lee", PERSON[0]),))
        export(place)
    with opened(place) as services:
        former = f"date={midnight - timedelta(days=1):%Y-%m-%d}/session=1_cue00001"
        assert not list(services.archive.keys(f"reports/{former}/"))
        assert services.archive.read(f"reports/{former.replace('11-01', '11-02')}/manifest.json")
    assert [key for key in holding(*PERSON) if former in key]
    return former


def readable(services: Services, folder: str) -> list[str]:
    """Files of a folder that are not removed."""
    prefixes = {key.partition("/")[0] for key, *_ in versions()}
    return [key for prefix in sorted(prefixes) for key in services.archive.keys(f"{prefix}/{folder}/")]


@pytest.mark.usefixtures("bucket")
def test_a_kill_at_any_deletion_makes_no_removed_file_readable(small: World) -> None:
    former = "date=2026-11-01/session=1_cue00001"
    keys = [f"{place}/{former}/{name}" for place in ("raw", "reports", "index") for name in ("a.csv", "manifest.json")]
    with opened(small) as services:
        for key in keys:
            for body in (b"1", b"2"):
                services.archive.write(Document(key, body, "text/csv"))
        remove_documents(services, former)
        for left in reversed(range(len(keys) * 3)):
            with pytest.raises(KilledError):
                purge(watched(services, Countdown(1, after=True)), former)
            assert (len(versions()), readable(services, former)) == (left, [])


@pytest.mark.usefixtures("bucket")
def test_an_erasure_killed_in_the_former_folder_of_a_moved_session_is_completed_by_the_next(small: World) -> None:
    former = moved(small)
    at = 12  # so that each run gets past its writes to the ledger, and deletes a few versions
    while [key for key in holding(*PERSON) if former in key]:
        killed_at(small, at)
        with opened(small) as services:
            assert readable(services, former) == []
    with opened(small) as services:
        done = erase(services, find_person(services, PERSON[0]), None)
    assert (done.failed, done.searched.hits, holding(*PERSON)) == ({}, [], [])


@pytest.mark.usefixtures("bucket")
def test_what_has_expired_and_could_be_brought_back_goes_too(small: World) -> None:
    export(small)
    client = boto3.client("s3")
    for key in {key for key, *_ in versions()}:
        client.delete_object(Bucket=BUCKET, Key=key)
    with opened(small) as services:
        done = erase(services, find_person(services, PERSON[0]), None)
    assert {step.revision for step in done.steps} == {0}
    assert not holding(*PERSON)


@pytest.mark.usefixtures("bucket")
def test_an_index_reveals_nothing_without_the_key(small: World, tmp_path: Path) -> None:
    export(small)
    bodies = [body.decode() for key, _, body in versions() if key.startswith("index/")]
    assert bodies
    assert not [word for word in (*PERSON, OTHER) for body in bodies if word in body]
    with opened(small, outbox=str(tmp_path)) as services:
        found = find_person(replace(services, people_key=lambda: b"another key"), PERSON[0])
        theirs = {line for place in found.places for index in place.indexes for line in index.lines}
    assert not theirs & {line for body in bodies for line in body.splitlines()}


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("other", ["registrations/", "registrations/list (1).csv", "registrations/notes.txt"])
def test_other_objects_in_the_folder_of_lists_do_not_stop_an_erasure(small: World, other: str) -> None:
    export(small)
    client = boto3.client("s3")
    for body in (b"", PERSON[0].encode()):
        client.put_object(Bucket=BUCKET, Key=other, Body=body)
        client.put_object(
            Bucket=BUCKET, Key="registrations/event=7.csv", Body=b"Email\nann@example.com\nb@example.com\n"
        )
    with opened(small) as services:
        done = erase(services, find_person(services, PERSON[0]), None)
    assert (done.lists, done.failed, holding(PERSON[0])) == (1, {}, [other])
    assert len([key for key, *_ in versions() if key == other]) == 2


@pytest.mark.usefixtures("bucket")
def test_a_kill_at_any_deletion_makes_no_removed_list_readable(small: World) -> None:
    key = "registrations/event=7.csv"
    with opened(small) as services:
        for one in "abc":
            services.archive.write(Document(key, f"Email\n{one}@example.com\n{PERSON[0]}\n".encode(), "text/csv"))
        services.archive.remove(key)
        stones = Tombstones(services.people_key)
        for left in (3, 2, 1, 0):
            with pytest.raises(KilledError):
                erase_from_lists(watched(services, Countdown(1, after=True)), stones, ())
            assert (len(versions()), services.archive.read(key)) == (left, None)
