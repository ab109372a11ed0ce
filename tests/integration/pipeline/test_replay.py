"""Documents made again from the archive alone: the same bytes, a new drawing, or new figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from debrief.delivery.archive.archive import ManifestFile, Unchanged
from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.archive.layout import report_key
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import BadRequest, UnknownSession
from debrief.pipeline.maintenance.replay import ReplayResult, replay
from debrief.pipeline.services import Services
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run
from kaltura_standin.account import Account
from support.killing import Countdown, KilledError, watched
from support.world import END, World, small_account, world


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    """The small account, archived; then Kaltura is gone."""
    with world(tmp_path, small_account(), END + timedelta(hours=1)) as found:
        with found.services(pdf=False) as services:
            sessions = select(services, Selection(since=END - timedelta(days=1), until=found.clock()))
            assert all(one.is_well for one in run(services, map(export_order_of, sessions)))
        found.kaltura.account = Account()
        yield found


def record_of(services: Services) -> SessionRecord:
    record = services.ledger.session("1_cue00001")
    assert record
    return record


def replayed(place: World, *, dry: bool = False, **settings: object) -> ReplayResult:
    with place.services(pdf=False, **settings) as services:
        return replay(services, record_of(services), dry=dry)


def test_the_same_code_makes_the_same_bytes_and_mails_nobody(place: World) -> None:
    archived, mails = place.archived(), place.mails()
    assert replayed(place).change == "same"
    assert (place.archived(), place.mails()) == (archived, mails)


@pytest.mark.parametrize("dry", [False, True])
def test_the_archived_files_are_examined_once_and_not_one_by_one(
    place: World, monkeypatch: pytest.MonkeyPatch, dry: bool
) -> None:
    """In S3 an examination of one file is a call; all files together need two."""
    calls: list[int] = []

    def unchanged(_: FolderArchive, listed: Collection[ManifestFile]) -> dict[str, Unchanged]:
        calls.append(len(listed))
        return {file.key: Unchanged(file) for file in listed}

    monkeypatch.setattr(FolderArchive, "unchanged", unchanged)
    monkeypatch.setattr(FolderArchive, "holds", lambda _, key, *__: pytest.fail(key))
    assert replayed(place, dry=dry).change == "same"
    assert len(calls) == 1


def test_another_look_is_drawn_under_the_same_revision(place: World) -> None:
    archived = place.archived()
    made = replayed(place, timezone="Asia/Tokyo")
    assert (made.change, made.revision) == ("drawn", 1)
    assert [key.rpartition("/")[2] for key in made.files] == ["report.html", "report.xlsx"]
    changed = {key for key, digest in place.archived().items() if archived[key] != digest}
    assert {key.rpartition("/")[2] for key in changed} == {"report.html", "report.xlsx", "manifest.json"}


def test_other_figures_make_a_new_revision_that_the_ledger_knows(place: World) -> None:
    made = replayed(place, report_attendees=1)
    assert (made.change, made.revision) == ("figures", 2)
    with place.services() as services:
        record = record_of(services)
    assert (record.revision, sorted(record.history)) == (2, [1, 2])
    assert replayed(place, report_attendees=1).change == "same"


def test_a_dry_run_prints_the_same_and_writes_nothing(place: World) -> None:
    before = place.archived()
    dry = replayed(place, dry=True, report_attendees=1)
    assert place.archived() == before
    assert dry == replayed(place, report_attendees=1)


def test_a_replay_killed_at_any_write_is_made_good_by_the_next(place: World, tmp_path: Path) -> None:
    def killed_at(at: int, *, after: bool) -> bool:
        with place.services(pdf=False, report_attendees=at) as services:
            try:
                replay(watched(services, Countdown(at, after=after)), record_of(services))
            except KilledError:
                return True
        return False

    at = 1
    while killed_at(at, after=at % 2 == 0):
        again = replayed(place, report_attendees=at)
        assert replayed(place, report_attendees=at).change == "same"
        with place.services() as services:
            assert record_of(services).revision == again.revision
        at += 1
    assert at > 8


def test_an_order_to_take_the_archives_answers_replays_and_asks_for_no_mail(place: World) -> None:
    with place.services(pdf=False, report_attendees=1, mail_to=("boss@example.com",)) as services:
        order = export_order_of(record_of(services), source="archive")
        assert run_export(services, order) == []
        assert record_of(services).revision == 2
        assert not list(services.ledger.open_deliveries())


def test_a_session_that_cannot_be_replayed_keeps_its_state(place: World) -> None:
    with place.services(pdf=False) as services:
        before = record_of(services)
        (place.root / "archive" / report_key(before.start, before.cue_point_id, "summary.json")).unlink()
        with pytest.raises(BadRequest, match="damaged"):
            run_export(services, export_order_of(before, source="archive"))
        assert record_of(services) == before


def test_what_was_never_archived_is_said(place: World) -> None:
    with place.services() as services, pytest.raises(UnknownSession, match="export it first"):
        replay(services, SessionRecord("1_other001", "1_room0001", END, END))
