"""Sessions with earlier ones, with minutes known one by one, and with activity, for the tests of segments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from metrics_data import START, data

from debrief.metrics.definition import Facts
from debrief.metrics.profiles import only_on_page
from debrief.metrics.segments.all_segments import section, segments
from debrief.metrics.segments.audience import Audience
from debrief.model import AttendeeRow, EarlierSession, NotKnown, PageData, Person, SessionData
from debrief.segment import Segment
from debrief.util.columns import Cells

PRESENT, OFFLINE = "TabFocusedMicMutedFullScreenOffCameraOffSoundOn", "Offline"


_COUNTS = (
    "reaction_clicked",
    "raise_hand_clicked",
    "group_chat_messages_sent",
    "poll_answered",
    "q_and_a_threads",
    "download_attachment_clicked",
)


def known(user_id: str, **counts: int) -> Cells:
    """A row of report 60010, with every column as any row has it; `q_and_a_threads=2` and so on."""
    return {"user_id": user_id, **{f"count_{name}": str(counts.get(name, 0)) for name in _COUNTS}}


def seen_in(*minutes: int) -> list[Cells]:
    """A heatmap with somebody there in these minutes, counted from 1, and away in all others."""
    first = int(START.timestamp())
    return [
        {"position": str(first + 60 * minute), "user_engagement": PRESENT if minute + 1 in minutes else OFFLINE}
        for minute in range(90)
    ]


def page(
    profiles: Sequence[Cells] | NotKnown = (),
    heatmaps: Mapping[str, list[Cells]] | None = None,
    *,
    minutes: float = 60.0,
    **more: Any,
) -> PageData:
    """What the Summary page knows."""
    table = profiles if isinstance(profiles, NotKnown) else list(profiles)
    return PageData(START, START + timedelta(minutes=minutes), {"60010-getTable": table}, heatmaps or {}, **more)


def earlier(*who: Iterable[str]) -> list[EarlierSession]:
    """Earlier sessions a week apart, the latest first, each with these user ids in it."""
    return [
        EarlierSession(
            f"1_before{back}",
            START - timedelta(weeks=back),
            {"unique_attendees": 1.0},
            {one: Person(one, one.title(), f"{one}@example.com") for one in people},
        )
        for back, people in enumerate(who, start=1)
    ]


def audience(
    attendees: Sequence[AttendeeRow], staff: Collection[str] = (), *, minutes: float = 60.0, **more: Any
) -> Audience:
    """The people of a session."""
    given: SessionData = replace(data(attendees, minutes=minutes), **more)
    return Audience(Facts(given), frozenset(staff), only_on_page(given))


def found(
    attendees: Sequence[AttendeeRow], staff: Collection[str] = (), *, minutes: float = 60.0, **more: Any
) -> dict[str, Segment]:
    """The segments by key."""
    return {one.key: one for one in segments(audience(attendees, staff, minutes=minutes, **more))}


def reasons(segment: Segment) -> dict[str, str]:
    """Why, by user id, in the segment's order."""
    return {member.user_id: member.reason for member in segment.members}


def counted(whose: Audience) -> dict[str, Any]:
    """The summary's section."""
    return section(whose, segments(whose))
