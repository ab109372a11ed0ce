"""Arrange a message as Slack blocks.

Names from Kaltura are only in `plain_text` objects, which Slack shows as they are: no markup, no mention, no emoji.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from debrief.delivery.channels.chat import change_lines, context, cut, small_print, table_lines

if TYPE_CHECKING:
    from debrief.message import Figure, Message

_HEADER, _SECTION, _FIELD, _SMALL = 150, 3000, 2000, 300  # most characters
_MOST_FIELDS = 10


def blocks_of(message: Message) -> dict[str, Any]:
    """Return the message as the body of an incoming webhook or of chat.postMessage."""
    return {
        "text": escaped(cut(message.subject or message.title, _SMALL)),  # for notifications
        "mrkdwn": False,
        "blocks": list(_blocks(message)),
        "unfurl_links": False,  # Slack would open the links, which are meant for people
        "unfurl_media": False,
    }


def escaped(text: str) -> str:
    """Escape text for mrkdwn: afterwards it has no link and no mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    yield {"type": "header", "text": _plain(message.title, _HEADER)}
    if line := context(message):
        yield {"type": "context", "elements": [_plain(line, _FIELD)]}
    if message.verdict:
        yield {"type": "section", "text": _plain(message.verdict, _SECTION)}
    if changes := change_lines(message):
        yield {"type": "section", "text": _plain("\n".join(["Changed since the last message", *changes]), _SECTION)}
    if message.figures:
        yield {"type": "section", "fields": [_figure(figure) for figure in message.figures[:_MOST_FIELDS]]}
    if message.chart:
        yield {"type": "context", "elements": [_plain(message.chart.sentence, _FIELD)]}
    if lines := table_lines(message):
        yield {"type": "section", "text": _plain("\n".join(lines), _SECTION)}
    if links := [f"<{_url(link.where)}|{escaped(link.label)}>" for link in message.links if link.is_link]:
        yield {"type": "section", "text": {"type": "mrkdwn", "text": cut_links(links)}}
    if notes := small_print(message):
        yield {"type": "context", "elements": [_plain(note, _SMALL) for note in notes]}


def cut_links(links: list[str]) -> str:
    """Join as many links as a section can have: half a link would be text."""
    while len(joined := " · ".join(links)) > _SECTION:
        links = links[:-1]
    return joined


def _figure(figure: Figure) -> dict[str, Any]:
    lines = (f"{figure.label}: {figure.printed}", figure.change)
    return _plain("\n".join(filter(None, lines)), _FIELD)


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": cut(text, most) or " ", "emoji": False}


def _url(url: str) -> str:
    return escaped(url).replace("|", "%7C")
