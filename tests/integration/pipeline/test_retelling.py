"""The archived data of a session is enough to rebuild all its documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from debrief.delivery.archive.layout import report_key
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.errors import BadRequest
from debrief.kaltura.session_data.from_archive import archived_data
from debrief.model import SessionData
from debrief.pipeline.services import Services
from debrief.pipeline.session.documents import compute_figures
from debrief.pipeline.session.load_archived import load_session_data, raw_answers
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.revisions import manifest_of
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run
from kaltura_standin.account import Account, Attendance, Room, Run
from kaltura_standin.faults import Fault
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from support.world import World, seconds, world

NOW = SAMPLE_NOW
QUICK = {"pdf": False, "html": False}


def archived(place: World, **more: object) -> None:
    """Export everything, mail nobody."""
    with place.services(**QUICK, chat_url=place.kaltura.chat_url, **more) as services:
        sessions = select(services, Selection(since=NOW - timedelta(days=30)))
        orders = [export_order_of(session, mail=False) for session in sessions if not session.is_open]
        for outcome in run(services, orders):
            assert outcome.is_well, outcome


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The sample account, archived whole."""
    with world(tmp_path_factory.mktemp("sample"), sample_account(), NOW) as place:
        archived(place)
        yield place


def long_account() -> Account:
    """One session of four hours; everybody stays for two of them."""
    start = seconds(NOW.replace(minute=0, second=0, microsecond=0) - timedelta(days=1))
    people = [
        Attendance(f"p{one}@example.com", f"P {one}", "", stays=((start + hour * 3600, start + (hour + 2) * 3600),))
        for hour in range(3)
        for one in range(3 * hour, 3 * hour + 3)
    ]
    return Account(
        rooms=(Room("1_room0001", "Long", (Run("1_cue00001", start, start + 4 * 3600, "", tuple(people)),)),)
    )


def records(services: Services) -> list[SessionRecord]:
    found = services.ledger.sessions(NOW - timedelta(days=30), NOW)
    return [one for one in found if one.revision and one.kind != "event"]


def told_again(services: Services, record: SessionRecord) -> SessionData:
    manifest = manifest_of(services, record.start, record.cue_point_id)
    assert manifest
    body = services.archive.read(report_key(record.start, record.cue_point_id, "summary.json"))
    assert body
    return load_session_data(services, manifest, from_json(body))


def test_every_figure_and_row_of_every_session_comes_again(sample: World) -> None:
    with sample.services() as services:
        found = records(services)
        assert len(found) > 8
        for record in found:
            assert compute_figures(told_again(services, record), services.settings).content_hash == record.content_hash


def test_answers_that_came_in_parts_are_put_together_as_they_were(tmp_path: Path) -> None:
    with world(tmp_path, long_account(), NOW) as place:
        archived(place, report_row_limit=8)
        with place.services() as services:
            (record,) = records(services)
            data = told_again(services, record)
            assert "6001.2.csv" in {raw.name for raw in data.raw}
            assert "SPLIT" in {finding.code for finding in data.findings}
            assert compute_figures(data, services.settings).content_hash == record.content_hash


def test_a_heatmap_that_was_asked_for_again_is_its_persons_again(tmp_path: Path) -> None:
    with world(tmp_path, long_account(), NOW) as place:
        place.kaltura.faults.add(Fault("api_error", code="ACTION_BLOCKED", report=60011, after=1))
        archived(place)
        with place.services() as services:
            (record,) = records(services)
            data = told_again(services, record)
            assert "60011-getTable.2.json" in {raw.name for raw in data.raw}
            assert data.page
            assert len(data.page.heatmaps) == 9
            assert compute_figures(data, services.settings).content_hash == record.content_hash


def test_a_session_without_context_is_not_guessed_at(sample: World) -> None:
    with sample.services() as services:
        record = records(services)[0]
        manifest = manifest_of(services, record.start, record.cue_point_id)
        assert manifest
        answers = raw_answers(services, manifest)
        del answers["context.json"]
        with pytest.raises(BadRequest, match="by a version before 1"):
            archived_data(answers)


@pytest.mark.parametrize("name", ["context.json", "60010-getTable.json"])
def test_a_damaged_answer_is_said_without_quoting_it(sample: World, name: str) -> None:
    with sample.services() as services:
        manifest = manifest_of(services, (record := records(services)[0]).start, record.cue_point_id)
        assert manifest
        answers = raw_answers(services, manifest) | {name: b'{"somebody": "secret@example.com"'}
        with pytest.raises(BadRequest, match="damaged") as raised:
            archived_data(answers)
        assert "secret" not in str(raised.value)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null"], ids=["too few", "of another kind", "nothing"])
def test_heatmaps_that_do_not_fit_the_users_are_damage_and_go_to_nobody(sample: World, body: bytes) -> None:
    with sample.services() as services:
        manifest = manifest_of(services, (record := records(services)[0]).start, record.cue_point_id)
        assert manifest
        answers = raw_answers(services, manifest) | {"60011-getTable.json": body}
        with pytest.raises(BadRequest, match="heatmaps do not match the users"):
            archived_data(answers)
