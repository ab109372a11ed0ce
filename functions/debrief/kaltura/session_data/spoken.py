"""Read what a session's recording says: captions, chapters and slides.

Debrief reads only captions that viewers of the recording see. Nothing here raises: if Kaltura cannot answer, the report
says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from debrief.errors import BadRequest, DebriefError, RetryLater
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.pagination import PAGE, one_page
from debrief.kaltura.session_data.caption_text import clean_text, cues_in_file, cues_in_json, limited, lines_of
from debrief.kaltura.session_data.recordings import Recording, recordings_of
from debrief.model import NotKnown, Session
from debrief.transcript import KINDS, CaptionLine, Chapter, Slide, Transcript
from debrief.util.values import number

Object: TypeAlias = Mapping[str, Any]
Title = TypeVar("Title", bound=Chapter | Slide)

LANGUAGE = "en"  # of the reports
MOST_BYTES = 4_000_000  # of a file of captions
_MOST_CHAPTERS, _MOST_SLIDES, _LONGEST_TITLE = 200, 500, 255
_CAPTIONS, _CUE_POINTS = "caption_captionAsset", "cuepoint_cuepoint"
_READY, _PENDING = "2", {"0", "7", "9"}  # status of captions; pending: queued, importing, exporting
_NO_SPEECH = "1"  # usage: a description of the picture for people who cannot see it
_READABLE = {"1", "2", "3"}  # formats SRT, DFXP and WebVTT, which Kaltura converts
_SHOWN = {"1", "4"}  # status of chapters and slides: ready, or without an image
_SLIDE, _CHAPTER = "1", "2"

_NOT_READY = NotKnown("The captions of the recording are not ready yet.", is_temporary=True)
_HIDDEN = NotKnown("The captions of the recording are hidden from its viewers, so Debrief does not read them.")
_UNREADABLE = NotKnown("The captions of the recording are empty or damaged.")


def read_spoken(
    kaltura: Kaltura, session: Session, entry: Mapping[str, Any], events: Sequence[Mapping[str, Any]] | NotKnown
) -> Transcript:
    """Read what a session's recordings say. `events` are the room's schedule events."""
    try:
        with kaltura.briefly():
            recordings = recordings_of(kaltura, session, entry, events)
            if isinstance(recordings, NotKnown):
                return not_read(recordings)
            with kaltura.ahead(call for each in recordings for call in (_captions_call(each), _cue_points_call(each))):
                captions, language = _captions(kaltura, session, recordings)
                points = _cue_points(kaltura, recordings)
    except DebriefError as error:
        return not_read(_failed(error))
    length = (session.end - session.start).total_seconds()
    why = {"captions": captions, "chapters": points, "slides": points}
    unknown = {kind: reason for kind in KINDS if isinstance(reason := why[kind], NotKnown)}
    return Transcript(
        () if isinstance(captions, NotKnown) else captions,
        () if isinstance(points, NotKnown) else _titles(points, _CHAPTER, length, Chapter)[:_MOST_CHAPTERS],
        () if isinstance(points, NotKnown) else _titles(points, _SLIDE, length, Slide)[:_MOST_SLIDES],
        language,
        {kind: reason.reason for kind, reason in unknown.items()},
        may_come=captions == [] or any(reason.is_temporary for reason in unknown.values()),
    )


def not_read(reason: NotKnown) -> Transcript:
    """Return a transcript of which nothing is known."""
    return Transcript(why_unknown=dict.fromkeys(KINDS, reason.reason), may_come=reason.is_temporary)


def _failed(error: DebriefError) -> NotKnown:
    return NotKnown(f"Kaltura could not be asked: {error}", is_temporary=isinstance(error, RetryLater))


def _captions_call(recording: Recording) -> ApiCall:
    fields = {
        "filter[objectType]": "KalturaCaptionAssetFilter",
        "filter[entryIdEqual]": recording.entry_id,
        "pager[pageSize]": str(PAGE),
    }
    return ApiCall(_CAPTIONS, "list", fields)


def _cue_points_call(recording: Recording) -> ApiCall:
    fields = {
        "filter[objectType]": "KalturaThumbCuePointFilter",
        "filter[cuePointTypeEqual]": "thumbCuePoint.Thumb",
        "filter[entryIdEqual]": recording.entry_id,
        "filter[orderBy]": "+startTime",
        "pager[pageSize]": str(PAGE),
        "pager[pageIndex]": "1",
    }
    return ApiCall(_CUE_POINTS, "list", fields)


def _captions(
    kaltura: Kaltura, session: Session, recordings: Iterable[Recording]
) -> tuple[list[CaptionLine] | NotKnown, str]:
    """Return the captions of all recordings, and their language; an empty list if there are none."""
    lines: list[CaptionLine] = []
    language = ""
    length = (session.end - session.start).total_seconds()
    try:
        for recording in recordings:
            call = _captions_call(recording)
            asset = _choice(one_page(kaltura, call))
            if isinstance(asset, NotKnown):
                return asset, ""
            if asset is None:
                continue
            cues = _cues(kaltura, str(asset["id"]))
            if not cues:
                return _UNREADABLE, ""
            lines += lines_of(cues, recording.start, length)
            language = language or clean_text(str(asset.get("languageCode") or ""), 20)
    except DebriefError as error:
        return _failed(error), ""
    return limited(sorted(lines, key=lambda line: (line.start, line.end))), language


def _choice(assets: Sequence[Object]) -> Object | NotKnown | None:
    """Choose the captions to read: in the language of reports, else the default ones, else the most accurate ones."""
    spoken = [each for each in assets if str(each.get("usage") or "0") != _NO_SPEECH and each.get("id")]
    shown = [each for each in spoken if _is_true(each.get("displayOnPlayer", True))]
    ready = [each for each in shown if str(each.get("status")) == _READY]
    if ready:
        return min(ready, key=_rank)
    if any(str(each.get("status")) in _PENDING for each in shown):
        return _NOT_READY
    return _HIDDEN if spoken and not shown else None


def _rank(asset: Object) -> tuple[bool, bool, bool, float, str]:
    return (
        str(asset.get("format")) not in _READABLE,
        not str(asset.get("languageCode") or "").lower().startswith(LANGUAGE),
        not _is_true(asset.get("isDefault")),
        -(number(str(asset.get("accuracy") or "")) or 0.0),
        str(asset["id"]),
    )


def _is_true(value: Any) -> bool:
    """Return a boolean of Kaltura, which may be true, 1 or `1`."""
    return str(value).lower() in {"true", "1"}


def _cues(kaltura: Kaltura, asset_id: str) -> Sequence[tuple[float, float, str]]:
    """Return the text of captions. Kaltura converts files up to 1 MB; a larger file is parsed here."""
    fields = {"captionAssetId": asset_id}
    try:
        cues = cues_in_json(kaltura.call(_CAPTIONS, "serveAsJson", fields))
    except BadRequest:
        cues = None
    return cues or cues_in_file(kaltura.file(_CAPTIONS, "serve", fields, MOST_BYTES))


def _cue_points(kaltura: Kaltura, recordings: Sequence[Recording]) -> list[tuple[float, Object]] | NotKnown:
    """Return chapters and slides, with their times in the session."""
    found: list[tuple[float, Object]] = []
    try:
        for recording in recordings:
            for point in one_page(kaltura, _cue_points_call(recording)):
                milliseconds = number(str(point.get("startTime", "")))
                if milliseconds is not None and str(point.get("status")) in _SHOWN:
                    found.append((round(recording.start + milliseconds / 1000, 3), point))
    except DebriefError as error:
        return _failed(error)
    return found


def _titles(points: Iterable[tuple[float, Object]], sub_type: str, length: float, make: type[Title]) -> list[Title]:
    """Return the chapters or slides of a session by time; the last one before the session's start begins with it."""
    of_type = ((at, point) for at, point in points if str(point.get("subType")) == sub_type and at < length)
    pairs = {(at, clean_text(str(point.get("title") or ""), _LONGEST_TITLE)) for at, point in of_type}
    titled = sorted(pair for pair in pairs if pair[1] or make is Slide)
    earlier = [pair for pair in titled if pair[0] <= 0][-1:]
    return [make(title, max(at, 0.0)) for at, title in (*earlier, *(pair for pair in titled if pair[0] > 0))]
