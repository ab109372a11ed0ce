"""The page of a room: each export replaces its session's row, and no export loses another's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.cli.main import main
from debrief.documents.data.summary_json import from_json
from debrief.documents.series.rows import read_rows
from debrief.documents.view.headline import recorded_figures
from debrief.errors import Overtaken
from debrief.model import Part, Session
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.services import Services
from debrief.pipeline.session.series import remove_expired, update_series
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.revisions import Revision
from debrief.runner import run
from debrief.session_figures import SessionFigures
from support.weekly_room import WEEK, order, weekly
from support.world import END, START, World, world

PAGE = "reports/room=1_room0001/index.html"
QUICK: dict[str, Any] = {"pdf": False, "page": False, "workbook": False}
ON = "version: 1\nseries: yes\n"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, weekly(), END + 2 * WEEK + timedelta(hours=25)) as built:
        (tmp_path / "rules.yaml").write_text(ON)
        yield built


def services_of(place: World, **changes: Any) -> Any:
    return place.services(**QUICK, rules=str(place.root / "rules.yaml"), **changes)


def rows(place: World) -> list[SessionFigures]:
    return read_rows(place.read(PAGE))


def test_the_page_has_a_row_for_each_session_with_the_figures_of_its_report(place: World) -> None:
    with services_of(place) as services:
        list(run(services, map(order, range(3))))
    found = rows(place)
    assert [row.cue_point_id for row in found] == ["1_cue00002", "1_cue00001", "1_cue00000"]
    for row in found:
        folder = f"reports/date={row.start:%Y-%m-%d}/session={row.cue_point_id}"
        summary = from_json(place.read(f"{folder}/summary.json"))
        assert row.figures == recorded_figures(summary)
        assert f'href="../{folder.partition("/")[2]}/report.html"'.encode() in place.read(PAGE)
    # Ann hosts, so she is on no list; Bob comes back.
    assert [row.figures.get("came_back") for row in found] == [1.0, 1.0, None]
    assert [row.figures.get("first_time") for row in found] == [6.0, 5.0, None]


def test_no_page_is_written_unless_the_rules_ask_for_it(place: World) -> None:
    (place.root / "rules.yaml").write_text("version: 1\n")
    with services_of(place) as services:
        list(run(services, map(order, range(2))))
    assert PAGE not in place.archived()


def test_exports_of_a_room_at_the_same_time_lose_no_row(place: World) -> None:
    def export(week: int) -> None:
        with services_of(place) as services:
            run_export(services, order(week))

    threads = [threading.Thread(target=export, args=(week,)) for week in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(place)) == 3


class Meets:
    """An archive in which another export writes the page just before this one replaces it."""

    def __init__(self, real: Any, meanwhile: Any) -> None:
        self._real, self._meanwhile = real, meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def replacing(self, key: str, before: bytes | None) -> Any:
        if key == PAGE and (meanwhile := self._meanwhile):
            self._meanwhile = None
            meanwhile()
        return self._real.replacing(key, before)


def session_of(services: Services, week: int) -> Session:
    return Session(f"1_cue0000{week}", "1_room0001", START + week * WEEK, END + week * WEEK, "Sales")


def put(services: Services, week: int, people: float = 3.0) -> None:
    update_series(services, session_of(services, week), {"unique_attendees": people}, Revision(1, "final", ""))


def test_a_page_that_changed_after_it_was_read_is_read_again(place: World) -> None:
    with services_of(place) as services:
        met = replace(services, archive=Meets(services.archive, lambda: put(services, 1)))
        put(met, 0)
    assert {row.cue_point_id for row in rows(place)} == {"1_cue00000", "1_cue00001"}


def test_a_run_killed_before_the_page_is_written_writes_it_when_it_is_repeated(
    place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Overtaken("killed")

    with services_of(place) as services:
        with monkeypatch.context() as patch:
            patch.setattr("debrief.pipeline.session.export_session.update_series", killed)
            with pytest.raises(Overtaken):
                run_export(services, order(0))
        assert PAGE not in place.archived()
        run_export(services, order(0))
    assert len(rows(place)) == 1


def test_verify_compares_the_page_with_the_report_and_a_replay_mends_it(place: World) -> None:
    with services_of(place) as services:
        list(run(services, map(order, range(2))))
        record = services.ledger.session("1_cue00001")
        assert record
        assert verify(services, record).differences == []
        put(services, 1, people=99.0)
        (difference,) = verify(services, record).differences
        assert difference.startswith(f"{PAGE} has other figures")
        replay(services, record)
        assert verify(services, record).differences == []


def test_a_merged_session_replaces_its_parts(place: World) -> None:
    with services_of(place) as services:
        put(services, 0)
        merged = replace(
            session_of(services, 0), cue_point_id="joint-1_cue00000", parts=(Part("1_cue00000", START, END),)
        )
        update_series(services, merged, {}, Revision(1, "final", ""))
        assert [row.cue_point_id for row in rows(place)] == ["joint-1_cue00000"]
        update_series(services, session_of(services, 0), {}, Revision(1, "final", ""), is_part=True)
    assert [row.cue_point_id for row in rows(place)] == ["joint-1_cue00000"]


def test_rows_leave_the_page_with_the_files_of_their_session_and_the_page_with_the_last(place: World) -> None:
    with services_of(place, archive_days=10) as services:
        put(services, 0)
        put(services, 2)
        assert [row.cue_point_id for row in rows(place)] == ["1_cue00002"]
        place.clock.now += 5 * timedelta(days=1)
        assert remove_expired(services) == 0
        place.clock.now += 5 * timedelta(days=1)
        assert remove_expired(services) == 1
    assert PAGE not in place.archived()


def test_a_row_stays_no_longer_than_the_session_in_the_table_of_the_ledger(place: World) -> None:
    with services_of(place) as services:
        settings = replace(services.settings, ledger="dynamodb:x", ledger_days=10)
        put(replace(services, settings=settings), 0)
        put(replace(services, settings=settings), 2)
    assert [row.cue_point_id for row in rows(place)] == ["1_cue00002"]


def test_a_damaged_page_is_written_anew_and_stops_no_report(place: World) -> None:
    with services_of(place) as services:
        put(services, 0)
        (place.root / "archive" / PAGE).write_bytes(b'<script type="application/json" id="data">{]</script>')
        run_export(services, order(1))
    assert [row.cue_point_id for row in rows(place)] == ["1_cue00001"]


def test_the_page_is_the_same_after_a_rebuild_of_the_ledger_and_a_replay(place: World) -> None:
    with services_of(place) as services:
        list(run(services, map(order, range(2))))
    before = place.read(PAGE)
    assert main(["archive", "ls", "--rebuild-index", "--archive", str(place.root / "archive")], {}) == 0
    with services_of(place) as services:
        for week in range(2):
            record = services.ledger.session(f"1_cue0000{week}")
            assert record
            replay(services, record)
    assert place.read(PAGE) == before


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", "<b>&amp;", "\u202eevil", "x" * 400, ""])
def test_a_hostile_name_is_inert(tmp_path: Path, name: str) -> None:
    with world(tmp_path, weekly(name, weeks=1), END + timedelta(hours=25)) as place:
        (tmp_path / "rules.yaml").write_text(ON)
        with services_of(place) as services:
            run_export(services, order(0))
        page = place.read(PAGE).decode()
        assert "<script>" not in page
        assert page.count("</script>") == 1
        assert len(rows(place)) == 1
