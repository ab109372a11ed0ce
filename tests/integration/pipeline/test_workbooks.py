"""The workbook from Kaltura to the archive."""

from __future__ import annotations

import io
from pathlib import Path

from openpyxl import load_workbook

from debrief.orders import ExportOrder
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.stages import run_export
from debrief.settings import Settings
from support.world import END, START, World, small_account, world

FOLDER = "reports/date=2026-11-02/session=1_cue00001/"
QUICK: dict[str, object] = {"pdf": False, "html": False, "portal_url": "", "people_key": "k" * 40}


def export(place: World, **changes: object) -> None:
    with place.services(**QUICK | changes) as services:
        run_export(services, ExportOrder("1_cue00001", "1_room0001", START, END, mail=False))


def ids(place: World) -> list[str]:
    sheet = load_workbook(io.BytesIO(place.read(FOLDER + "report.xlsx")))["Attendees"]
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [row[head.index("User id")] for row in rows]


def test_it_lists_everybody_also_if_the_report_lists_fewer(tmp_path: Path) -> None:
    with world(tmp_path, small_account(), END.replace(hour=20)) as place:
        export(place)
        everybody = ids(place)
        export(place, report_attendees=1)
        assert ids(place) == everybody
        assert len(everybody) > 1
        with place.services(**QUICK) as services:
            record = services.ledger.session("1_cue00001")
            assert record is not None
            assert verify(services, record).differences == []


def test_it_can_be_left_out_and_is_not_waited_for_then(tmp_path: Path) -> None:
    with world(tmp_path, small_account(), END.replace(hour=20)) as place:
        export(place, workbook=False)
        assert FOLDER + "report.xlsx" not in place.archived()
        export(place)
        assert FOLDER + "report.xlsx" in place.archived()
    assert Settings().workbook


def test_an_erased_person_is_in_none(tmp_path: Path) -> None:
    with world(tmp_path, small_account(), END.replace(hour=20)) as place:
        export(place)
        person = next(one for one in ids(place) if one and "@" in one)
        with place.services(**QUICK) as services:
            done = erase(services, find_person(services, person), None)
        assert done.searched.hits == []
        assert person not in ids(place)
        assert len(done.steps) == 1
