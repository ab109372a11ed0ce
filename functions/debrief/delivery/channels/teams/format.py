"""Arrange a message as an Adaptive Card.

Names from Kaltura are only in text runs, which show text as it is; other elements would read it as Markdown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from debrief.delivery.channels.chat import change_lines, context, cut, small_print, table_lines

if TYPE_CHECKING:
    from debrief.message import Message

_LARGEST = 27_000  # bytes; Teams accepts 28 KB
_LONGEST = 2000  # characters of one text
_MOST_LINKS = 6  # Teams shows no more buttons
_CARD = "application/vnd.microsoft.card.adaptive"


def card_of(message: Message) -> bytes:
    """Return the message as JSON for the webhook of a workflow. A message that is too large loses notes and rows."""
    body = _json(message)
    if len(body) > _LARGEST:
        body = _json(replace(message, notes=(), rows=message.rows[:3], verdict=cut(message.verdict, 500)))
    return body


def _json(message: Message) -> bytes:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": list(_elements(message)),
        "actions": [
            {"type": "Action.OpenUrl", "title": cut(link.label, 60), "url": link.where}
            for link in [link for link in message.links if link.is_link][:_MOST_LINKS]
        ],
    }
    whole = {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}
    return json.dumps(whole, separators=(",", ":"), allow_nan=False).encode("ascii")


def _elements(message: Message) -> Iterator[dict[str, Any]]:
    yield _text(message.title, size="Large", weight="Bolder")
    if line := context(message):
        yield _text(line, isSubtle=True)
    if message.verdict:
        yield _text(message.verdict)
    if changes := change_lines(message):
        yield _text("Changed since the last message", weight="Bolder")
        yield from map(_text, changes)
    if message.figures:  # labels and figures are Debrief's own words
        facts = [{"title": figure.label, "value": figure.printed} for figure in message.figures]
        yield {"type": "FactSet", "facts": facts}
    if message.chart:
        yield _text(message.chart.sentence, isSubtle=True)
    yield from map(_text, table_lines(message))
    for note in small_print(message):
        yield _text(note, isSubtle=True, size="Small")


def _text(text: str, **look: Any) -> dict[str, Any]:
    run = {"type": "TextRun", "text": cut(text, _LONGEST) or " ", **look}
    return {"type": "RichTextBlock", "inlines": [run]}
