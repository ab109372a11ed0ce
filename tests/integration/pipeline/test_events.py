"""Virtual events from end to end: one report when the last session is final, nothing before, nothing twice."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.delivery.rules.rules import Preferences, Rules
from debrief.errors import NotReady, UnknownSession
from debrief.model import Tier
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.erasure.search_terms import texts
from debrief.pipeline.events.due import due_events
from debrief.pipeline.events.export_event import export_event
from debrief.pipeline.mailing.admin_schedule import problems
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.lifecycle import PLAN_UNKNOWN
from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from kaltura_standin.faults import Fault
from support.world import World, seconds, world

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OVER = START + timedelta(hours=48, minutes=30)  # half an hour after the last check of the last session
LISTS = {"follow-up/came-to-all.csv", "follow-up/came-once.csv"}
ALWAYS = {"summary.json", "report.html", "report.xlsx", "attendees.csv", "manifest.json", *LISTS}
PLACE = "reports/date=2026-11-02/session=event-77/"
OWNER = User("owner@example.com", "Olga", "Owner", "owner@example.com")
ANN, BOB, CID = (f"{name}@example.com" for name in ("ann", "bob", "cid"))


def room(number: int, hours: float, *people: str, minutes: int = 60, event: str = "77") -> Room:
    start = seconds(START + timedelta(hours=hours))
    there = tuple(Attendance(who, who.split("@", maxsplit=1)[0].title(), who) for who in people)
    run = Run(f"1_cue0000{number}", start, start + minutes * 60, OWNER.id, there)
    return Room(f"1_room000{number}", f"Session {number}", (run,), owner=OWNER.id, virtual_event_id=event)


ROOMS = (room(1, 0, ANN, BOB), room(2, 2, ANN, CID, minutes=30), room(3, 23, ANN, BOB))


def account(*rooms: Room, planned: float = 25) -> Account:
    plan = ScheduleEvent(
        5001, "1_room0003", seconds(START), seconds(START + timedelta(hours=planned)), "Customer days", owner=OWNER.id
    )
    return Account(
        rooms=rooms or ROOMS,
        users=(OWNER,),
        schedule=(plan,),
        virtual_events=(VirtualEvent("77", "Customer days", main_event=5001),),
    )


@pytest.fixture
def days(tmp_path: Path) -> Iterator[World]:
    """Three sessions of one event on two days, when all of them are past their last check."""
    with world(tmp_path, account(), OVER) as built:
        yield built


def run(services: Services, orders: list[ExportOrder]) -> list[ExportOrder]:
    for order in orders:
        mails: list[DeliveryOrder] = run_export(services, order)
        for mail in mails:
            deliver(services, mail)
    return orders


def tick(built: World, **changes: object) -> list[ExportOrder]:
    with built.services(page=False, interruption_minutes=0, **changes) as services:
        return run(services, reconcile(services))


def events(orders: list[ExportOrder]) -> list[ExportOrder]:
    return [order for order in orders if order.kind == "event"]


def finish(built: World, **changes: object) -> list[ExportOrder]:
    """The sessions, then, two ticks later, the event."""
    tick(built, **changes)
    built.clock.now += timedelta(minutes=15)
    return events(tick(built, **changes))


def record(built: World) -> SessionRecord:
    with built.services() as services:
        found = services.ledger.session("event-77")
        assert found
        return found


def summary(built: World) -> dict:
    return json.loads(built.read(PLACE + "summary.json"))


def test_when_the_last_session_is_final_there_is_one_report_across_all(days: World) -> None:
    assert [order.cue_point_id for order in finish(days, mail_to=("team@example.com",))] == ["event-77"]
    told = summary(days)
    assert (told["schema"], told["event"]["name"], told["state"]) == ("debrief.event/1", "Customer days", "final")
    assert told["metrics"]["unique_attendees"]["value"] == 3
    assert told["metrics"]["attendances"]["value"] == 6
    assert [one["name"] for one in told["sections"]["sessions"]["rows"]] == ["Session 1", "Session 2", "Session 3"]
    assert not [one for one in told["warnings"] if one["code"] == "SESSIONS_MISSING"]
    names = {key.removeprefix(PLACE) for key in days.archived() if key.startswith(PLACE)}
    assert names == {"report.pdf", "report-full.pdf", *ALWAYS}


def test_the_sessions_figures_are_those_of_their_own_reports(days: World) -> None:
    finish(days, pdf=False)
    for row in summary(days)["sections"]["sessions"]["rows"]:
        own = json.loads(days.read(f"reports/date={row['start'][:10]}/session={row['cue_point_id']}/summary.json"))
        for key in ("unique_attendees", "presence_average", "present_75", "engagement_rate"):
            assert row[key] == own["metrics"][key]["value"]


def test_who_was_in_a_breakout_of_a_session_only_came_to_it(tmp_path: Path) -> None:
    """Cid is in a breakout of the first session and in the second one's main room."""
    stay = seconds(START + timedelta(minutes=20))
    aside = Run("1_side0001", stay, stay + 20 * 60, OWNER.id, (Attendance(CID, "Cid", CID),))
    breakout = Room("1_side0001", "Aside", (aside,), parent="1_room0001")
    with world(tmp_path, account(*ROOMS, breakout), OVER) as built:
        finish(built, pdf=False)
        made = summary(built)
    cid = next(one for one in made["sections"]["people"]["rows"] if one["user_id"] == CID)
    assert (cid["sessions"], cid["minutes"]) == (2, [pytest.approx(20, abs=1), pytest.approx(30, abs=1), None])
    assert [one["first_timers"] for one in made["sections"]["sessions"]["rows"]] == [2, 0, 0]
    assert made["metrics"]["unique_attendees"]["value"] == 3
    assert made["metrics"]["returning_rate"]["value"] == 1


