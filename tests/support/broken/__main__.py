"""`python -m support.broken`: try a sample of the faults, or all with `--every`, and print the numbers.

Ends with 1 when a fault did not strike or was not made good.
"""

from __future__ import annotations

import argparse
import os
import re
import sys

from support.broken.clock import install

install()

from support.broken.interrupted import INTERRUPTED_STORY  # noqa: E402
from support.broken.report import Report, sample  # noqa: E402
from support.broken.session import SESSION_STORY  # noqa: E402
from support.broken.story import Story  # noqa: E402
from support.broken.sweep import Sweep, undisturbed  # noqa: E402
from support.broken.warm import warm_up  # noqa: E402
from support.broken.world import AWS_ENVIRONMENT  # noqa: E402

STORIES = {story.name: story for story in (SESSION_STORY, INTERRUPTED_STORY)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m support.broken", description=__doc__)
    parser.add_argument("story", nargs="?", choices=STORIES, default=SESSION_STORY.name)
    parser.add_argument("--every", action="store_true", help="try every fault at every call")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="faults to try at the same time")
    parser.add_argument("--only", default="", help="try only those faults whose name has this pattern in it")
    asked = parser.parse_args()
    os.environ.update(AWS_ENVIRONMENT)
    return tried(STORIES[asked.story], every=asked.every, only=asked.only, jobs=asked.jobs)


def tried(story: Story, *, every: bool, only: str, jobs: int) -> int:
    """Run a story with its faults and print the numbers. Return the exit code."""
    world = story.world()
    warm_up()
    whole = undisturbed(story, world)
    points = whole.points() if every or only else sample(whole)
    report = Report(whole, [point for point in points if re.search(only, str(point))])
    Sweep(story, world, whole, jobs, report.add).run(report.points)
    print(*report.lines(), sep="\n")
    return 0 if report.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
