"""A room with a session every week, and the sessions' exports."""

from __future__ import annotations

from datetime import timedelta

from debrief.orders import ExportOrder
from kaltura_standin.account import Account, Attendance, Room, Run, User
from support.world import END, START, seconds

WEEK = timedelta(days=7)


def weekly(name: str = "Sales, EMEA", weeks: int = 3) -> Account:
    """One room with a session a week, of six people and one more each week; two came to all, and one of them hosts."""
    runs = []
    for week in range(weeks):
        start, end = seconds(START + week * WEEK), seconds(END + week * WEEK)
        people = [
            Attendance(f"{who}@example.com", who, f"{who}@example.com", stays=((start, end),), engaged=0.5)
            for who in ["ann", "bob", *(f"p{week}{place}" for place in range(4 + week))]
        ]
        runs.append(Run(f"1_cue0000{week}", start, end, "ann@example.com", tuple(people)))
    return Account(
        rooms=(Room("1_room0001", name, tuple(runs)),), users=(User("ann@example.com", "Ann", "L", "ann@example.com"),)
    )


def order(week: int) -> ExportOrder:
    return ExportOrder(f"1_cue0000{week}", "1_room0001", START + week * WEEK, END + week * WEEK)
