"""An event of three sessions on two days, and the steps that report it."""

import json
from datetime import UTC, datetime, timedelta

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from support.world import World, seconds

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


def run(services: Services, orders: list[ExportOrder]) -> list[ExportOrder]:
    for order in orders:
        mails: list[DeliveryOrder] = run_export(services, order)
        for mail in mails:
            deliver(services, mail)
    return orders


def scheduled_run(built: World, **changes: object) -> list[ExportOrder]:
    with built.services(page=False, interruption_minutes=0, **changes) as services:
        return run(services, reconcile(services))


def events(orders: list[ExportOrder]) -> list[ExportOrder]:
    return [order for order in orders if order.kind == "event"]


def finish(built: World, **changes: object) -> list[ExportOrder]:
    """The sessions, then, two scheduled runs later, the event."""
    scheduled_run(built, **changes)
    built.clock.now += timedelta(minutes=15)
    return events(scheduled_run(built, **changes))


def record(built: World) -> SessionRecord:
    with built.services() as services:
        found = services.ledger.session("event-77")
        assert found
        return found


def summary(built: World) -> dict:
    return json.loads(built.read(PLACE + "summary.json"))
