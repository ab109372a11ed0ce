"""caption_captionAsset: list, serveAsJson, serve and getUrl (Kaltura server, plugins/content/caption).

Captions that viewers of a recording do not see must not be read: a request for their text is forbidden.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kaltura_standin.account import Account, Entry
from kaltura_standin.answers import File
from kaltura_standin.apierrors import ApiError
from kaltura_standin.call import Call
from kaltura_standin.catalogue import Captions
from kaltura_standin.listing import Listing

STORAGE_ROOT = "/storage"
READY, _QUEUED, _DELETED = 2, 0, 3
_EXTENSIONS = {1: "srt", 2: "dfxp", 3: "vtt", 4: "cap", 5: "scc"}
_LISTING = Listing(
    "KalturaCaptionAssetListResponse",
    values={name: name for name in ("id", "entryId", "captionParamsId", "format", "source", "status")},
    ranges=("createdAt", "updatedAt"),
    times=("createdAt", "updatedAt"),
)
_BLOCK = re.compile(
    r"(?:([0-9]+):)?([0-9]{2}):([0-9]{2})[.,]([0-9]{3}) --> (?:([0-9]+):)?([0-9]{2}):([0-9]{2})[.,]([0-9]{3})[^\n]*\n"
)


def list_captions(account: Account, filter_: Mapping[str, Any], pager: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of the captions of entries. Raises PROPERTY_VALIDATION_CANNOT_BE_NULL if no entry is named."""
    if not (filter_.get("entryIdEqual") or filter_.get("entryIdIn")):
        raise ApiError("PROPERTY_VALIDATION_CANNOT_BE_NULL", PROP_NAME="KalturaAssetFilter::entryIdEqual/entryIdIn")
    objects = [_asset(account, entry, one) for entry, one in _all(account) if one.status != _DELETED]
    return _LISTING.answer(account, objects, filter_, pager)


def serve_as_json(call: Call) -> File:
    """Return captions as JSON. A file that cannot be parsed has no objects; a large one is not found."""
    captions = _to_read(call)
    if len(captions.body) > call.account.speech.json_limit:
        raise ApiError("CAPTION_ASSET_FILE_NOT_FOUND", ID=captions.id)
    value = {"objects": list(_objects(captions))}
    return File("captions.json", json.dumps(value, separators=(",", ":")).encode(), "application/json")


def serve(call: Call) -> File:
    """Return the file of captions, or a redirect to it."""
    captions = _to_read(call)
    location = f"{call.url}{STORAGE_ROOT}/{captions.id}" if call.account.speech.redirects else ""
    return File(f"{captions.id}.{_EXTENSIONS[captions.format]}", captions.body, "text/plain", location)


def get_url(call: Call) -> str:
    """Return a URL of the file, which contains a KS."""
    captions = _to_read(call, "id")
    if _status(call.account, captions) != READY:
        raise ApiError("CAPTION_ASSET_IS_NOT_READY", ID=captions.id)
    return f"{call.url}{STORAGE_ROOT}/{captions.id}?ks={call.text('ks')}"


def stored(account: Account, asset_id: str) -> bytes | None:
    """Return a file in the storage."""
    return next((one.body for _, one in _all(account) if one.id == asset_id), None)


def _all(account: Account) -> Iterator[tuple[Entry, Captions]]:
    return ((entry, one) for entry in account.entries for one in entry.captions)


def _to_read(call: Call, parameter: str = "captionAssetId") -> Captions:
    wanted = call.text(parameter)
    captions = next((one for _, one in _all(call.account) if one.id == wanted), None)
    if captions is None:
        raise ApiError("CAPTION_ASSET_ID_NOT_FOUND", ID=wanted)
    if not captions.on_player:
        call.forbidden.append("The text of captions that viewers do not see was requested.")
    return captions


def _status(account: Account, captions: Captions) -> int:
    return _QUEUED if account.present < captions.ready_at else captions.status


def _asset(account: Account, entry: Entry, captions: Captions) -> dict[str, Any]:
    enumeration = str if account.speech.has_texts else int
    return {
        "captionParamsId": 0,
        "language": captions.language,
        "languageCode": captions.code,
        "isDefault": captions.is_default if account.speech.has_texts else int(captions.is_default),
        "label": f"{captions.language} (auto)",
        "format": enumeration(captions.format),
        "source": enumeration(0),
        "status": _status(account, captions),
        "accuracy": captions.accuracy,
        "displayOnPlayer": captions.on_player,
        "usage": enumeration(captions.usage),
        "id": captions.id,
        "entryId": entry.id,
        "partnerId": account.partner_id,
        "version": "1",
        "size": len(captions.body) // 1024,
        "tags": "",
        "fileExt": _EXTENSIONS[captions.format],
        "createdAt": entry.created,
        "updatedAt": entry.created,
        "objectType": "KalturaCaptionAsset",
    }


def _objects(captions: Captions) -> Iterator[dict[str, Any]]:
    """Yield the captions of an SRT or WebVTT file, in milliseconds; text of SRT keeps its tags and line ends."""
    text = captions.body.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    for match in _BLOCK.finditer(text) if captions.format in {1, 3} else ():
        start, end = (_milliseconds(match.groups()[first : first + 4]) for first in (0, 4))
        words = text[match.end() :].partition("\n\n")[0]
        words = words if captions.format == 1 else re.sub("<[^>]*>", "", words)
        yield {"startTime": start, "endTime": end, "content": [{"text": f"{words}\n"}]}


def _milliseconds(clock: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in clock)
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + rest
