"""A story: what happens in a world, and when. What the machinery does by itself is not part of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kaltura_standin.account import Account
from support.broken.world import World


@dataclass(frozen=True)
class Step:
    """What happens at a time."""

    at: datetime
    what: str
    happens: Callable[[World], object]


@dataclass(frozen=True)
class Story:
    """What Kaltura knows at each time, how the stack is deployed, and what happens."""

    name: str
    accounts: Callable[[datetime], Account]
    parameters: Mapping[str, str]
    steps: Sequence[Step]
    is_steady: bool = False  # whether it ends the same, but for times, when its steps happen hours later

    def world(self) -> World:
        """The world just before it begins."""
        return World(self.steps[0].at, self.accounts, self.parameters)
