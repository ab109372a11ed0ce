"""Interactions of a session, generated from its script: the same each time, and only by people who are present."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kaltura_standin.account import Attendance, Run, Stay
from kaltura_standin.interactions import REACTIONS, Act, Kind, Poll, Script

_NOBODY = {"", "Unknown"}  # unidentified people, who have no acts


def acts_of(run: Run) -> list[Act]:
    """Return everything done in a session by time: the acts written by hand, and acts generated from the script."""
    acts = list(run.acts)
    if run.script:
        rng = random.Random(f"acts {run.id}")
        for who in run.attendances:
            if who.user_id not in _NOBODY:
                acts += _acts(_Doer(rng, run, run.script, who, who.stays or ((run.start, run.end),)))
        acts += _moderation(rng, run, run.script)
    return sorted(acts, key=lambda act: act.at)


class _Doer(NamedTuple):
    """A person in a session, and the random generator."""

    rng: random.Random
    run: Run
    script: Script
    who: Attendance
    stays: Sequence[Stay]

    def does(self, share: float) -> bool:
        return self.rng.random() < share

    def is_there(self, at: float) -> bool:
        return any(since <= at < until for since, until in self.stays)

    def moment(self) -> int:
        """Return a second of the presence; sometimes one of the first, when people say hello."""
        since, until = self.rng.choice(self.stays)
        hello = self.does(0.25)
        return self.rng.randrange(since, min(since + 150, until) if hello else until)

    def act(self, kind: Kind, at: float | None = None, value: str = "") -> Act:
        return Act(self.who.user_id, kind, self.moment() if at is None else int(at), value)


def _acts(doer: _Doer) -> Iterator[Act]:
    script = doer.script
    if doer.does(script.collectors):
        yield from (doer.act("download") for _ in range(doer.rng.choice((1, 1, 1, 2, 3))))
    if doer.does(script.raisers):
        yield from (doer.act("hand") for _ in range(doer.rng.choice((1, 1, 2))))
    if doer.does(script.logged_in):
        yield doer.act("login", doer.stays[0][0])
        yield from _reactions(doer)
        yield from _writing(doer)
        yield from _votes(doer)


def _reactions(doer: _Doer) -> Iterator[Act]:
    """Yield reactions. Friendly and attentive people react more, most of them at the peaks."""
    rng, run = doer.rng, doer.run
    warmth = 2.4 * rng.random() ** 3 * (0.3 + 0.7 * doer.who.engaged)  # a few people send most of the reactions
    for peak in doer.script.peaks:
        at = run.start + peak.minute * 60 + rng.expovariate(1 / 35)
        if doer.does(peak.share * warmth) and doer.is_there(at):
            kind = peak.kind if doer.does(0.85) else rng.choice(REACTIONS)
            yield doer.act(kind, at)
            if doer.does(0.3) and doer.is_there(at + 20):
                yield doer.act(kind, at + rng.randrange(5, 20))
    if doer.does(0.12 * warmth):
        yield from (doer.act(rng.choice(REACTIONS)) for _ in range(rng.choice((1, 1, 2))))


def _writing(doer: _Doer) -> Iterator[Act]:
    rng, script = doer.rng, doer.script
    if doer.does(script.talkative):
        yield from (doer.act("message") for _ in range(1 + min(int(rng.expovariate(0.7)), 11)))
    if doer.does(script.talkative / 5):
        yield from (doer.act("private_message") for _ in range(rng.choice((1, 2, 4))))
    if doer.does(script.curious):
        yield from (doer.act("qna") for _ in range(rng.choice((1, 1, 1, 2))))


def _votes(doer: _Doer) -> Iterator[Act]:
    if not doer.does(doer.script.voters):
        return
    for poll in doer.run.polls:
        at = doer.run.start + poll.minute * 60 + doer.rng.uniform(4, 70)
        if doer.does(poll.share) and doer.is_there(at):
            yield doer.act("poll", at, f"{poll.id}:{_choice(doer.rng, poll)}")


def _choice(rng: random.Random, poll: Poll) -> str:
    """Return the chosen options as numbers, by weight; up to three if the poll accepts several answers."""
    if not poll.options:
        return ""
    times = rng.choice((1, 2, 2, 3)) if poll.many else 1
    weights = [option.weight for option in poll.options]
    chosen = {rng.choices(range(len(weights)), weights)[0] for _ in range(times)}
    return ",".join(map(str, sorted(chosen)))


def _moderation(rng: random.Random, run: Run, script: Script) -> Iterator[Act]:
    """Yield acts of people who are only in the chat: they answer questions, and are not in the room."""
    for number, user_id in enumerate(script.chat_only):
        yield Act(user_id, "login", run.start)
        times = sorted(rng.randrange(run.start, run.end) for _ in range(14 if number == 0 else 2))
        yield from (Act(user_id, "message", at) for at in times)
