"""Compare a session with other sessions of the account, if its room has no earlier session for a comparison.

Only shares are compared: length and number of attendees are similar, because the sessions are chosen by them. Later
checks and a replay keep what the first report had, a comparison or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from math import fsum
from typing import TYPE_CHECKING, Any

from debrief.documents.data.summary_json import from_json
from debrief.errors import BadRequest, NotReady, ReportChanged
from debrief.metrics.attended_span import attended_span
from debrief.pipeline.session.earlier_sessions import LONGEST_RATIO
from debrief.pipeline.state.revisions import Files
from debrief.util.spans import minutes
from debrief.util.values import is_identified

if TYPE_CHECKING:
    from debrief.delivery.archive.manifest import Manifest
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.model import SessionData
    from debrief.pipeline.services import Services

LEAST, MOST = 5, 20  # the number of other sessions to compare with
LOOK_BACK = timedelta(days=30)
OTHERS = "others"  # the number of other sessions, in the section `earlier`
_SHARES = ("present_75", "engagement_rate")


def add_account_sessions(services: Services, data: SessionData, manifest: Manifest | None) -> SessionData:
    """Add the averages of the account's last comparable sessions. `manifest` lists the session's documents, if any."""
    if data.earlier or data.earlier_unknown:
        return data
    archived = _archived(services, manifest) if manifest else None
    return replace(data, account=_averages(services, data) if archived is None else account_of(archived))


def account_of(section: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a summary's section `earlier` if it compares with other sessions of the account."""
    return section if section.get(OTHERS) else None


def _archived(services: Services, manifest: Manifest) -> Mapping[str, Any] | None:
    """Return the archived section `earlier`; None if there is none, or if it says that earlier sessions are unknown."""
    files = Files(services, manifest)
    file = files.named("summary.json")
    try:
        section = from_json(files.read(file)).sections.get("earlier") if file else None
    except (BadRequest, NotReady, ReportChanged):  # the file is damaged, of another version, or being written
        return None
    return None if section is None or "unavailable" in section else section


def _averages(services: Services, data: SessionData) -> Mapping[str, Any] | None:
    start = data.session.start
    length = minutes(attended_span(data))
    people = len({row.user_id for row in data.attendees if is_identified(row.user_id)})
    records = services.ledger.finals(start - LOOK_BACK, start, now=services.clock())
    comparable = (
        record.history.get(record.revision, {})
        for record in records
        if _is_other(record, data)
        and _is_similar(record.minutes, length)
        and _is_similar(record.history.get(record.revision, {}).get("unique_attendees", 0.0), people)
    )
    found = list(islice((figures for figures in comparable if all(key in figures for key in _SHARES)), MOST))
    if len(found) < LEAST:
        return None
    averages = {key: fsum(figures[key] for figures in found) / len(found) for key in _SHARES}
    # `instead` has figures that replace others, which is needed only for earlier sessions of another length.
    return {"sessions": [], OTHERS: len(found), "figures": averages, "instead": {}}


def _is_other(record: SessionRecord, data: SessionData) -> bool:
    """Return whether a record is of a session of another room, and neither a breakout nor part of a merged one."""
    return (
        record.kind != "event"
        and not record.merged_id
        and not record.parent_entry_id
        and record.entry_id != data.session.entry_id
    )


def _is_similar(first: float, second: float) -> bool:
    least, most = sorted((first, second))
    return 0 < most <= LONGEST_RATIO * least
