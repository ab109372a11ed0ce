"""The story in one world: undisturbed, or with one fault and the recovery from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from support.broken.kept import kept_of, without_times
from support.broken.kinds import Point
from support.broken.left import Left, differences, left_by
from support.broken.process import Ended
from support.broken.story import Story
from support.broken.world import World
from support.deployed import Function

ROUND = timedelta(hours=1)  # between two ticks while something has to be made good
TAIL = timedelta(hours=12)  # for so long the machinery goes on after the last step
OUTAGE = timedelta(hours=5)  # for so long a call fails that brings nothing to the dead letters
_TRACED = 15  # invocations after a fault of which is kept what they printed


@dataclass(frozen=True)
class Invocation:
    """One run of a function in the undisturbed story, with its calls in order, its answer, and what there was then."""

    function: str
    step: int
    calls: tuple[str, ...]
    answer: Any
    left: Left


@dataclass(frozen=True)
class Verdict:
    """What became of one fault."""

    point: Point
    struck: bool
    wrong: tuple[str, ...]  # what was different in the end
    unknown: bool = False  # whether a mail was reported to be of unknown fate
    hours: float = 0.0  # until all was well
    trace: str = field(default="", repr=False)


class Done(BaseException):
    """All is well again, or there is nothing more that could make it so."""


@dataclass
class Teller:
    """Runs the story. `at_invocation` is called with the number of each invocation before it begins."""

    story: Story
    world: World
    at_invocation: Callable[[int], None] = lambda _: None
    invocations: list[Invocation] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)  # after each step
    _step: int = 0
    _point: Point | None = None
    _wanted: Sequence[Left] = ()  # after each step
    _as_if_nothing: Invocation | None = None  # the one that is disturbed, as it would be if it were not
    _since: datetime | None = None
    _ticked: datetime | None = None
    _is_absorbed: bool = False
    _trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.before, self.world.after = self._before, self._after

    def tell(self) -> None:
        """The whole story. Raises Done when it was disturbed and is well again."""
        for number, step in enumerate(self.story.steps):
            self._step = number
            self.world.clock.to(step.at)
            step.happens(self.world)
            self.world.poll()
            self.left.append(left_by(self.world))
            if self._point:
                self._make_good()

    def disturb(self, point: Point, undisturbed: Invocation, wanted: Sequence[Left]) -> None:
        """From now on the story is that of a fault; `wanted` is what should be left behind after each step."""
        self._point, self._as_if_nothing, self._wanted = point, undisturbed, wanted
        self._since = self._ticked = self.world.clock.now
        self.world.front.fault = point

    def verdict(self) -> Verdict:
        """What became of the fault."""
        assert self._point
        assert self._since
        left = left_by(self.world)
        wrong = () if self._is_absorbed else tuple(self._differences(left))
        hours = (self.world.clock.now - self._since) / timedelta(hours=1)
        trace = "\n".join(self._trace) if wrong else ""
        return Verdict(self._point, bool(self.world.front.struck), wrong, bool(left.unknown), hours, trace)

    def _differences(self, left: Left) -> list[str]:
        """What is not as it should be after what was done."""
        assert self._point
        wanted = self._wanted[self._step]
        if self._point.kind.gives_up:
            outlasting = ["the call still fails"] if self.world.front.fault else []
            return outlasting + differences(without_times(left), without_times(wanted))
        if self._point.kind.beside == "erase" and self.world.front.struck and not _nobody(self.world.erasure):
            return kept_of(self.world, left, wanted)
        return differences(left, wanted)

    def _recover(self) -> None:
        """What people do: mend what failed for hours and redrive its messages; run an erasure again that asks so."""
        assert self._since
        if self.world.front.fault and (self.world.dead_letters() or self.world.clock.now > self._since + OUTAGE):
            self.world.front.fault = None
        if self._point and self._point.kind.gives_up and not self.world.front.fault and self.world.dead_letters():
            self.world.redrive()
            self.world.poll()
        if self.world.is_erasure_unfinished:
            self.world.erase()

    def _make_good(self) -> None:
        """Ticks and queues, until all is well or the next step comes. Raises Done."""
        steps = self.story.steps
        is_last = self._step + 1 == len(steps)
        tail = TAIL + OUTAGE if self._point and self._point.kind.gives_up else TAIL
        end = steps[-1].at + tail if is_last else steps[self._step + 1].at
        while self._differences(left_by(self.world)):
            self._recover()
            assert self._ticked
            tick, message = self._ticked + ROUND, self.world.next_message()
            soon = min(tick, message) if message else tick
            if soon >= end:
                break
            self.world.clock.to(soon)
            if soon == tick:
                self._ticked = self.world.clock.now
                self.world.tick()
            self.world.poll()
        else:
            raise Done
        if is_last:
            raise Done

    def _before(self, _: Function) -> None:
        self.at_invocation(len(self.invocations))

    def _after(self, function: Function, ended: Ended) -> None:
        """Raises Done when a function, perhaps at a later try, has done what it did undisturbed, and nothing else is
        different: then all the rest would be the same.
        """
        front, left = self.world.front, left_by(self.world)
        calls = tuple(map(str, front.calls))
        self.invocations.append(Invocation(function.logical_id, self._step, calls, ended.value, left))
        if self._point:
            became = "well" if ended.is_well else ended.error
            printed = ended.printed[-600:] if len(self._trace) < _TRACED else ""
            self._trace.append(f"{self.world.clock.now:%d %H:%M:%S} {function.logical_id}: {became} {printed}")
        if not (self._point and self._point.kind.gives_up):
            front.fault = None
        same = self._as_if_nothing
        if (
            same
            and front.struck
            and not front.fault
            and ended.value == same.answer
            and not differences(left, same.left)
        ):
            self._is_absorbed = True
            raise Done


def _nobody(erasure: str) -> bool:
    """Whether an erasure found nobody, because nothing of the person was written yet."""
    return "know nobody" in erasure
