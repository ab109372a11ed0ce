"""A manifest takes the place of the very one that was read; what is damaged is called damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from debrief.documents.data.summary_json import from_json
from debrief.errors import BadRequest, NotReady
from debrief.orders import ExportOrder
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.maintenance import replay as replaying
from debrief.pipeline.maintenance.rebuild_ledger import manifest_keys, reindex
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.pipeline.state.session_records import export_order_of
from support.aws import BUCKET, make_bucket, moto_aws
from support.world import END, START, World, small_account

ID = "1_cue00001"
QUICK: dict[str, object] = {"pdf": False, "html": False, "page": False}


@contextmanager
def in_folder(place: World) -> Iterator[Services]:
    with place.services(**QUICK) as services:
        yield services


@contextmanager
def in_bucket(place: World) -> Iterator[Services]:
    ledger = str(place.root / "ledger.sqlite3")
    with place.services(**QUICK, archive=f"s3://{BUCKET}", ledger=ledger, people_key="p" * 40) as services:
        yield services


@pytest.fixture(params=[in_folder, in_bucket])
def opened(request: pytest.FixtureRequest, small: World) -> Iterator[Callable[[], Any]]:
    """Services on one of both archives, as often as they are asked for."""
    with moto_aws():
        make_bucket()
        yield lambda: request.param(small)


def order_of_session(services: Services) -> ExportOrder:
    (order,) = [one for one in reconcile(services) if one.cue_point_id == ID]
    return order


def people(services: Services) -> object:
    manifest = manifest_of(services, START, ID)
    assert manifest
    files = Files(services, manifest)
    file = files.named("summary.json")
    assert file
    return from_json(files.read(file)).metrics["unique_attendees"].value


def test_a_replay_beside_the_last_check_leaves_its_figures_in_place(
    small: World, opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = small.kaltura.account.rooms[0]
    fewer = replace(room.runs[0], attendances=room.runs[0].attendances[:1])
    small.kaltura.account = replace(small_account(), rooms=(replace(room, runs=(fewer,)),))
    with opened() as services:
        run_export(services, order_of_session(services))
        before = people(services)
    small.kaltura.account = small_account()
    small.clock.now = END + timedelta(hours=25)

    real, done = replaying.write_revision, list[ExportOrder]()

    def write_revision(*args: Any) -> Any:
        if not done:  # the replay has computed and writes now
            with opened() as other:
                done.append(order_of_session(other))
                run_export(other, done[0])
        return real(*args)

    monkeypatch.setattr(replaying, "write_revision", write_revision)
    with opened() as services:
        record = services.ledger.session(ID)
        assert record
        assert replay(services, record).revision == 2
        manifest, record = manifest_of(services, START, ID), services.ledger.session(ID)
        assert record
        assert manifest
        assert (manifest.state, manifest.revision, record.state, record.revision) == ("final", 2, "final", 2)
        assert people(services) != before


@pytest.fixture
def exported(small: World) -> Iterator[tuple[World, ExportOrder]]:
    """A session's final report in a bucket."""
    small.clock.now = END + timedelta(hours=25)
    with moto_aws():
        make_bucket()
        with in_bucket(small) as services:
            order = order_of_session(services)
            run_export(services, order)
        yield small, order


def newer_versions(*, same: bool) -> None:
    """Put another version over each file but the manifest, and end the older ones, as a lifecycle does."""
    client = boto3.client("s3")
    for found in client.list_object_versions(Bucket=BUCKET)["Versions"]:
        if not found["Key"].endswith("manifest.json"):
            body = client.get_object(Bucket=BUCKET, Key=found["Key"])["Body"].read()
            client.put_object(Bucket=BUCKET, Key=found["Key"], Body=body if same else b"{}", ChecksumAlgorithm="SHA256")
            client.delete_object(Bucket=BUCKET, Key=found["Key"], VersionId=found["VersionId"])


def test_a_file_whose_version_is_gone_is_taken_by_its_checksum(exported: tuple[World, ExportOrder]) -> None:
    small, order = exported
    newer_versions(same=True)
    with in_bucket(small) as services:
        assert people(services) == 2
        record = services.ledger.session(ID)
        assert record
        assert verify(services, record).differences == []
        assert replay(services, record).change == "same"
        manifest = manifest_of(services, START, ID)
        assert manifest
        assert all(services.archive.holds(file.key, file.sha256, file.version_id) for file in manifest.files)
        run_export(services, replace(order, mail=False))


