"""Compare a session with other sessions of the account, if its room has no earlier session for a comparison.

Only shares are compared: the other sessions are chosen by length and number of attendees, so these are similar anyway.
A comparison that is archived is kept, so that later checks and a replay do not change it.
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
    """Add the means of the account's last comparable sessions. `manifest` lists the session's documents, if any."""
    if data.earlier or data.earlier_unknown:
        return data
    return replace(data, account=(_archived(services, manifest) if manifest else None) or _means(services, data))


def account_of(section: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a summary's section `earlier` if it compares with other sessions of the account."""
    return section if section.get(OTHERS) else None


def _archived(services: Services, manifest: Manifest) -> Mapping[str, Any] | None:
    files = Files(services, manifest)
    file = files.named("summary.json")
    try:
        return account_of(from_json(files.read(file)).sections.get("earlier", {})) if file else None
    except (BadRequest, NotReady, ReportChanged):  # of another version, or being written
        return None


def _means(services: Services, data: SessionData) -> Mapping[str, Any] | None:
    start = data.session.start
    length = minutes(attended_span(data))
    people = len({row.user_id for row in data.attendees if is_identified(row.user_id)})
    listed = sorted(services.ledger.sessions(start - LOOK_BACK, start), key=lambda one: one.end, reverse=True)
    figures = (
        one.history.get(one.revision, {})
        for one in listed
        if _is_other(one, data)
        and _is_similar(one.minutes, length)
        and _is_similar(one.history.get(one.revision, {}).get("unique_attendees", 0.0), people)
    )
    found = list(islice((one for one in figures if all(key in one for key in _SHARES)), MOST))
    if len(found) < LEAST:
        return None
    means = {key: fsum(one[key] for one in found) / len(found) for key in _SHARES}
    # No figure replaces another one, as it does for earlier sessions of another length (metrics/sections.py).
    return {"sessions": [], OTHERS: len(found), "figures": means, "instead": {}}


def _is_other(one: SessionRecord, data: SessionData) -> bool:
    """Return whether it is a final session of another room, and neither a breakout nor part of a merged session."""
    return (
        one.state == "final"
        and one.kind != "event"
        and not one.merged_id
        and not one.parent_entry_id
        and one.entry_id != data.session.entry_id
    )


def _is_similar(first: float, second: float) -> bool:
    least, most = sorted((first, second))
    return 0 < most <= LONGEST_RATIO * least
