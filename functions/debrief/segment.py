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

    `people` of `of` people are in it, `of_with_staff` and `people_with_staff` count staff too. `unavailable` says why
    nobody can tell who is; then there are no members and no counts.
    """

    key: str
    formula: str = ""
    members: Sequence[Member] = field(default=(), repr=False)
    of: int = 0
    people_with_staff: int = 0
    of_with_staff: int = 0
    unavailable: str = ""

    @property
    def people(self) -> int:
        """How many are in it, without staff."""
        return len(self.members)

    @property
    def file(self) -> str:
        """The name of its list."""
        return file_of(self.key)


def file_of(key: str) -> str:
    """The name of a segment's list among a session's documents."""
    return f"follow-up-{key}.csv"
