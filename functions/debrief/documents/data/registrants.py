"""Write and read registrants.csv: the rows of one session in the table `registrations`.

The file is in the folder `registrants/`, because operators put their own lists into `registrations/`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping

from debrief.documents.data.csv_tables import Row
from debrief.documents.data.dictionary import FOLDERS
from debrief.documents.data.section_tables import table
from debrief.errors import ReportChanged
from debrief.model import Session
from debrief.registration import Registrations, RollRow
from debrief.util.values import number

TABLE = "registrations"
FOLDER = FOLDERS[TABLE]
NAME = f"{FOLDER}.csv"
_UNREADABLE = "The archived table of registrations cannot be read by this version; export the session again."
_NEEDED = ("user_id", "user_name", "user_email", "status", "class", "minutes", "reason", "aliases")


def registrant_rows(session: Session, registrations: Registrations, rows: Iterable[RollRow]) -> list[Row]:
    """Return the header, and a line for each person on the roll."""
    about = {
        "registered_for": registrations.scope,
        "source": registrations.origin,
        "event_id": session.event_id or None,
    }
    return table(TABLE, session.cue_point_id, ({**_cells(row), **about} for row in rows))


def _cells(row: RollRow) -> dict[str, object]:
    return {
        "user_id": row.user_id,
        "user_name": row.name,
        "user_email": row.email,
        "registered": row.is_registered,
        "class": row.class_,
        "came": row.came,
        "minutes": row.minutes,
        "status": row.status,
        "reason": row.reason,
        "registered_at": row.registered_at,
        "origin": row.origin,
        "aliases": json.dumps(row.aliases, ensure_ascii=False) if row.aliases else None,
    }


def read_registrants(body: bytes) -> Iterator[RollRow]:
    """Yield the rows of a file. Raises ReportChanged if it lacks a column or has unreadable aliases."""
    lines = csv.DictReader(io.StringIO(body.decode("utf-8"), newline=""))
    if not set(_NEEDED) <= set(lines.fieldnames or ()):
        raise ReportChanged(_UNREADABLE)
    try:
        yield from map(_row, lines)
    except (ValueError, TypeError):  # do not chain the cause, which could quote personal data
        raise ReportChanged(_UNREADABLE) from None


def _row(cells: Mapping[str, str]) -> RollRow:
    user_id, name, email, status, class_, minutes, reason, aliases = (cells[column] for column in _NEEDED)
    others = tuple(json.loads(aliases)) if aliases else ()
    return RollRow(user_id, name, email, status, class_, number(minutes), reason, others)