def test_an_export_lists_a_file_anew_over_which_somebody_put_another_version(
    exported: tuple[World, ExportOrder],
) -> None:
    small, order = exported
    client = boto3.client("s3")
    with in_bucket(small) as services:
        before = manifest_of(services, START, ID)
        assert before
        client.put_object(Bucket=BUCKET, Key=before.files[0].key, Body=b"other")
        run_export(services, replace(order, mail=False))
        after = manifest_of(services, START, ID)
    assert after
    assert after.revision == before.revision
    assert after.files[0].sha256 == before.files[0].sha256
    assert after.files[0].version_id != before.files[0].version_id
    head = client.head_object(Bucket=BUCKET, Key=after.files[0].key)
    assert head["VersionId"] == after.files[0].version_id


@pytest.mark.parametrize("is_scheduled", [True, False])
def test_a_file_under_another_version_is_found_by_the_last_check_and_by_an_operators_export(
    small: World, is_scheduled: bool
) -> None:
    with moto_aws():
        make_bucket()
        client = boto3.client("s3")
        with in_bucket(small) as services:
            run_export(services, order_of_session(services))
            before = manifest_of(services, START, ID)
            assert before
            raw = next(file for file in before.files if file.key.startswith("raw/"))
            client.put_object(Bucket=BUCKET, Key=raw.key, Body=b"of a run that was killed")
            for hours in (7, 25):
                small.clock.now = END + timedelta(hours=hours)
                run_export(services, order_of_session(services) if is_scheduled else export_order(services))
                after = manifest_of(services, START, ID)
                assert after
                file = after.file(raw.key)
                assert file
                is_found = services.archive.holds(file.key, file.sha256, file.version_id)
                assert is_found is (hours == 25 or not is_scheduled)
                assert Files(services, after).holds(file)  # readers have the listed version all the time


def export_order(services: Services) -> ExportOrder:
    """What `debrief export --session` runs: nobody has ordered it."""
    record = services.ledger.session(ID)
    assert record
    assert record.asked is None
    return export_order_of(record)


def test_what_is_damaged_is_called_damaged_and_not_being_written(exported: tuple[World, ExportOrder]) -> None:
    small, _ = exported
    newer_versions(same=False)
    with in_bucket(small) as services:
        record = services.ledger.session(ID)
        assert record
        with pytest.raises(BadRequest, match="damaged"):
            replay(services, record)


def test_a_file_in_a_folder_is_damaged_unless_a_run_is_at_it_or_was_killed_there(small: World) -> None:
    with in_folder(small) as services:
        run_export(services, order_of_session(services))
        manifest = manifest_of(services, START, ID)
        assert manifest
        files = Files(services, manifest)
        file = files.named("summary.json")
        assert file
        (small.root / "archive" / file.key).write_bytes(b"{}")
        with pytest.raises(BadRequest, match="damaged"):
            files.read(file)
        key = file.key.replace("summary.json", "manifest.json")
        with services.archive.replacing(key, manifest.body), pytest.raises(NotReady):
            files.read(file)
        with pytest.raises(BadRequest, match="damaged"):
            files.read(file)
        with pytest.raises(KeyboardInterrupt), services.archive.replacing(key, manifest.body):
            raise KeyboardInterrupt
        with pytest.raises(NotReady):
            files.read(file)


def test_the_mail_of_a_damaged_report_is_refused_with_the_reason(small: World) -> None:
    with small.services(**QUICK, mail_to=("boss@example.com",)) as services:
        mails = run_export(services, order_of_session(services))
        victim = next((small.root / "archive" / "reports").rglob(f"session={ID}/summary.json"))
        victim.write_bytes(b"{}")
        assert {deliver(services, mail) for mail in mails} == {"refused"}
        assert all("damaged" in mail.reason for mail in services.ledger.deliveries(ID))


def test_one_damaged_session_is_reported_and_does_not_end_the_rebuilding_of_the_ledger(small: World) -> None:
    room = small.kaltura.account.rooms[0]
    another = replace(room, id="1_room0009", runs=(replace(room.runs[0], id="1_cue00009"),))
    small.kaltura.account = replace(small.kaltura.account, rooms=(room, another))
    with in_folder(small) as services:
        for order in reconcile(services):
            run_export(services, order)
        keys = manifest_keys(services)
        victim = small.root / "archive" / keys[0].replace("manifest.json", "summary.json")
    victim.write_bytes(b"{}")
    Path(small.root / "archive" / ".debrief" / "ledger.sqlite3").unlink()
    with in_folder(small) as services:
        problem, *others = reindex(services, keys)
    assert isinstance(problem, str)
    assert "damaged" in problem
    assert len(others) == len(keys) - 1 > 0
    assert all(isinstance(one, tuple) and one[1] for one in others)


def test_an_export_replaces_a_damaged_manifest(small: World) -> None:
    with in_folder(small) as services:
        order = order_of_session(services)
        run_export(services, order)
        (key,) = manifest_keys(services)
        before = services.archive.read(key)
        (small.root / "archive" / key).write_bytes(b"{")
        run_export(services, replace(order, mail=False))
        assert services.archive.read(key) == before
