"""Stories of several processes, what a schedule does and what people do, and the same with one of them killed."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from debrief.delivery.mail.mailer import Envelope
from debrief.kaltura.api.client import Kaltura
from debrief.pipeline.services import Services
from support.killing import Countdown, KilledError, watched
from support.world import Clock, World


@dataclass
class Counting:
    """A mailer that remembers what really left, and when."""

    real: Any
    clock: Clock
    sent: list[tuple[datetime, Envelope]]

    def send(self, envelope: Envelope) -> None:
        self.real.send(envelope)
        self.sent.append((self.clock(), envelope))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class Remembering(requests.Session):
    """Asks Kaltura the same thing once at any one time: answers change with the clock alone."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self._answers: dict[object, requests.Response] = {}

    def post(self, url: str | bytes, data: Any = None, json: Any = None, **more: Any) -> requests.Response:
        key = self.clock(), url, repr(data), repr(json)
        if key not in self._answers:
            self._answers[key] = super().post(url, data, json, **more)
        return self._answers[key]


Work = Callable[[World, Services], None]
Left = dict[str, object]  # what a story has left behind, by what it is


@dataclass(frozen=True)
class Step:
    """What one process does at a time. One that somebody waits for is done again when it was killed."""

    at: datetime
    work: Work
    is_waited_for: bool = False


@dataclass
class Story:
    """Steps in one world, each a process of its own that holds nothing in memory of the one before.

    `prepare` puts the stand-in into the state of a step's time. What was sent is in `sent`. Only what is asked of
    Kaltura is remembered, for speed.
    """

    place: World
    steps: Sequence[Step]
    settings: dict[str, object] = field(default_factory=dict)
    prepare: Callable[[World], None] = lambda _: None
    mailer: Callable[[Any], Any] = lambda real: real
    sent: list[tuple[datetime, Envelope]] = field(default_factory=list)
    asked: Kaltura | None = None

    def take(self, step: Step, countdown: Countdown | None = None) -> None:
        """One step; when the countdown ends in it, it is killed."""
        countdown = countdown or Countdown(0, after=False)
        try:
            self._process(step, countdown)
        except KilledError:
            if step.is_waited_for:
                self._process(step, countdown)

    def _process(self, step: Step, countdown: Countdown) -> None:
        self.place.clock.now = step.at
        self.prepare(self.place)
        with self.place.services(**self.settings) as opened:
            mailer = self.mailer(Counting(opened.mailer, self.place.clock, self.sent))
            kaltura = self._kaltura(opened)
            step.work(self.place, watched(replace(opened, mailer=mailer, kaltura=kaltura), countdown))

    def _kaltura(self, services: Services) -> Kaltura:
        if self.asked is None:
            self.asked = Kaltura(services.settings, Remembering(Clock(self.place.clock())), sleep=lambda _: None)
        http = self.asked._http
        assert isinstance(http, Remembering)
        http.clock.now = self.place.clock()
        return self.asked

    def most_sent(self) -> int:
        """Return how often the most repeated email was sent."""
        return max(Counter(envelope.name for _, envelope in self.sent).values(), default=0)


@dataclass(frozen=True)
class Before:
    """A copy of the world as it was before a step, and how many writing calls the step makes if it is not killed."""

    root: Path
    sent: int
    calls: int


@dataclass
class Undisturbed:
    """A story in which nothing was killed.

    `left_by` has what the story had left behind after each step, as `left` returns it: everything that matters.
    """

    story: Story
    scratch: Path
    left: Callable[[World], Left]
    befores: list[Before] = field(default_factory=list)
    left_by: list[Left] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, step in enumerate(self.story.steps):
            root, sent, countdown = self.scratch / f"before-{number}", len(self.story.sent), Countdown(0, after=False)
            _copy(self.story.place.root, root)
            self.story.take(step, countdown)
            self.befores.append(Before(root, sent, countdown.calls))
            self.left_by.append(self.left(self.story.place))

    def killed(self, first: int = 0, last: int | None = None) -> Iterator[tuple[str, Story, Left, Left]]:
        """Repeat the story for each writing call of the steps from `first` up to `last`, killed before and after it.

        A kill after one call leaves the same as a kill before the next call, so only a step's last call is also tried
        with a kill after it. Yields where the story was killed, the story, what it left and what it should have left.
        The story continues until it has left the same as the undisturbed story at that time, or to its end.
        """
        for number, before in list(enumerate(self.befores))[first:last]:
            points = [(at, False) for at in range(1, before.calls + 1)] + [(before.calls, True)] * bool(before.calls)
            for at, after in points:
                with TemporaryDirectory(dir=self.scratch) as folder:
                    story = self._again(number, Path(folder) / "world")
                    left, wanted = self._told(story, number, Countdown(at, after=after))
                    yield f"{'after' if after else 'before'} call {at} of step {number}", story, left, wanted

    def _told(self, story: Story, first: int, countdown: Countdown) -> tuple[Left, Left]:
        left: Left = {}
        wanted: Left = {}
        for step, wanted in list(zip(story.steps, self.left_by, strict=True))[first:]:
            story.take(step, countdown)
            left = self.left(story.place)
            if left == wanted:
                break
        return left, wanted

    def _again(self, number: int, root: Path) -> Story:
        before = self.befores[number]
        _copy(before.root, root)
        place = World(self.story.place.kaltura, root, Clock(self.story.steps[number].at))
        return replace(self.story, place=place, sent=self.story.sent[: before.sent])


def _copy(source: Path, target: Path) -> None:
    source.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target)
