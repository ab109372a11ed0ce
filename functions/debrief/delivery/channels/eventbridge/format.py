"""Arrange a message as the detail of an EventBridge event: the data of the webhook's event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debrief.delivery.channels.webhook.format import as_json, event_of

if TYPE_CHECKING:
    from debrief.delivery.channels.channel import Occasion
    from debrief.message import Message

_LARGEST = 200 * 1024  # bytes; EventBridge accepts 256 KB with everything around it


def detail_of(message: Message, occasion: Occasion) -> bytes:
    """Return the detail as JSON. Without space for the list of files, it is cut, and `files_cut` is true."""
    data: dict[str, Any] = event_of(message, occasion)["data"]
    detail = as_json(data)
    while len(detail) > _LARGEST and (files := data["archive"]["files"]):
        data["archive"] = {**data["archive"], "files": files[: len(files) // 2], "files_cut": True}
        detail = as_json(data)
    return detail