def test_the_table_says_who_came_to_what(days: World) -> None:
    finish(days, pdf=False)
    rows = {
        row["user_id"]: row
        for row in csv.DictReader(io.StringIO(days.read(PLACE + "attendees.csv").decode("utf-8-sig")))
    }
    assert {who: row["sessions"] for who, row in rows.items()} == {ANN: "3", BOB: "2", CID: "1"}
    assert rows[BOB]["S2 Session 2 (1_cue00002), minutes"] == ""
    assert float(rows[ANN]["minutes_total"]) == pytest.approx(150, abs=1)


def test_the_owner_and_the_list_get_one_mail_each(days: World) -> None:
    finish(days, mail_to=("team@example.com",))
    mails = [name for name in days.mails() if "event-77" in name]
    assert len(mails) == 2
    body = (days.root / "outbox" / mails[0]).read_bytes()
    assert b"Customer days" in body
    assert b"Content-Type: application/pdf" in body


def test_a_second_tick_asks_for_nothing_and_changes_no_byte(days: World) -> None:
    finish(days)
    archived, mails, before = days.archived(), days.mails(), record(days)
    days.clock.now += timedelta(hours=5)
    assert events(tick(days)) == []
    with days.services(page=False) as services:
        export_event(services, ExportOrder("event-77", "77", before.start, before.end, kind="event"))
    assert (days.archived(), days.mails(), record(days)) == (archived, mails, before)


def test_before_the_last_session_is_final_there_is_no_report(tmp_path: Path) -> None:
    with world(tmp_path, account(), START + timedelta(hours=25)) as built:
        finish(built, pdf=False)
        assert (record(built).state, record(built).revision) == ("waiting", 0)
        built.clock.now = START + timedelta(hours=40)
        assert events(tick(built, pdf=False)) == []
        built.clock.now = OVER
        tick(built, pdf=False)
        built.clock.now += timedelta(hours=1)
        assert [order.cue_point_id for order in events(tick(built, pdf=False))] == ["event-77"]


def test_while_kaltura_has_more_planned_it_waits_and_asks_rarely(tmp_path: Path) -> None:
    with world(tmp_path, account(planned=100), OVER) as built:
        assert finish(built, pdf=False) == []
        assert record(built).reason == "Kaltura has more sessions of this event planned."
        assert record(built).due == built.clock.now + (built.clock.now - record(built).end) / 24
        asked = len(built.kaltura.requests)
        with built.services() as services:
            assert due_events(services, built.clock.now + timedelta(minutes=30)) == []
        assert len(built.kaltura.requests) == asked
        built.clock.now = START + timedelta(hours=102)
        assert [order.cue_point_id for order in events(tick(built, pdf=False))] == ["event-77"]


