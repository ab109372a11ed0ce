"""What report 60010 adds to an attendee: who they are and what they did, beside the minutes of report 6001."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, NamedTuple

from debrief.metrics.attendees import Attendee, breakout_minutes
from debrief.model import AttendeeRow, Cells, SessionData, is_identified, number

REPORT = "60010-getTable"


class Profile(NamedTuple):
    """One person's cells as received, in the order of the archive's added columns."""

    title: str
    company: str
    country: str
    role: str
    industry: str
    reactions: str
    raised_hands: str
    chat_messages: str
    polls_answered: str
    qna_threads: str
    attachments_downloaded: str

    def figures(self) -> dict[str, Any]:
        """The texts as they are, blank ones None, and the counts as numbers."""
        texts = {name: value or None for name, value in zip(self._fields[:5], self[:5], strict=True)}
        return texts | {name: _count(value) for name, value in zip(self._fields[5:], self[5:], strict=True)}


_BLANK = ("",) * len(Profile._fields)
NOBODY_KNOWS = dict.fromkeys(Profile._fields)


def profiles(data: SessionData) -> dict[str, Profile]:
    """The profiles by user id, unidentified people left out: nobody can tell which of them it is."""
    return {row["user_id"]: _profile(row) for row in _rows(data)}


def added_columns(data: SessionData) -> dict[str, tuple[str, ...]]:
    """The archive's added columns by user id: minutes in breakouts, then the profile; blank where unknown."""
    in_breakouts, known = breakout_minutes(data.breakout_attendees), profiles(data)
    return {
        user_id: (repr(in_breakouts[user_id]) if user_id in in_breakouts else "", *known.get(user_id, _BLANK))
        for user_id in in_breakouts.keys() | known
    }


def only_on_page(data: SessionData) -> list[AttendeeRow]:
    """People whom report 60010 knows and 6001 does not, as rows of the session without minutes and ratio.

    They chatted, or watched in a player, or 6001 has not seen them yet. Where another session of the room was in the
    same span they may be its people, so they are left out.
    """
    if data.page is None or data.page.is_shared:
        return []
    known = {row.user_id for row in (*data.attendees, *data.breakout_attendees)}
    session = data.session
    return [
        AttendeeRow(
            session.entry_id, session.cue_point_id, row["user_id"], _name(row), row.get("email", ""), "", "", ""
        )
        for row in _rows(data)
        if row["user_id"] not in known
    ]


def as_attendee(row: AttendeeRow) -> Attendee:
    """Somebody known to the page only: without minutes."""
    return Attendee(row.user_id, row.user_name, row.user_email)


def _rows(data: SessionData) -> list[Cells]:
    rows = data.page.rows(REPORT) if data.page else []
    return [row for row in rows if is_identified(row.get("user_id", ""))]


def _profile(row: Cells) -> Profile:
    return Profile(
        row.get("title", ""),
        row.get("company", ""),
        row.get("country", ""),
        _unless_id(row, "role"),
        _unless_id(row, "industry"),
        row.get("count_reaction_clicked", ""),
        row.get("count_raise_hand_clicked", ""),
        row.get("count_group_chat_messages_sent", ""),
        row.get("count_poll_answered", ""),
        row.get("count_q_and_a_threads", ""),
        row.get("count_download_attachment_clicked", ""),
    )


def _name(row: Cells) -> str:
    """The page falls back to the user id for a name; that is no name."""
    name = row.get("user_name", "")
    return "" if name == row["user_id"] else name


def _unless_id(row: Cells, column: str) -> str:
    """Without a profile Kaltura writes the user id into role and industry, and some values arrive as JSON texts."""
    value = row.get(column, "")
    if value.startswith('"'):
        with suppress(ValueError):
            value = str(json.loads(value))
    return "" if value in {row["user_id"], "Unknown"} else value


def _count(cell: str) -> int | None:
    value = number(cell)
    return None if value is None else round(value)
