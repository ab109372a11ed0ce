"""An interrupted session of a virtual event: two parts that are archived, one joint report, and the event's report.

Figures are final at their first export, so that each report is made once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from support.broken.story import Step, Story
from support.broken.world import World
from support.stack import HOST
from support.world import START, seconds

MINUTE = timedelta(minutes=1)
_PARTS = ((0, 30), (42, 90))  # minutes after START
_END = START + 90 * MINUTE


def accounts(_: datetime) -> Account:
    """What Kaltura knows from the end on."""
    return _account()


@lru_cache
def _account() -> Account:
    host = User(HOST, "Ann", "Lee", HOST)
    spans = [(seconds(START + first * MINUTE), seconds(START + last * MINUTE)) for first, last in _PARTS]
    runs = tuple(Run(f"1_cue0000{number}", *span, HOST, _people(number, span)) for number, span in enumerate(spans, 1))
    plan = ScheduleEvent(5001, "1_room0001", spans[0][0], spans[1][1], "Customer days", owner=HOST)
    return Account(
        rooms=(Room("1_room0001", "Customer days", runs, owner=HOST, virtual_event_id="77"),),
        users=(host,),
        schedule=(plan,),
        virtual_events=(VirtualEvent("77", "Customer days", main_event=5001),),
    )


def _people(number: int, span: tuple[int, int]) -> tuple[Attendance, ...]:
    """Ann in both parts, and a guest in each."""
    guest = f"guest{number}@example.org"
    return Attendance(HOST, "Ann Lee", HOST, stays=(span,)), Attendance(guest, f"Guest {number}", stays=(span,))


INTERRUPTED_STORY = Story(
    "interrupted",
    accounts,
    {"SettleMinutes": "60", "CheckHours": "1"},
    (
        Step(_END + 61 * MINUTE, "both parts are archived", World.tick),
        Step(_END + 76 * MINUTE, "the joint session is mailed", World.tick),
        Step(_END + 150 * MINUTE, "the event's report", World.tick),
    ),
    is_steady=True,
)