def test_after_sixty_silent_days_nobody_waits_any_more(tmp_path: Path) -> None:
    with world(tmp_path, account(planned=24 * 365), OVER) as built:
        finish(built, pdf=False)
        built.clock.now = START + timedelta(days=70)
        assert events(tick(built, pdf=False)) == []
        assert (record(built).state, record(built).due) == ("skipped", None)


def test_a_session_added_later_makes_a_new_revision_at_the_same_place_and_a_second_mail(tmp_path: Path) -> None:
    with world(tmp_path, account(), OVER) as built:
        finish(built, pdf=False, mail_to=("team@example.com",))
        first = record(built)
        more = account(*ROOMS, room(4, 70, ANN, "dee@example.com"), planned=72)
        object.__setattr__(built.kaltura.account, "rooms", more.rooms)
        object.__setattr__(built.kaltura.account, "schedule", more.schedule)
        built.clock.now = START + timedelta(hours=96)
        finish(built, pdf=False, mail_to=("team@example.com",))
        built.clock.now += timedelta(hours=2)
        tick(built, pdf=False, mail_to=("team@example.com",))
        assert (record(built).revision, record(built).start) == (2, first.start)
        assert summary(built)["metrics"]["sessions"]["value"] == 4
        with built.services() as services:
            mails = list(services.ledger.deliveries("event-77"))
        assert sorted((mail.revision, mail.before, mail.state) for mail in mails) == [
            (1, 0, "sent"),
            (1, 0, "sent"),
            (2, 1, "sent"),
            (2, 1, "sent"),
        ]


def test_a_session_of_another_event_or_of_none_is_not_in_it(tmp_path: Path) -> None:
    others = (room(5, 3, "eve@example.com", event=""), room(6, 4, "fay@example.com", event="78"))
    with world(tmp_path, account(*ROOMS, *others), OVER) as built:
        finish(built, pdf=False)
        assert summary(built)["metrics"]["sessions"]["value"] == 3
        assert b"eve@example.com" not in built.read(PLACE + "attendees.csv")
        assert b"fay@example.com" not in built.read(PLACE + "attendees.csv")


def test_a_skipped_session_is_not_waited_for_and_said_to_be_missing(days: World) -> None:
    finish(days, pdf=False, min_minutes=45)
    told = summary(days)
    assert told["metrics"]["sessions"]["value"] == 2
    (said,) = [one for one in told["warnings"] if one["code"] == "SESSIONS_MISSING"]
    assert said["message"].startswith("One session of the event is not in this report")


@pytest.mark.parametrize(
    "step", [("archive", "write", n) for n in range(4)] + [("ledger", "save", n) for n in range(3)]
)
def test_killed_anywhere_the_next_run_finishes_the_same(
    step: tuple[str, str, int], days: World, tmp_path: Path
) -> None:
    """The archive is killed before each of four files, the ledger before and in the event's export."""
    finish(days, pdf=False)
    with world(tmp_path / "killed", account(), OVER) as built:
        tick(built, pdf=False)
        built.clock.now += timedelta(minutes=15)
        place, method, left = step
        with built.services(page=False, pdf=False, interruption_minutes=0) as services:
            killed = replace(services, **{place: _Killed(getattr(services, place), method, left)})
            with pytest.raises(KeyboardInterrupt):
                run(killed, reconcile(killed))
        built.clock.now += timedelta(hours=3)
        tick(built, pdf=False)
        assert of_event(built.archived()) == of_event(days.archived())
        assert of_event(built.mails()).keys() == of_event(days.mails()).keys() != set()


def of_event(files: dict[str, str]) -> dict[str, str]:
    return {name: body for name, body in files.items() if "event-77" in name}


class _Killed:
    """Something that is killed at one of its methods, after so many calls."""

    def __init__(self, target: object, method: str, left: int) -> None:
        self.target, self.method, self.left = target, method, left

    def __getattr__(self, name: str) -> object:
        return self._counted if name == self.method else getattr(self.target, name)

    def _counted(self, *args: object, **named: object) -> object:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return getattr(self.target, self.method)(*args, **named)


