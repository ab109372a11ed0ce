"""Find the recordings of a session, and the time of the session at which each recording begins.

A recording begins at its creation (Kaltura's Summary page, session.component.ts), and a simulive source at the start of
its event. Kaltura does not say how a recording was edited. So its times are used only if it ends when the session ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from debrief.errors import BadRequest, Forbidden, UnknownSession
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.pagination import PAGE, one_page
from debrief.kaltura.session_data.page_scope import broadcast_of, is_entry_id, unique_ids
from debrief.kaltura.sessions.schedule import covering_event
from debrief.model import NO_RECORDING, NotKnown, Session
from debrief.util.spans import Span
from debrief.util.values import moment, number

MOST_RECORDINGS = 10  # of one session
_TOLERANCE = timedelta(minutes=2)  # between the end of a recording and the end of its session
_AROUND = timedelta(minutes=15)  # a recording of the session begins at most this long before or after the session
_READY, _STATUSES = "2", "0,1,2,4"  # the others are deleted, failed, blocked or without content
_MEDIA = "1"  # type of an entry that is neither live nor a room
_NEVER, _APPENDED = "0", "1"  # recordStatus: not recorded; one recording of all broadcasts, without the breaks

_NONE = NotKnown("Kaltura has no recording of this session.")
_NOT_READY = NotKnown("The recording is not ready yet.", is_temporary=True)
_BREAKS_CUT = NotKnown("The recording has no breaks between broadcasts, so its times are not those of the session.")
_EDITED = NotKnown("The recording was edited or paused, so its times are not those of the session.")


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that begins `start` seconds after the session's start; before the session if negative."""

    entry_id: str
    start: float


def recordings_of(
    kaltura: Kaltura, session: Session, entry: Mapping[str, Any], events: Sequence[Mapping[str, Any]] | NotKnown
) -> list[Recording] | NotKnown:
    """Return the recordings of a session by start, or why they or their times are unknown. Raises RetryLater or GiveUp.

    `events` are the room's schedule events. A merged session may have a recording of each part.
    """
    if isinstance(events, NotKnown):
        return NotKnown(
            "The session's schedule could not be read, so its recording is not known.", is_temporary=events.is_temporary
        )
    event = covering_event(session, events)
    source, begins = (str(event.get(name) or "") for name in ("sourceEntryId", "startDate")) if event else ("", "")
    if source:
        at = moment(begins)
        return [Recording(source, _seconds(session, at))] if at and is_entry_id(source) else _EDITED
    live = [entry, *_broadcast(kaltura, entry)]
    named = unique_ids(str(each.get(name) or "") for each in live for name in ("recordedEntryId", "redirectEntryId"))
    if named and any(str(each.get("recordStatus")) == _APPENDED for each in live):
        return _BREAKS_CUT
    if candidates := _candidates(kaltura, session, live, named):
        return _aligned(session, candidates)
    return NO_RECORDING if all(str(each.get("recordStatus")) == _NEVER for each in live) else _NONE


def _broadcast(kaltura: Kaltura, entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the entry through which a webcast is broadcast, if there is one and it may be read."""
    entry_id = broadcast_of(entry)
    if not entry_id:
        return []
    try:
        found = kaltura.call("baseEntry", "get", {"entryId": entry_id})
    except (Forbidden, BadRequest, UnknownSession):
        return [{"id": entry_id}]
    return [found] if isinstance(found, dict) else []


def _candidates(
    kaltura: Kaltura, session: Session, live: Sequence[Mapping[str, Any]], named: Sequence[str]
) -> list[tuple[Mapping[str, Any], datetime]]:
    """Return the recordings that began around the session, with their start: first the named ones."""
    roots = unique_ids([session.entry_id, *(str(each.get("id") or "") for each in live)])
    calls = [_list_call("rootEntryIdEqual", root) for root in roots if is_entry_id(root)]
    if ids := [entry_id for entry_id in named if is_entry_id(entry_id)]:
        calls.insert(0, _list_call("idIn", ",".join(ids)))
    with kaltura.ahead(calls):
        found = {str(each.get("id")): each for call in calls for each in one_page(kaltura, call)}
    listed = [each for entry_id, each in found.items() if entry_id not in roots and str(each.get("type")) == _MEDIA]
    explicit = any(str(each.get("explicitLive") or "0") not in {"0", "False"} for each in live)
    return list(_around(session, listed, is_explicit=explicit))[:MOST_RECORDINGS]


def _around(
    session: Session, listed: Sequence[Mapping[str, Any]], *, is_explicit: bool
) -> Iterator[tuple[Mapping[str, Any], datetime]]:
    """Yield the recordings that began around the session. With a preview before a session, only the session counts."""
    for each in listed:
        at = moment(str(each.get("createdAt") or ""))
        if at is None or not is_entry_id(str(each.get("id"))):
            continue
        at = max(at, session.start) if is_explicit else at
        if session.start - _AROUND <= at <= session.end + _AROUND:
            yield each, at


def _list_call(name: str, value: str) -> ApiCall:
    fields = {f"filter[{name}]": value, "filter[statusIn]": _STATUSES, "pager[pageSize]": str(PAGE)}
    return ApiCall("baseEntry", "list", {**fields, "filter[orderBy]": "-createdAt"})


def _aligned(session: Session, candidates: Sequence[tuple[Mapping[str, Any], datetime]]) -> list[Recording] | NotKnown:
    """Return the recordings that end with the session or with a part; of overlapping recordings the first."""
    ready = [pair for pair in candidates if str(pair[0].get("status")) == _READY]
    if not ready:
        return _NOT_READY
    ends = [session.end, *(part.end for part in session.parts)]
    taken: list[tuple[Span, str]] = []
    doubtful: list[Span] = []
    for each, start in ready:
        span = start, start + timedelta(seconds=_length(each))
        if not any(abs(span[1] - end) <= _TOLERANCE for end in ends):
            doubtful.append(span)
        elif not any(_overlap(span, other) for other, _ in taken):
            taken.append((span, str(each["id"])))
    if not taken or any(not any(_overlap(span, other) for other, _ in taken) for span in doubtful):
        return _EDITED
    return [Recording(entry_id, _seconds(session, span[0])) for span, entry_id in sorted(taken)]


def _length(entry: Mapping[str, Any]) -> float:
    """Return the seconds of a recording; 0 if they are unknown."""
    milliseconds = number(str(entry.get("msDuration") or ""))
    seconds = number(str(entry.get("duration") or "")) if milliseconds is None else milliseconds / 1000
    return min(max(seconds or 0.0, 0.0), 1e7)


def _overlap(one: Span, other: Span) -> bool:
    return min(one[1], other[1]) - max(one[0], other[0]) > _TOLERANCE


def _seconds(session: Session, at: datetime) -> float:
    return (at - session.start).total_seconds()
