"""Data of the Summary page's reports: audiences, plays and interactions, selected for a request.

Players, rooms and the chat are three sources with different dimensions (Kaltura server, kKavaBase.php). A filter by a
dimension that a source lacks is ignored. In a union of player and room a filter by a dimension of either source applies
to both, so that rows without the dimension are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple, TypeAlias

from kaltura_standin.account import Account, Attendance, Entry, Run, Stay
from kaltura_standin.catalogue import Play
from kaltura_standin.generated_interactions import acts_of
from kaltura_standin.interactions import CHAT_KINDS, VIEW_KINDS, Act
from kaltura_standin.profiles import Profile
from kaltura_standin.summary.directory import Directory
from kaltura_standin.summary.query import Question, Wanted

_COMMON = frozenset({"user", "virtual_event", "device", "country", "region", "city"})
PLAYER = _COMMON | {"entry", "playback_type"}
ROOM = _COMMON | {"entry", "cue_point"}
CHAT = _COMMON | {"entry", "context"}  # the entry is translated to the context
UNION = PLAYER | ROOM

Key: TypeAlias = object  # identifies a viewer: the user id, or a unique object for a deleted user
Facts: TypeAlias = dict[str, str | None]  # value of a scene by dimension; None: the scene has no value


class Scene(NamedTuple):
    """One audience: of a session in a room, or of a live stream in the player."""

    facts: Facts
    start: int
    end: int
    audience: tuple[Attendance, ...]
    run: Run | None = None  # None for a live stream

    @property
    def id(self) -> str:
        """Return the id of the session, else of the live stream."""
        return self.facts["cue_point"] or str(self.facts["entry"])


class View(NamedTuple):
    """A person seen live in the window, the seconds, and the engaged part of them."""

    key: Key
    scene: Scene
    number: int  # index in the audience
    who: Attendance
    seconds: int

    @property
    def engaged(self) -> float:
        """Return the engaged seconds."""
        return self.seconds * self.who.engaged


class Footage:
    """Everything of one account that reports count. Acts are generated at their first use."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.directory = Directory(account)
        self._acts: dict[str, list[Act]] = {}

    @cached_property
    def scenes(self) -> list[Scene]:
        """Return all audiences, including future ones."""
        rooms = [(room, run) for room in self.account.rooms for run in room.runs]
        found = [
            Scene(_facts(room.id, room.virtual_event_id, cue_point=run.id), *self._span(run), run.attendances, run)
            for room, run in rooms
        ]
        return found + [_live_scene(entry) for entry in self.account.entries if _is_watched(entry)]

    def views(self, question: Question) -> list[View]:
        """Return everybody who was seen live, in rooms and players: a union."""
        wanted = question.wanted(UNION)
        return [view for scene in self.scenes if _passes(scene.facts, wanted) for view in self._seen(scene, question)]

    def plays(self, question: Question, *, union: bool = False) -> list[tuple[Entry, Play]]:
        """Return visits to recordings; `union` if the report reads them together with the rooms."""
        wanted = question.wanted(UNION if union else PLAYER)
        until = self.until(question)
        return [
            (entry, play)
            for entry in self.account.entries
            if _passes(_facts(entry.id, entry.virtual_event_id, playback_type="vod"), wanted)
            for play in entry.plays
            if question.since <= play.at < until and self._is_wanted(wanted, play.user_id, play.name)
        ]

    def chat(self, question: Question) -> list[Act]:
        """Return the acts in the chat, which knows contexts but not sessions."""
        wanted = question.wanted(CHAT)
        entries, contexts = wanted.get("entry"), wanted.get("context")
        both = entries & contexts if entries is not None and contexts is not None else entries or contexts
        asked = {name: values for name, values in wanted.items() if name not in {"entry", "context"}}
        asked |= {} if both is None else {"entry": both}
        return list(self._done(asked, question, CHAT_KINDS)) if self.account.has_chat else []

    def room_acts(self, question: Question) -> list[Act]:
        """Return downloads and raised hands."""
        return list(self._done(question.wanted(UNION), question, VIEW_KINDS))

    def acts_of(self, run: Run) -> list[Act]:
        """Return everything done in a session, by time."""
        if run.id not in self._acts:
            self._acts[run.id] = acts_of(run)
        return self._acts[run.id]

    def until(self, question: Question) -> int:
        """Return the end of the window, or the data's clock if that is earlier."""
        clock = self.account.clock
        return question.until if clock is None else min(question.until, clock)

    def reach(self, scene: Scene, question: Question) -> Stay:
        """Return the part of the window for which a scene has data."""
        until = self.until(question)
        if question.late < 1:
            until = min(until, scene.start + int((scene.end - scene.start) * question.late))
        return question.since, until

    def _span(self, run: Run) -> Stay:
        clock = self.account.clock
        return run.start, run.end if run.end > run.start or clock is None else clock

    def _seen(self, scene: Scene, question: Question) -> Iterator[View]:
        since, until = self.reach(scene, question)
        wanted, whole = question.wanted(UNION), ((scene.start, scene.end),)
        for number, who in enumerate(scene.audience):
            if not self._is_wanted(wanted, who.user_id, who.name):
                continue
            seconds = 0
            for start, end in who.stays or whole:
                seconds += max(min(end, until) - max(start, since), 0)
            if seconds:
                yield View(who.user_id or (scene.id, number), scene, number, who, seconds)

    def _done(self, wanted: Wanted, question: Question, kinds: frozenset[str]) -> Iterator[Act]:
        for scene in self.scenes:
            if scene.run and _passes(scene.facts, wanted):
                since, until = self.reach(scene, question)
                for act in self.acts_of(scene.run):
                    if since <= act.at < until and act.kind in kinds and self._is_wanted(wanted, act.user_id):
                        yield act

    def _is_wanted(self, wanted: Wanted, user_id: str, name: str = "") -> bool:
        if "user" in wanted and user_id not in wanted["user"]:
            return False
        return all(
            of(self.directory.profile(user_id, name)) in wanted[dimension]
            for dimension, of in _PERSONAL.items()
            if dimension in wanted
        )


_PERSONAL: dict[str, Callable[[Profile], str]] = {
    "device": lambda profile: profile.device,
    "country": lambda profile: profile.place.country,
    "region": lambda profile: profile.place.region,
    "city": lambda profile: profile.place.city,
}


def _facts(entry: str, virtual_event: str, *, cue_point: str | None = None, playback_type: str | None = None) -> Facts:
    return {
        "entry": entry,
        "virtual_event": virtual_event,
        "cue_point": cue_point,
        "playback_type": playback_type,
    }


def _is_watched(entry: Entry) -> bool:
    return any(who.stays for who in entry.audience)


def _live_scene(entry: Entry) -> Scene:
    times = [time for who in entry.audience for stay in who.stays for time in stay]
    facts = _facts(entry.id, entry.virtual_event_id, playback_type="live")
    return Scene(facts, min(times), max(times), entry.audience)


def _passes(facts: Facts, wanted: Wanted) -> bool:
    return all(facts[name] in values for name, values in wanted.items() if name in facts)
