"""Virtual events from end to end: one report when the last session is final, and nothing twice."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from event_days import (
    ALWAYS,
    ANN,
    BOB,
    CID,
    OVER,
    OWNER,
    PLACE,
    ROOMS,
    START,
    account,
    events,
    finish,
    record,
    room,
    run,
    scheduled_run,
    summary,
)

from debrief.delivery.rules.rules import Preferences, Rules
from debrief.errors import UnknownSession
from debrief.model import Tier
from debrief.orders import ExportOrder
from debrief.pipeline.erasure.search_terms import texts
from debrief.pipeline.events.export_event import export_event
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.reconcile import reconcile
from kaltura_standin.account import Attendance, Room, Run
from support.world import World, seconds, world


def test_when_the_last_session_is_final_there_is_one_report_across_all(days: World) -> None:
    assert [order.cue_point_id for order in finish(days, mail_to=("team@example.com",))] == ["event-77"]
    made = summary(days)
    assert (made["schema"], made["event"]["name"], made["state"]) == ("debrief.event/1", "Customer days", "final")
    assert made["metrics"]["unique_attendees"]["value"] == 3
    assert made["metrics"]["attendances"]["value"] == 6
    assert [one["name"] for one in made["sections"]["sessions"]["rows"]] == ["Session 1", "Session 2", "Session 3"]
    assert not [one for one in made["warnings"] if one["code"] == "SESSIONS_MISSING"]
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


def test_a_second_scheduled_run_asks_for_nothing_and_changes_no_byte(days: World) -> None:
    finish(days)
    archived, mails, before = days.archived(), days.mails(), record(days)
    days.clock.now += timedelta(hours=5)
    assert events(scheduled_run(days)) == []
    with days.services(page=False) as services:
        export_event(services, ExportOrder("event-77", "77", before.start, before.end, kind="event"))
    assert (days.archived(), days.mails(), record(days)) == (archived, mails, before)


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
        scheduled_run(built, pdf=False, mail_to=("team@example.com",))
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


@pytest.mark.parametrize(
    "step", [("archive", "write", n) for n in range(4)] + [("ledger", "save", n) for n in range(3)]
)
def test_killed_anywhere_the_next_run_finishes_the_same(
    step: tuple[str, str, int], days: World, tmp_path: Path
) -> None:
    """The archive is killed before each of four files, the ledger before and in the event's export."""
    finish(days, pdf=False)
    with world(tmp_path / "killed", account(), OVER) as built:
        scheduled_run(built, pdf=False)
        built.clock.now += timedelta(minutes=15)
        place, method, left = step
        with built.services(page=False, pdf=False, interruption_minutes=0) as services:
            killed = replace(services, **{place: _Killed(getattr(services, place), method, left)})
            with pytest.raises(KeyboardInterrupt):
                run(killed, reconcile(killed))
        built.clock.now += timedelta(hours=3)
        scheduled_run(built, pdf=False)
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


def test_an_event_without_any_document_is_refused(days: World) -> None:
    with days.services() as services, pytest.raises(UnknownSession):
        export_event(services, ExportOrder("event-77", "77", START, OVER, kind="event"))


def test_a_replay_before_the_ledger_knows_the_events_sessions_takes_those_of_its_report(days: World) -> None:
    finish(days, pdf=False)
    before = days.read(PLACE + "summary.json")
    with days.services(page=False, interruption_minutes=0, pdf=False) as services:
        replay(services, services.ledger.save(replace(record(days), revision=0, parts=())))
    assert days.read(PLACE + "summary.json") == before


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
    scheduled_run(days, pdf=False)
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


def test_an_event_is_a_row_and_its_sessions_name_it_in_their_tables(days: World) -> None:
    finish(days)
    archive = days.root / "archive"
    row = json.loads((archive / "events/date=2026-11-02/session=event-77/events.json").read_bytes())
    made = json.loads(days.read(f"{PLACE}summary.json"))
    assert (row["event_id"], row["event_name"], row["session"]) == ("77", "Customer days", "event-77")
    assert row["sessions"] == 3
    assert {key: row[key] for key in made["metrics"]} == {key: one["value"] for key, one in made["metrics"].items()}
    lines = [json.loads(path.read_bytes()) for path in sorted((archive / "summaries").rglob("*.json"))]
    assert [line["event_id"] for line in lines] == ["77", "77", "77"]
    tables = [path.read_text() for path in (archive / "attendees").rglob("*.csv")]
    assert {row["event_id"] for table in tables for row in csv.DictReader(io.StringIO(table))} == {"77"}
    assert not list((archive / "polls").glob("*/session=event-*"))


def test_a_session_outside_an_event_names_none(tmp_path: Path) -> None:
    with world(tmp_path, account(room(1, 0, ANN, event="")), OVER) as place:
        scheduled_run(place)
        line = next((place.root / "archive" / "summaries").rglob("*.json"))
        assert json.loads(line.read_bytes())["event_id"] is None
