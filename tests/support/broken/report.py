"""The plan of a sweep, its results, and their report."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from support.broken.kinds import BESIDE_EXPORTS, OUTAGES, Point
from support.broken.sweep import Undisturbed
from support.broken.telling import Verdict


def sample(whole: Undisturbed) -> list[Point]:
    """A fault of each kind at each service, spread over the story; the same ones every time.

    Of a steady story what no other is tried with: an outage of each service, and each thing beside an export.
    """
    by_pair: dict[tuple[str, str], list[Point]] = {}
    for point in whole.points():
        if not whole.is_steady:
            by_pair.setdefault((point.service, point.kind.name), []).append(point)
        elif point.kind in OUTAGES:
            by_pair.setdefault((point.service, "outage"), []).append(point)
        elif point.kind in BESIDE_EXPORTS:
            by_pair.setdefault(("", point.kind.name), []).append(point)
    return [points[place * 37 % len(points)] for place, points in enumerate(by_pair.values())]


@dataclass
class Report:
    """The points to try, and the verdicts so far."""

    whole: Undisturbed
    points: Sequence[Point]
    verdicts: list[Verdict] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """Add a verdict, and print it if it is not as it should be."""
        self.verdicts.append(verdict)
        if verdict.wrong or not verdict.struck:
            lines = [f"NOT MADE GOOD: {verdict.point}", *(f"    {line[:500]}" for line in verdict.wrong), verdict.trace]
            print("\n".join(lines), file=sys.stderr, flush=True)
        if sys.stderr.isatty() or len(self.verdicts) % 20 == 0:
            print(f"{len(self.verdicts)} of {len(self.points)}", end="\r", file=sys.stderr, flush=True)

    @property
    def made_good(self) -> list[Verdict]:
        return [one for one in self.verdicts if one.struck and not one.wrong]

    @property
    def left_out(self) -> list[Point]:
        """What was to be tried and was not, or did not strike."""
        return sorted({*self.points} - {one.point for one in self.verdicts if one.struck}, key=str)

    @property
    def calls_left_out(self) -> int:
        """How many calls of the undisturbed story nothing was done to."""
        tried = {(one.point.invocation, one.point.number) for one in self.verdicts if one.struck}
        return self.whole.calls - len(tried)

    @property
    def is_well(self) -> bool:
        return bool(self.points) and len(self.made_good) == len(self.points) and not self.left_out

    def lines(self) -> Iterable[str]:
        """The numbers."""
        unknown = sum(one.unknown for one in self.made_good)
        calls = Counter(call.split()[0] for one in self.whole.invocations for call in one.calls)
        tried = Counter(one.point.service for one in self.verdicts if one.struck)
        yield f"The story has {self.whole.calls} calls in {len(self.whole.invocations)} runs of functions."
        for service, count in sorted(calls.items()):
            yield f"  {service:15} {count:4} calls, {tried[service]:5} faults tried"
        yield f"{sum(tried.values())} faults tried at {self.whole.calls - self.calls_left_out} calls."
        yield (
            f"{len(self.made_good)} were made good by the machinery alone, {unknown} of them with a mail that is "
            f"reported to be of unknown fate; {len(self.verdicts) - len(self.made_good)} were not."
        )
