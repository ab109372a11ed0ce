"""Keep the page of a room: after each export or replay of a session, its row on the page is replaced.

The page is written before the ledger says that the session is exported, so a run that was killed writes it again. It is
read first and replaced only if it has not changed since, so exports of several sessions of a room lose no row.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from debrief.delivery.archive.layout import folder, series_key
from debrief.errors import BadRequest, Conflict, DebriefError, Unavailable
from debrief.model import Document
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.session_figures import SessionFigures

if TYPE_CHECKING:
    from debrief.model import Session
    from debrief.pipeline.services import Services
    from debrief.pipeline.state.revisions import Revision

log = logging.getLogger(__name__)

_ATTEMPTS = 40  # other exports of the room may write at the same time
_PAUSE = 0.05  # seconds
_HTML = "text/html; charset=utf-8"


def update_series(
    services: Services, session: Session, figures: Mapping[str, float], revision: Revision, *, is_part: bool = False
) -> None:
    """Put a session on its room's page, if the rules file asks for such pages. A breakout room has no page.

    `figures` are its `recorded_figures`. A merged session replaces its parts (`is_part`). Raises Unavailable if other
    runs keep writing the page.
    """
    if session.parent_entry_id is not None or not _is_wanted(services):
        return
    row = SessionFigures(
        session.cue_point_id,
        session.entry_id,
        session.entry_name,
        session.start,
        session.end,
        session.duration_minutes,
        revision.state,
        revision.number,
        figures,
    )
    gone = {session.cue_point_id, *(part.cue_point_id for part in session.parts)}
    _change(services, session.entry_id, gone, [] if is_part else [row])


def _is_wanted(services: Services) -> bool:
    """Return whether the rules file asks for pages. If it cannot be read, a replay or erasure must not fail for it."""
    try:
        return services.rules.current().series
    except DebriefError as error:
        log.warning("The page of the session's room is not written: %s", error)
        return False


def remove_expired(services: Services) -> int:
    """Remove the rows of sessions past their retention from all pages. Returns how many pages changed."""
    found = [key for key in services.archive.keys("reports/room=") if key.endswith("/index.html")]
    return sum(_change(services, unquote(key.split("/")[1].removeprefix("room=")), set(), []) for key in found)


def _change(services: Services, entry_id: str, gone: set[str], new: list[SessionFigures]) -> bool:
    """Remove rows from a room's page and add others. Without rows the page is removed. Returns whether it changed."""
    key = series_key(entry_id)
    for attempt in range(_ATTEMPTS):
        before = services.archive.read(key)
        rows = [row for row in _rows(before, entry_id) if row.cue_point_id not in gone and is_kept(services, row)]
        body = _page(services, [*rows, *new])
        if body == (before or b""):
            return False
        try:
            with services.archive.replacing(key, before) as write:
                if body:
                    write(Document(key, body, _HTML))
                else:
                    services.archive.remove(key)
                return True
        except Conflict:
            time.sleep(_PAUSE * min(attempt, 4))
    raise Unavailable("Other exports keep writing the page of the session's room.")


def _rows(page: bytes | None, entry_id: str) -> list[SessionFigures]:
    from debrief.documents.series.rows import read_rows

    try:
        return read_rows(page) if page is not None else []
    except BadRequest as error:
        log.warning("The page of room %s is written anew: %s Replay the room's sessions.", entry_id, error)
        return []


def is_kept(services: Services, row: SessionFigures) -> bool:
    """Return whether the session of a row is within its retention.

    ExportFunction does not know how long files are kept, so there a row stays as long as the session in the ledger.
    """
    settings = services.settings
    in_ledger = settings.ledger_days if settings.ledger.startswith("dynamodb:") else 0
    days = min(filter(None, (settings.archive_days, in_ledger)), default=0)
    return not days or row.end + timedelta(days=days) > services.clock()


def _page(services: Services, rows: Iterable[SessionFigures]) -> bytes:
    from debrief.documents.series.page import render_series
    from debrief.metrics.several_sessions import overview_of

    kept = sorted(rows, key=lambda row: (row.start, row.cue_point_id))
    if not kept:
        return b""
    links = {row.cue_point_id: f"../{folder(row.start, row.cue_point_id)}/report.html" for row in kept}
    if not services.settings.html:
        links = {}
    return render_series(kept, overview_of(kept), presentation_of(services.settings), links)
