"""Role and industry of attendees, from Kaltura to the documents: known by virtual event only."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from debrief.kaltura.api.retries import SERVER_FAILED_ATTEMPTS
from debrief.orders import ExportOrder
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.session.load_archived import raw_answers
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.revisions import manifest_of
from kaltura_standin.account import Account, Attendance, Entry
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from kaltura_standin.faults import Fault
from kaltura_standin.profiles import Profile
from support.world import END, START, World, seconds, small_account, world

_TABLES = "date=2026-11-02/session=1_cue00001/"
PILOT = Profile(role="Pilot", industry="Ports")
_QUICK: dict[str, object] = {"pdf": False, "portal_url": ""}


def account(event_id: str = "77") -> Account:
    """A webinar, of an event unless its id is blank, that one more person watched through an entry of no event."""
    plain = small_account()
    room, *others = plain.rooms
    stay = (seconds(START), seconds(END))
    watcher = Attendance("pia@example.com", "Pia Ode", "pia@example.com", stays=(stay,))
    return replace(
        plain,
        rooms=(replace(room, virtual_event_id=event_id, broadcast="1_brdcast1"), *others),
        entries=(Entry("1_brdcast1", "Stream", is_live=True, audience=(watcher,)),),
        schedule=(ScheduleEvent(1, room.id, *stay),),
        virtual_events=(VirtualEvent("77", "Days"),),
        profiles=lambda user_id, _: PILOT if user_id in {"ann@example.com", "pia@example.com"} else Profile(),
    )


def export(place: World, **changes: object) -> dict[str, Any]:
    """The section of attendees."""
    with place.services(**_QUICK | changes) as services:
        run_export(services, ExportOrder("1_cue00001", "1_room0001", START, END, mail=False))
    section: dict[str, Any] = json.loads(place.read(f"reports/{_TABLES}summary.json"))["sections"]["attendees"]
    return section


def listed(body: bytes) -> dict[str, Mapping[str, str]]:
    return {row["user_id"]: row for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))}


def test_with_an_event_they_are_known_and_whom_its_filter_leaves_out_is_listed_all_the_same(tmp_path: Path) -> None:
    with world(tmp_path, account(), END.replace(hour=20)) as place:
        section = export(place)
        rows = {row["user_id"]: (row["role"], row["industry"]) for row in section["rows"]}
        assert rows["ann@example.com"] == ("Pilot", "Ports")
        assert rows["pia@example.com"] == (None, None)
        assert rows["9f2c41"] == (None, None)
        assert "no_roles" not in section
        for body in (place.read(f"attendees/{_TABLES}attendees.csv"), place.read(f"reports/{_TABLES}attendees.csv")):
            assert listed(body)["ann@example.com"]["industry"] == "Ports"
        before = place.archived()
        with place.services(**_QUICK) as services:
            record = services.ledger.session("1_cue00001")
            assert record is not None
            assert replay(services, record).change == "same"
        assert place.archived() == before


def test_without_an_event_documents_leave_them_out_and_give_the_reason_once(tmp_path: Path) -> None:
    with world(tmp_path, account(event_id=""), END.replace(hour=20)) as place:
        section = export(place)
        assert "no event of this session is known" in section["no_roles"]
        machine = listed(place.read(f"attendees/{_TABLES}attendees.csv"))["ann@example.com"]
        assert (machine["role"], machine["industry"]) == ("", "")
        excel = listed(place.read(f"reports/{_TABLES}attendees.csv"))["ann@example.com"]
        assert not {"role", "industry"} & set(excel)
        assert excel["meeting_view_time"] == machine["meeting_view_time"]
        page = place.read(f"reports/{_TABLES}report.html").decode()
        assert page.count("Role and industry are left out.") == 1
        with place.services(**_QUICK) as services:
            record = services.ledger.session("1_cue00001")
            assert record is not None
            assert replay(services, record).change == "same"


def test_what_an_older_version_did_not_ask_for_is_not_called_none(tmp_path: Path) -> None:
    """It asked once, without the event, and its context gives no reason."""
    with world(tmp_path, account(event_id=""), END.replace(hour=20)) as place:
        export(place)
        with place.services(**_QUICK) as services:
            record = services.ledger.session("1_cue00001")
            assert record is not None
            manifest = manifest_of(services, START, "1_cue00001")
            assert manifest is not None
            answers = raw_answers(services, manifest)
            context = json.loads(answers["context.json"])
            del context["page"]["unavailable"]["roles"]
            older = {**answers, "context.json": json.dumps(context).encode()}
            replay(services, record, answers=older)
        section = json.loads(place.read(f"reports/{_TABLES}summary.json"))["sections"]["attendees"]
        assert section["no_roles"].startswith("Roles and industries were not requested")


# Both tables are first requested in one multirequest; then the table with the event is tried again, alone.
@pytest.mark.parametrize(
    ("after", "more", "are_listed"), [(0, 1, True), (1, 0, False)], ids=["with the event", "without it"]
)
def test_a_table_that_kaltura_fails_to_compute_makes_no_role_none(
    tmp_path: Path, after: int, more: int, *, are_listed: bool
) -> None:
    with world(tmp_path, account(), END.replace(hour=20)) as place:
        times = SERVER_FAILED_ATTEMPTS + more
        place.kaltura.faults.add(Fault("api_error", report=60010, after=after, times=times))
        section = export(place)
        assert "Kaltura failed to compute report 60010" in section["no_roles"]
        assert ("pia@example.com" in {row["user_id"] for row in section["rows"]}) is are_listed