def test_an_interrupted_session_is_one_session_of_the_event(tmp_path: Path) -> None:
    first, second = room(1, 0, ANN, BOB, minutes=30), room(2, 0.75, ANN, CID, minutes=30)
    broken = replace(first, runs=(*first.runs, *second.runs))
    with world(tmp_path, account(broken, ROOMS[2]), OVER) as built:
        for _ in range(4):
            with built.services(page=False, pdf=False) as services:
                run(services, reconcile(services))
            built.clock.now += timedelta(minutes=65)
        rows = summary(built)["sections"]["sessions"]["rows"]
        assert [one["cue_point_id"] for one in rows] == ["joint-1_cue00001", "1_cue00003"]
        assert [one["unique_attendees"] for one in rows] == [one["people"] for one in rows] == [3, 2]
        people = {one["user_id"]: one for one in summary(built)["sections"]["people"]["rows"]}
        assert people[ANN]["minutes"][0] == pytest.approx(60, abs=1)


def test_the_report_of_an_interrupted_session_is_waited_for(tmp_path: Path) -> None:
    first, second = room(1, 0, ANN, BOB, minutes=30), room(2, 0.75, ANN, CID, minutes=30)
    now = START + timedelta(hours=28)
    with world(tmp_path, account(replace(first, runs=(*first.runs, *second.runs))), now) as built:
        asked = []
        for _ in range(3):
            with built.services(page=False, pdf=False) as services:
                asked.append([order.cue_point_id for order in run(services, reconcile(services))])
            built.clock.now += timedelta(minutes=65)
    assert asked == [["1_cue00001", "1_cue00002"], ["joint-1_cue00001"], ["event-77"]]


def test_a_session_that_is_just_being_written_is_waited_for(days: World) -> None:
    tick(days, pdf=False)
    key = "attendees/date=2026-11-02/session=1_cue00001/attendees.csv"
    manifest = "reports/date=2026-11-02/session=1_cue00001/manifest.json"
    days.clock.now += timedelta(minutes=15)
    with days.services(page=False) as services, services.archive.replacing(manifest, services.archive.read(manifest)):
        (days.root / "archive" / key).write_bytes(b"half")
        with pytest.raises(NotReady):
            run(services, events(reconcile(services)))
    assert not [key for key in days.archived() if key.startswith(PLACE)]


def test_an_event_without_any_document_is_refused(days: World) -> None:
    with days.services() as services, pytest.raises(UnknownSession):
        export_event(services, ExportOrder("event-77", "77", START, OVER, kind="event"))


def test_a_replay_before_the_ledger_knows_the_events_sessions_takes_those_of_its_report(days: World) -> None:
    finish(days, pdf=False)
    before = days.read(PLACE + "summary.json")
    with days.services(page=False, interruption_minutes=0, pdf=False) as services:
        replay(services, services.ledger.save(replace(record(days), revision=0, parts=())))
    assert days.read(PLACE + "summary.json") == before


def test_kaltura_failing_hides_no_other_event_and_is_written_down(days: World) -> None:
    tick(days, pdf=False)
    days.clock.now += timedelta(minutes=15)
    with days.services(page=False) as services:
        days.kaltura.faults.add(Fault("drop_column", report=6000, column="cue_point_id"))
        assert due_events(services, days.clock.now) == []
    assert record(days).state == "waiting"
    assert record(days).reason
    days.kaltura.faults.clear()
    days.clock.now += timedelta(hours=3)
    assert [order.cue_point_id for order in events(tick(days, pdf=False))] == ["event-77"]


def test_an_archive_of_another_ledger_mails_nobody(days: World) -> None:
    finish(days, pdf=False)
    (days.root / "archive/.debrief/ledger.sqlite3").unlink()
    outbox = days.mails()
    finish(days, pdf=False)
    assert record(days).revision == 1
    assert days.mails() == outbox


