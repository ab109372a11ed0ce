"""Segments for follow-up: the nouns that metrics, documents and the portal share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

STAYED, LEFT_EARLY, ASKED, MOST_ENGAGED, FIRST_TIME, CAME_BACK, USED_TO_COME = KEYS = (
    "stayed-to-the-end",
    "left-early",
    "asked-a-question",
    "most-engaged",
    "first-time",
    "came-back",
    "used-to-come",
)


class Member(NamedTuple):
    """Somebody in a segment, and why: the reason in words."""

    user_id: str
    name: str
    email: str
    reason: str


@dataclass(frozen=True, slots=True)
class Segment:
    """People of a session who have something in common, staff left out, and the rule by which they were found.

    Each person is in it once, whatever number of user ids they have. All segments of a session are about the same `of`
    people: everybody present who is no staff. `unavailable` says why nobody can tell who is in it; then there are no
    members.
    """

    key: str
    formula: str = ""
    members: Sequence[Member] = field(default=(), repr=False)
    of: int = 0
    unavailable: str = ""

    @property
    def people(self) -> int:
        """How many are in it."""
        return len(self.members)

    @property
    def file(self) -> str:
        """The name of its list."""
        return file_of(self.key)


def file_of(key: str) -> str:
    """The name of a segment's list among a session's documents."""
    return f"follow-up-{key}.csv"
