"""Rows of report 6001 for a merged session: one row for each person, while Kaltura has one for each part."""

from __future__ import annotations

from collections.abc import Sequence

from debrief.metrics.attendees import Attendee, crowd, merged, parse_attendees
from debrief.model import AttendeeRow, SessionData


def one_row_each(data: SessionData) -> Sequence[AttendeeRow]:
    """Merge the rows of each person under the merged session's id; return rows of other sessions unchanged.

    Minutes are added, and the engagement rate is weighted by minutes. `Unknown` viewers have one row in each part and
    get one row; rows with a blank id stay separate, because they may belong to different people.
    """
    if not data.session.parts:
        return data.attendees
    found = crowd(parse_attendees(data.attendees))
    unknown = [row for row in found.unidentified if row.user_id.strip()]
    people = [*found.people.values(), *([merged(unknown)] if unknown else [])]
    blank = [row for row in found.unidentified if not row.user_id.strip()]
    return sorted(_row(data, person) for person in (*people, *blank))


def _row(data: SessionData, person: Attendee) -> AttendeeRow:
    return AttendeeRow(
        data.session.entry_id,
        data.session.cue_point_id,
        person.user_id,
        person.name,
        person.email,
        person.user_type,
        _cell(person.minutes),
        _cell(person.engagement),
    )


def _cell(value: float | None) -> str:
    return "" if value is None else repr(value)