@pytest.mark.parametrize(
    ("tier", "more"),
    [
        ("names", {"report-names.html", "report-names.xlsx", "attendees-names.csv"}),
        ("totals", {"report-totals.html", "report-totals.xlsx"}),
    ],
)
def test_who_may_see_less_has_documents_of_their_own(days: World, tier: Tier, more: set[str]) -> None:
    tick(days, pdf=False)
    days.clock.now += timedelta(minutes=15)
    with days.services(page=False, pdf=False, mail_to=("team@example.com",)) as services:
        ruled = replace(services, rules=Rules(defaults=Preferences(see=tier)))
        run(ruled, events(reconcile(ruled)))
    names = {key.removeprefix(PLACE) for key in days.archived() if key.startswith(PLACE)}
    assert names == ALWAYS | more
    for name in more:
        words = " ".join(text for _, text in texts(name, days.read(PLACE + name)))
        assert ANN not in words
        assert ("Ann" in words) is (tier == "names")


def damaged_files(days: World, session: str) -> Path:
    return next((days.root / "archive" / "reports").rglob(f"session={session}/summary.json"))


def test_an_event_is_reported_without_its_damaged_session_and_again_when_that_is_mended(days: World) -> None:
    with days.services(page=False, pdf=False, interruption_minutes=0, admin_to=("admin@example.com",)) as services:
        orders = [one for one in reconcile(services) if one.kind == "session"]
        run(services, orders)
        victim = damaged_files(days, "1_cue00001")
        whole = victim.read_bytes()
        victim.write_bytes(whole + b" ")
        run(services, reconcile(services))
        record = services.ledger.session("event-77")
        assert record
        assert (record.state, record.revision) == ("final", 1)
        assert record.due == days.clock.now + timedelta(hours=6)
        assert "1_cue00001" in record.reason
        (cause,) = problems(services).values()
        assert "damaged" in cause.reason
        told = json.loads(days.read(f"{PLACE}summary.json"))
        (said,) = [one for one in told["warnings"] if one["code"].startswith("SESSIONS_")]
        assert (
            said["message"] == "One session of the event is not in this report: its files in the archive are damaged."
        )
        victim.write_bytes(whole)
        days.clock.now += timedelta(hours=7)
        run(services, reconcile(services))
        record = services.ledger.session("event-77")
        assert record
        assert (record.revision, record.reason, record.due) == (2, "", None)
        assert problems(services) == {}


@pytest.mark.parametrize(
    ("service", "unknown"),
    [("schedule_scheduleEvent", "planned"), ("user", "owner"), ("virtualEvent_virtualEvent", "planned")],
)
def test_the_report_of_an_event_waits_while_kaltura_fails_to_tell_its_plan_or_owner(
    days: World, service: str, unknown: str
) -> None:
    tick(days)
    days.kaltura.faults.add(Fault("api_error", times=None, service=service, code="INTERNAL_SERVERL_ERROR"))
    days.clock.now += timedelta(minutes=15)
    tick(days)
    waiting = record(days)
    assert (waiting.state, waiting.revision, unknown in waiting.reason) == ("waiting", 0, True)
    assert waiting.due == days.clock.now + timedelta(minutes=15)
    days.kaltura.faults.clear()
    days.clock.now += timedelta(minutes=15)
    tick(days)
    assert (record(days).state, record(days).reason) == ("final", "")
    with days.services() as services:
        assert [one.address for one in services.ledger.deliveries("event-77")] == [OWNER.email]


def test_after_a_week_of_that_the_event_is_reported_without_its_owner(days: World) -> None:
    tick(days, mail_to=("team@example.com",))
    days.kaltura.faults.add(Fault("api_error", times=None, service="user", code="INTERNAL_SERVERL_ERROR"))
    for after in (timedelta(minutes=15), timedelta(days=6), timedelta(days=1)):
        days.clock.now += after
        tick(days, mail_to=("team@example.com",))
    assert record(days).state == "final"
    with days.services() as services:
        assert [one.address for one in services.ledger.deliveries("event-77")] == ["team@example.com"]


def test_who_may_not_read_the_owner_s_user_gets_the_report_of_an_event_without_waiting(days: World) -> None:
    tick(days)
    days.kaltura.faults.add(Fault("api_error", times=None, service="user", code="SERVICE_FORBIDDEN"))
    days.clock.now += timedelta(minutes=15)
    tick(days)
    assert record(days).state == "final"


