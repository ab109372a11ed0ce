"""Tables for queries, made from a summary's sections and the follow-up lists.

A table is empty if there is nothing to list, or if Kaltura gave no data; the section in summary.json says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import repeat
from typing import Any, TypeAlias

from debrief.documents.data.csv_tables import Row
from debrief.documents.data.dictionary import FILES
from debrief.model import Summary
from debrief.segment import Segment
from debrief.util.values import moment, utc_text

Section: TypeAlias = Mapping[str, Any]
Cells: TypeAlias = Mapping[str, Any]


def section_tables(summary: Summary, segments: Sequence[Segment]) -> dict[str, list[Row]]:
    """Return the header and rows of each table, by the table's name. The cell of an unknown figure is empty."""
    rows_of: dict[str, Iterable[Cells]] = {
        **{name: read(summary.sections.get(name) or {}) for name, read in _READERS.items()},
        "follow_up": _follow_up(segments),
    }
    return {name: table(name, summary.session.cue_point_id, rows) for name, rows in rows_of.items()}


def table(name: str, session: str, rows: Iterable[Cells]) -> list[Row]:
    """Return a header, and rows with the table's columns; the session's id is added to each row."""
    columns = [column.name for column in FILES[name]]
    return [
        columns,
        *([_text(row.get(column)) for column in columns] for row in ({"session": session, **row} for row in rows)),
    ]


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _polls(section: Section) -> Iterator[Cells]:
    """Yield a row for each option of each poll, and a row without an option for a poll without options."""
    for number, poll in enumerate(section.get("rows", ()), start=1):
        poll_cells = {
            "poll_number": number,
            "question": poll["question"],
            "type": poll["type"],
            "poll_participants": poll["participants"],
            "counted": poll["counted"],
        }
        for place, answer in enumerate(poll["answers"] or [{}], start=1):
            yield {
                **poll_cells,
                "option_number": place if answer else None,
                "option": answer.get("answer"),
                "participants": answer.get("participants"),
                "share": answer.get("rate"),
                "correct": answer.get("correct"),
            }


def _timeline(section: Section) -> Iterator[Cells]:
    start, kinds = moment(section.get("from", "")), section.get("reactions", {})
    if start is None:
        return
    step = timedelta(seconds=section["step_seconds"])
    counts = zip(*kinds.values(), strict=True) if kinds else repeat(())
    for place, (viewers, engagement, reactions) in enumerate(
        zip(section["viewers"], section["engagement"], counts, strict=False)
    ):
        yield {
            "minute": round(place * step / timedelta(minutes=1)),
            "started_at": utc_text(start + place * step),
            "viewers": viewers,
            "engagement_rate": engagement,
            "reactions": None if None in reactions else sum(reactions),
            **dict(zip(kinds, reactions, strict=False)),
        }


def _recordings(section: Section) -> Iterator[Cells]:
    return ({**entry, "entry_name": entry["name"]} for entry in section.get("entries", ()))


def _countries(section: Section) -> Iterator[Cells]:
    return (
        {**row, "country_code": row.get("code"), "country": row.get("name") or row.get("country")}
        for row in section.get("rows", ())
    )


def _follow_up(segments: Iterable[Segment]) -> Iterator[Cells]:
    for segment in segments:
        for member in segment.members:
            yield {
                "segment": segment.key,
                "user_id": member.user_id,
                "user_name": member.name,
                "user_email": member.email,
                "reason": member.reason,
            }


_READERS: Mapping[str, Callable[[Section], Iterator[Cells]]] = {
    "polls": _polls,
    "timeline": _timeline,
    "recordings": _recordings,
    "countries": _countries,
    "devices": lambda section: iter(section.get("rows", ())),
}
