"""What reaches the deployed stack from outside: sessions in Kaltura, its notifications, and SES's events."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from debrief.delivery.ledger.ledger import Delivery
from debrief.model import Session
from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from kaltura_standin.webhooks import notification
from support.events import event
from support.stack import HOST, Stack
from support.world import seconds

_PARTS = (  # of an interrupted session, from when to when before its end
    (timedelta(minutes=60), timedelta(minutes=40)),
    (timedelta(minutes=30), timedelta()),
)


def late() -> datetime:
    """An end for sessions that are to be exported at once: the functions look at the real clock at first."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=90)


def account_of(sessions: int, end: datetime, guests: int = 0) -> Account:
    """Rooms of one virtual event with a session each that ended then, an hour long; its host and guests are there."""
    span = seconds(end - timedelta(hours=1)), seconds(end)
    names = [("Ann Lee", HOST), *((f"Guest {number}", f"guest{number}@example.com") for number in range(guests))]
    there = tuple(Attendance(address, name, address, stays=(span,)) for name, address in names)
    rooms = [_room(number, Run(f"1_cue0000{number}", *span, HOST, there)) for number in range(1, sessions + 1)]
    return Account(
        rooms=tuple(rooms),
        users=(User(HOST, "Ann", "Lee", HOST),),
        schedule=(ScheduleEvent(5001, rooms[0].id, *span, "Customer days", owner=HOST),),
        virtual_events=(VirtualEvent("77", "Customer days", main_event=5001),),
    )


def _room(number: int, run: Run) -> Room:
    return Room(f"1_room000{number}", f"Room {number}", (run,), owner=HOST, virtual_event_id="77")


def sessions_of(stack: Stack) -> list[Session]:
    """The sessions that Kaltura has."""
    return [
        Session(
            run.id, room.id, datetime.fromtimestamp(run.start, UTC), datetime.fromtimestamp(run.end, UTC), room.name
        )
        for room in stack.kaltura.account.rooms
        for run in room.runs
    ]


def kaltura_has(stack: Stack, sessions: int, *, guests: int = 0) -> Session:
    """So many sessions in Kaltura from now on, and so many guests in each; the last of them."""
    end, tokens = sessions_of(stack)[0].end, stack.kaltura.account.app_tokens
    stack.kaltura.account = replace(account_of(sessions, end, guests), app_tokens=tokens)
    return sessions_of(stack)[-1]


def interrupted(stack: Stack) -> list[Session]:
    """A session in Kaltura that ended just now and was interrupted for ten minutes; its two parts."""
    account, end = stack.kaltura.account, stack.clock()
    spans = [(seconds(end - start), seconds(end - stop)) for start, stop in _PARTS]
    names = (("Ann Lee", HOST), ("Guest of both", "both@example.com"))
    there = [tuple(Attendance(who, name, who, stays=(span,)) for name, who in names) for span in spans]
    runs = tuple(Run(f"1_cue0009{n}", *span, HOST, there[n]) for n, span in enumerate(spans))
    room = Room("1_room0009", "Breaks", runs, owner=HOST)
    stack.kaltura.account = replace(account, rooms=(*account.rooms, room))
    return sessions_of(stack)[-2:]


def just_ended(stack: Stack) -> Session:
    """A session of eight guests in a room of its own that ended just now."""
    account, end = stack.kaltura.account, stack.clock()
    span = (seconds(end - timedelta(hours=1)), seconds(end))
    guests = [Attendance(f"guest{n}", f"Guest {n}", f"guest{n}@example.com", stays=(span,)) for n in range(8)]
    room = Room("1_room0008", "Weekly", (Run("1_cue00081", *span, HOST, tuple(guests)),), owner=HOST)
    stack.kaltura.account = replace(account, rooms=(*account.rooms, room))
    return sessions_of(stack)[-1]


def begun_the_day_before(stack: Stack) -> datetime:
    """Kaltura corrects the start of the first session to just before midnight UTC; that start."""
    account = stack.kaltura.account
    room = account.rooms[0]
    run = room.runs[0]
    moved = replace(run, start=run.start // 86_400 * 86_400 - 3)
    stack.kaltura.account = replace(account, rooms=(replace(room, runs=(moved,)), *account.rooms[1:]))
    return datetime.fromtimestamp(moved.start, UTC)


def notified(stack: Stack, session: Session, secret: str) -> int:
    """The status that Kaltura gets for a notification of a session's, signed with a secret."""
    headers, body = notification(session, secret=secret)
    status: int = stack.request(stack.deployed.outputs["WebhookUrl"], headers, body)["statusCode"]
    return status


def bounced(mail: Delivery) -> dict[str, Any]:
    """SES's event that an email bounced."""
    message: dict[str, Any] = json.loads(event("ses_bounce")["Records"][0]["Sns"]["Message"])
    message["bounce"]["bouncedRecipients"] = [{"emailAddress": mail.address}]
    name = f"{mail.cue_point_id}-r{mail.revision}-{mail.recipient_id}"
    message["mail"] |= {"destination": [mail.address], "tags": {"debrief-mail": [name]}}
    return message