def plan_warnings(built: World) -> list[str]:
    return [one["message"] for one in summary(built)["warnings"] if one["code"] == "SESSIONS_PLAN_UNKNOWN"]


@pytest.mark.parametrize("code", ["INTERNAL_SERVERL_ERROR", "DRUID_QUERY_TIMED_OUT"])
def test_after_a_week_in_which_kaltura_cannot_tell_what_is_planned_the_report_says_so(
    tmp_path: Path, code: str
) -> None:
    """The week begins with the trouble, however long ago the last session was."""
    with world(tmp_path, account(planned=24 * 9), OVER) as days:
        finish(days, pdf=False)
        days.clock.now += timedelta(days=9)
        days.kaltura.faults.add(Fault("api_error", times=None, service="schedule_scheduleEvent", code=code))
        for after in (timedelta(0), timedelta(days=6, hours=23)):
            days.clock.now += after
            tick(days, pdf=False)
            assert (record(days).state, record(days).revision) == ("waiting", 0)
            assert record(days).reason == PLAN_UNKNOWN
        days.clock.now += timedelta(hours=1)
        tick(days, pdf=False)
        assert (record(days).state, record(days).revision) == ("final", 1)
        assert len(plan_warnings(days)) == 1
        with days.services(page=False, pdf=False) as services:
            replay(services, record(days))
        assert len(plan_warnings(days)) == 1


def test_a_plan_that_kaltura_told_after_all_leaves_no_note_and_trouble_begins_a_new_week(tmp_path: Path) -> None:
    with world(tmp_path, account(planned=24 * 12), OVER) as built:
        fault = Fault("api_error", times=None, service="schedule_scheduleEvent")
        finish(built, pdf=False)
        for days in (2, 4):
            built.kaltura.faults.add(fault)
            built.clock.now += timedelta(days=days)
            tick(built, pdf=False)
            assert record(built).reason == PLAN_UNKNOWN
            built.kaltura.faults.clear()
            built.clock.now += timedelta(minutes=15)
            tick(built, pdf=False)
            assert record(built).reason == "Kaltura has more sessions of this event planned."
        built.clock.now += timedelta(days=9)
        tick(built, pdf=False)
        assert record(built).state == "final"
        assert plan_warnings(built) == []


def test_an_event_whose_plan_may_not_be_read_is_reported_at_once_and_says_so(days: World) -> None:
    tick(days)
    days.kaltura.faults.add(Fault("api_error", times=None, service="schedule_scheduleEvent", code="SERVICE_FORBIDDEN"))
    days.clock.now += timedelta(minutes=15)
    tick(days)
    assert record(days).state == "final"
    assert len(plan_warnings(days)) == 1


def test_an_event_is_a_row_and_its_sessions_name_it_in_their_tables(days: World) -> None:
    finish(days)
    archive = days.root / "archive"
    row = json.loads((archive / "events/date=2026-11-02/session=event-77/events.json").read_bytes())
    told = json.loads(days.read(f"{PLACE}summary.json"))
    assert (row["event_id"], row["event_name"], row["session"]) == ("77", "Customer days", "event-77")
    assert row["sessions"] == 3
    assert {key: row[key] for key in told["metrics"]} == {key: one["value"] for key, one in told["metrics"].items()}
    lines = [json.loads(path.read_bytes()) for path in sorted((archive / "summaries").rglob("*.json"))]
    assert [line["event_id"] for line in lines] == ["77", "77", "77"]
    tables = [path.read_text() for path in (archive / "attendees").rglob("*.csv")]
    assert {row["event_id"] for table in tables for row in csv.DictReader(io.StringIO(table))} == {"77"}
    assert not list((archive / "polls").glob("*/session=event-*"))


def test_a_session_outside_an_event_names_none(tmp_path: Path) -> None:
    with world(tmp_path, account(room(1, 0, ANN, event="")), OVER) as place:
        tick(place)
        line = next((place.root / "archive" / "summaries").rglob("*.json"))
        assert json.loads(line.read_bytes())["event_id"] is None
