"""Reports by person: 60010, live viewers and their interactions, and 60013, the page's export of users."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kaltura_standin.interactions import REACTIONS
from kaltura_standin.summary.dataset import Footage, Key
from kaltura_standin.summary.directory import UNKNOWN, Directory
from kaltura_standin.summary.query import Question
from kaltura_standin.summary.report import Cell, Found, Row
from kaltura_standin.summary.totals import NOTHING

_TEXTS = 8  # columns that describe the person
_NO_TEXTS = ("",) * _TEXTS  # of a deleted user
_AS_THEY_ARE = ("message", "poll", "qna", "download", "hand")
_COUNTED = dict(zip(_AS_THEY_ARE, _AS_THEY_ARE, strict=True)) | dict.fromkeys(REACTIONS, "reaction")


@dataclass(slots=True)
class _Tally:
    """The sums of one person so far. Times are in seconds."""

    user_id: str
    name: str = ""
    live: int = 0
    engaged: float = 0.0
    vod: int = 0
    completions: list[float] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    @property
    def ratio(self) -> float:
        return self.engaged / self.live if self.live else 0.0

    @property
    def completion(self) -> float:
        return min(sum(self.completions) / len(self.completions), 100.0) if self.completions else 0.0


def attendees(footage: Footage, question: Question) -> Found:
    """60010: return everybody seen live or in the chat."""
    people, sizes = _tallied(footage, question)
    has_event = _has_event(question)
    rows: list[Row] = [
        (
            *_attendee(footage.directory, one, has_event=has_event),
            one.live / 60,
            one.did["reaction"],
            one.did["hand"],
            one.ratio,
            *(one.did[kind] for kind in ("message", "poll", "qna", "download")),
        )
        for one in people
    ]
    return Found(rows, sizes)


def attendees_total(footage: Footage, question: Question) -> list[Cell]:
    """Return the same metrics for all people together: sums, and the ratio of all time."""
    return _summed(attendees(footage, question).rows, _TEXTS, minutes=0, ratio=3)


def users(footage: Footage, question: Question) -> Found:
    """60013: return everybody seen live, in a recording or in the chat, without user ids."""
    people, sizes = _tallied(footage, question, recordings=True)
    has_event = _has_event(question)
    rows: list[Row] = [
        (
            *_user(footage.directory, one, has_event=has_event),
            one.vod / 60,
            one.live / 60,
            (one.vod + one.live) / 60,
            one.completion,
            one.did["reaction"],
            one.did["hand"],
            one.ratio,
            *(one.did[kind] for kind in ("message", "poll", "qna", "download")),
        )
        for one in people
    ]
    return Found(rows, sizes)


def _has_event(question: Question) -> bool:
    return any(name == "virtual_event" for name, _ in question.filters)


def _tallied(
    footage: Footage, question: Question, *, recordings: bool = False
) -> tuple[Iterable[_Tally], tuple[int, ...]]:
    """Return everybody, and the number of people from players and rooms, from the chat, and from recordings."""
    people: dict[Key, _Tally] = {}
    for view in footage.views(question):
        one = people.setdefault(view.key, _Tally(view.who.user_id, view.who.name))
        one.live += view.seconds
        one.engaged += view.engaged
    live = len(people)
    chatters = set()
    for act in (*footage.chat(question), *footage.room_acts(question)):
        if act.kind in _COUNTED:
            people.setdefault(act.user_id, _Tally(act.user_id)).did[_COUNTED[act.kind]] += 1
            chatters.add(act.user_id)
    players = set()
    for _, play in footage.plays(question) if recordings else ():
        if play.seconds:
            one = people.setdefault(play.user_id, _Tally(play.user_id, play.name))
            one.vod += play.seconds
            one.completions.append(play.completion)
            players.add(play.user_id)
    return people.values(), (live, len(chatters), len(players))


def _attendee(directory: Directory, one: _Tally, *, has_event: bool) -> tuple[str, ...]:
    """Return id, name, email, title, company, country, role, industry."""
    if not one.user_id:
        return _NO_TEXTS
    if one.user_id == UNKNOWN:
        return (UNKNOWN, UNKNOWN, "", "", "", "", UNKNOWN, UNKNOWN)
    user, profile = directory.user(one.user_id), directory.profile(one.user_id)
    name = user.full_name or one.name or one.user_id
    registered = directory.registration(one.user_id, has_event=has_event)
    return (one.user_id, name, user.email, profile.title, profile.company, profile.country, *registered)


def _user(directory: Directory, one: _Tally, *, has_event: bool) -> tuple[str, ...]:
    """Return first name, last name, title, company, email, country, role, industry."""
    if not one.user_id:
        return _NO_TEXTS
    if one.user_id == UNKNOWN:
        return ("", "", "", "", "", "", UNKNOWN, UNKNOWN)
    user, profile = directory.user(one.user_id), directory.profile(one.user_id)
    registered = directory.registration(one.user_id, has_event=has_event)
    who = (user.first_name, user.last_name, profile.title, profile.company, user.email, profile.country)
    return (*who, *registered)


def _summed(rows: list[Row], first: int, *, minutes: int, ratio: int) -> list[Cell]:
    """Return the sums of the columns from `first` on; the ratio is weighted by the minutes."""
    if not rows:
        return [NOTHING] * 8
    numbers = [[float(cell) for cell in row[first:]] for row in rows]
    sums: list[Cell] = [sum(column) for column in zip(*numbers, strict=True)]
    whole = float(sums[minutes])
    sums[ratio] = sum(row[minutes] * row[ratio] for row in numbers) / whole if whole else 0.0
    return sums
