"""Reports with one row: unique viewers, minutes, engagement, participation in the chat."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable

from kaltura_standin.interactions import REACTIONS, Act
from kaltura_standin.presence import estimate
from kaltura_standin.summary.dataset import Footage, Key, View
from kaltura_standin.summary.query import Question
from kaltura_standin.summary.report import Cell

NOTHING = ""  # a total without data


def minutes_viewed(footage: Footage, question: Question) -> list[Cell]:
    """60001: return minutes by unique viewer, of the recording, live, and both."""
    views, plays = footage.views(question), footage.plays(question)
    live_seconds, vod_seconds = sum(view.seconds for view in views), sum(play.seconds for _, play in plays)
    live, vod = live_viewers(views), vod_viewers(footage, question)
    return [
        _minutes_each(vod_seconds, vod),
        _minutes_each(live_seconds, live),
        _minutes_each(live_seconds + vod_seconds, live | vod),
    ]


def unique_viewers(footage: Footage, question: Question) -> list[Cell]:
    """60002: return unique viewers of the recording, live, and both. They are estimates and may not add up."""
    vod, live = vod_viewers(footage, question), live_viewers(footage.views(question))
    both = live | vod_viewers(footage, question, union=True)
    return [unique(vod) if vod else NOTHING, *([unique(live), unique(both)] if both else [NOTHING, NOTHING])]


def live_engagement(footage: Footage, question: Question) -> list[Cell]:
    """60003: return the engaged share of the time, downloads, live viewers, and reactions."""
    views, chat = footage.views(question), footage.chat(question)
    if not views:
        return [NOTHING] * 4 + _done(chat, REACTIONS)[::-1]
    downloads = Counter(act.user_id for act in footage.room_acts(question) if act.kind == "download")
    reactions = _done(chat, REACTIONS)
    viewers = unique(live_viewers(views))
    return [engaged_ratio(views), unique(downloads), downloads.total(), viewers, *reactions[::-1]]


def participation(footage: Footage, question: Question) -> list[Cell]:
    """70001: return the acts in the chat, and the number of people who logged in to it during the window."""
    chat = footage.chat(question)
    if not chat:
        return [NOTHING] * 9
    messages, polls, threads = (_done(chat, (kind,)) for kind in ("message", "poll", "qna"))
    private = _done(chat, ("private_message",))
    logged_in = unique({act.user_id for act in chat if act.kind == "login"})
    return [*_done(chat, REACTIONS), *messages, polls[1], threads[1], threads[0], private[1], logged_in]


def engaged_ratio(views: Collection[View]) -> float:
    """Return engaged time divided by all time, 0..1."""
    seconds = sum(view.seconds for view in views)
    return sum(view.engaged for view in views) / seconds if seconds else 0.0


def live_viewers(views: Iterable[View]) -> set[Key]:
    """Return the keys of the live viewers."""
    return {view.key for view in views}


def vod_viewers(footage: Footage, question: Question, *, union: bool = False) -> set[Key]:
    """Return the keys of the people who played a recording."""
    return {play.user_id for _, play in footage.plays(question, union=union) if play.seconds}


def unique(viewers: Collection[Key]) -> int:
    """Return the number of viewers, as an estimate that depends on their keys."""
    marks = 0
    for viewer in viewers:
        marks ^= zlib.crc32(str(viewer).encode())
    return estimate(len(viewers), f"{marks}")


def _done(acts: Collection[Act], kinds: Collection[str]) -> list[Cell]:
    """Return the number of acts and of people; blanks if there were no acts of any kind."""
    by_user = Counter(act.user_id for act in acts if act.kind in kinds)
    return [by_user.total(), unique(by_user)] if acts else [NOTHING, NOTHING]


def _minutes_each(seconds: int, viewers: Collection[Key]) -> Cell:
    return seconds / 60 / unique(viewers) if viewers else NOTHING
