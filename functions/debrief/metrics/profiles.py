"""Profiles from report 60010: who attendees are and what they did, in addition to the minutes in report 6001."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

from debrief.metrics.attendees import Attendee, breakout_minutes
from debrief.metrics.chat_data import CHAT_COLUMNS, lacks_chat_data
from debrief.metrics.places import registered_country
from debrief.model import PROFILE_COLUMNS, AttendeeRow, SessionData
from debrief.persons import normalized_id
from debrief.util.columns import ColumnTable
from debrief.util.values import is_identified, number

REPORT = "60010-getTable"


class Profile(NamedTuple):
    """A person's cells as received, in the order of PROFILE_COLUMNS and of the archive's added columns."""

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
        """Return texts unchanged, blank texts as None, and counts as numbers."""
        texts = {name: value or None for name, value in zip(self._fields[:5], self[:5], strict=True)}
        return texts | {name: _count(value) for name, value in zip(self._fields[5:], self[5:], strict=True)}


def merge_profiles(known: Sequence[Profile]) -> Profile:
    """Merge the profiles of one person's ids: the first text of each field, the sum of each count."""
    texts = [next(filter(None, cells), "") for cells in list(zip(*known, strict=True))[:5]]
    counts = [list(filter(None, map(_count, cells))) for cells in list(zip(*known, strict=True))[5:]]
    return Profile(*texts, *(str(sum(cells)) if cells else "" for cells in counts))


_USER_ID = attrgetter("user_id")
_BLANK = ("",) * len(Profile._fields)
_COLUMNS = ("user_id", *PROFILE_COLUMNS)
UNKNOWN_FIGURES = dict.fromkeys(Profile._fields)


def profiles(data: SessionData) -> dict[str, Profile]:
    """Return the profiles by user id.

    Unidentified people are left out, because their profiles cannot be assigned.
    """
    rows = _people(data).cells(*_COLUMNS)
    lacks_chat = lacks_chat_data(data.session)
    return {row[0]: Profile._make(_profile(row, lacks_chat=lacks_chat)) for row in rows if is_identified(row[0])}


def added_columns(data: SessionData, known: Mapping[str, Profile]) -> dict[str, tuple[str, ...]]:
    """Return the archive's added columns by user id: minutes in breakouts, then the profile; blank if unknown."""
    added: dict[str, tuple[str, ...]] = {user_id: ("", *profile) for user_id, profile in known.items()}
    for user_id, minutes in breakout_minutes(data.breakout_attendees).items():
        added[user_id] = (repr(minutes), *added.get(user_id, ("", *_BLANK))[1:])
    return added


def why_no_roles(data: SessionData, known: Mapping[str, Profile]) -> str:
    """Return why roles and industries are unknown; blank if any is known, or if the Summary page was not read."""
    if data.page is None:
        return ""
    if any(profile.role or profile.industry for profile in known.values()):
        return ""
    unidentified = (row for row in _people(data).cells("user_id", "role", "industry") if not is_identified(row[0]))
    if any(_unless_id(role, user_id) or _unless_id(industry, user_id) for user_id, role, industry in unidentified):
        return ""
    return data.page.no_roles or data.page.reason(REPORT) or "Kaltura has no attendee's role or industry."


def only_on_page(data: SessionData) -> list[AttendeeRow]:
    """Return people of report 60010 who are missing in 6001, as rows without minutes and ratio.

    These people chatted, or watched in a player, or are not in 6001 yet. Return nobody if the page also covers another
    session of the room: the people may belong to that session.
    """
    if data.page is None or data.page.is_shared:
        return []
    people, session = _people(data), data.session
    others = set(people.column("user_id")).difference(map(_USER_ID, chain(data.attendees, data.breakout_attendees)))
    # The page uses the user id instead of a missing name.
    return [
        AttendeeRow(
            session.entry_id, session.cue_point_id, user_id, "" if _is_id(name, user_id) else name, email, "", "", ""
        )
        for user_id, name, email in people.cells("user_id", "user_name", "email")
        if user_id in others and is_identified(user_id)
    ]


def as_attendee(row: AttendeeRow) -> Attendee:
    """Return an attendee without minutes, known from the page only."""
    return Attendee(row.user_id, row.user_name, row.user_email)


def _people(data: SessionData) -> ColumnTable:
    return ColumnTable.of(data.page.rows(REPORT) if data.page else [])


def _profile(row: tuple[str, ...], *, lacks_chat: bool) -> tuple[str, ...]:
    """Return the cells of a profile from a row with `_COLUMNS`."""
    user_id, title, company, country, role, industry, *counts = row
    if lacks_chat:
        names = Profile._fields[5:]
        counts = ["" if name in CHAT_COLUMNS else cell for name, cell in zip(names, counts, strict=True)]
    registered = (title, company, registered_country(country))
    return (*registered, _unless_id(role, user_id), _unless_id(industry, user_id), *counts)


def _is_id(value: str, user_id: str) -> bool:
    return len(value) == len(user_id) and normalized_id(value) == normalized_id(user_id)


def _unless_id(value: str, user_id: str) -> str:
    """Decode a cell with JSON text; blank for the user id, which Kaltura writes if there is no profile."""
    if value.startswith('"'):
        with suppress(ValueError):
            value = str(json.loads(value))
    return "" if value in ("Unknown", user_id) or _is_id(value, user_id) else value


def _count(cell: str) -> int | None:
    value = number(cell)
    return None if value is None else round(value)
