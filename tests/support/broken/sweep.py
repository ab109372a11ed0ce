"""The story again and again, with one fault each, every time in a copy of the world as it was just before."""

from __future__ import annotations

import os
import pickle
import re
import select
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from support.broken.kinds import BESIDE_EXPORTS, KINDS, OUTAGES, TWICE, Kind, Point
from support.broken.left import Left
from support.broken.story import Story
from support.broken.telling import Done, Invocation, Teller, Verdict
from support.broken.world import World

_SECTION = re.compile(r"kaltura report[.]\w+ (?!600[012]$)\d+$")  # a report without which a session is reported too
_READS = ("Get", "BatchGet", "List", "Head", "Query")


@dataclass(frozen=True)
class Undisturbed:
    """The story with nothing broken: every call of every function, and what was left behind after each step."""

    invocations: tuple[Invocation, ...]
    left: tuple[Left, ...]
    is_steady: bool = False  # see Story

    @property
    def calls(self) -> int:
        return sum(len(one.calls) for one in self.invocations)

    def points(self) -> list[Point]:
        """A fault of each kind at each call."""
        return [
            Point(place, number, kind, one.function, call)
            for place, one in enumerate(self.invocations)
            for number, call in enumerate(one.calls, start=1)
            for kind in (*kinds_for(call), *self._more_kinds(one, number, call))
        ]

    def _more_kinds(self, one: Invocation, number: int, call: str) -> Iterator[Kind]:
        """What takes longer. A call fails for hours once in a run: the later ones of its name fail too."""
        is_section = _SECTION.match(call) is not None
        if self.is_steady and call not in one.calls[: number - 1] and not is_section:
            yield from OUTAGES
        if not is_read(call):
            yield TWICE
        if not is_read(call) and self.is_steady and one.function == "ExportFunction":
            yield from BESIDE_EXPORTS


def kinds_for(call: str) -> Sequence[Kind]:
    """What is tried at a call. A read has no effect that a fault could come after, but its answer may be lost."""
    if not is_read(call):
        return KINDS
    return [kind for kind in KINDS if not kind.effect or kind.name == "done, answer lost"]


def is_read(call: str) -> bool:
    """Whether a call changes nothing. Nothing that Kaltura is asked does, but that it gives a token for a while."""
    service, operation, *_ = call.split()
    return service == "kaltura" or operation.startswith(_READS)


def undisturbed(story: Story, world: World) -> Undisturbed:
    """Run the story once, in a copy of the world."""
    pid, pipe = _copy(world)
    if not pid:
        with _telling(pipe) as tell:
            teller = Teller(story, world)
            teller.tell()
            tell(Undisturbed(tuple(teller.invocations), tuple(teller.left), story.is_steady))
    found = _collect(pid, pipe)
    assert isinstance(found, Undisturbed), found
    return found


@dataclass
class Sweep:
    """Tries points, so many at the same time. `said` is called with each verdict."""

    story: Story
    world: World
    whole: Undisturbed
    jobs: int
    said: Callable[[Verdict], object]
    _running: dict[int, tuple[int, Point]] = field(default_factory=dict)  # pid and point, by the pipe with the verdict
    _pipe: int = 0  # in a copy of the world: the pipe for the verdict

    def run(self, points: Iterable[Point]) -> None:
        """Run the story until the last point, and try each point when the story reaches it."""
        plan: dict[int, list[Point]] = {}
        for point in points:
            plan.setdefault(point.invocation, []).append(point)
        teller = Teller(self.story, self.world)

        def at_invocation(number: int) -> None:
            if number > max(plan, default=-1):
                raise Done
            self._try(teller, plan.get(number, ()))

        teller.at_invocation = at_invocation
        try:
            teller.tell()
        except Done:
            pass  # in a copy, or after the last point
        except BaseException:
            if not self._pipe:
                raise
            with _telling(self._pipe):
                raise
        if self._pipe:
            with _telling(self._pipe) as tell:
                tell(teller.verdict())
        while self._running:
            self._wait()

    def _try(self, teller: Teller, points: Iterable[Point]) -> None:
        """Let a copy of the world go on with each fault, and the world itself without any."""
        for point in points:
            while len(self._running) >= self.jobs:
                self._wait()
            pid, pipe = _copy(self.world)
            if not pid:
                self._pipe, self._running, teller.at_invocation = pipe, {}, lambda _: None
                teller.disturb(point, self.whole.invocations[point.invocation], self.whole.left)
                return
            self._running[pipe] = pid, point

    def _wait(self) -> None:
        """Hear at least one verdict."""
        ready, _, _ = select.select(list(self._running), [], [])
        for pipe in ready:
            pid, point = self._running.pop(pipe)
            found = _collect(pid, pipe)
            self.said(found if isinstance(found, Verdict) else Verdict(point, struck=False, wrong=(str(found),)))


def _copy(world: World) -> tuple[int, int]:
    """Fork. The world gets its copy's pid and the pipe to read from; the copy gets 0 and the pipe to write to."""
    read, write = os.pipe()
    if pid := os.fork():
        os.close(write)
        return pid, read
    os.close(read)
    world.clock.part()
    world.front.listen()
    return 0, write


@contextmanager
def _telling(pipe: int) -> Iterator[Callable[[object], None]]:
    """End a copy: write its result, or why it has none, to the pipe, and exit."""
    result: list[object] = []
    try:
        yield result.append
    except BaseException:  # noqa: BLE001 - a copy must never go on as if it was the world
        result = [traceback.format_exc()]
    with os.fdopen(pipe, "wb") as out:
        pickle.dump(result[0], out)
    os._exit(0)


def _collect(pid: int, pipe: int) -> object:
    with os.fdopen(pipe, "rb") as found:
        content = found.read()
    os.waitpid(pid, 0)
    return pickle.loads(content) if content else "The copy of the world ended without a word."
