"""The follow-up segments. Each is a list of people; metrics, documents and the portal use them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

STAYED, LEFT_EARLY, ASKED, MOST_ENGAGED, FIRST_TIME, CAME_BACK, USED_TO_COME = EVERY_SESSION = (
    "stayed-to-the-end",
    "left-early",
    "asked-a-question",
    "most-engaged",
    "first-time",
    "came-back",
    "used-to-come",
)
REGISTERED_ABSENT, CAME_UNREGISTERED = WITH_REGISTRATIONS = ("registered-absent", "came-unregistered")
KEYS = (*EVERY_SESSION, *WITH_REGISTRATIONS)
# Of virtual events, which also have the list CAME_UNREGISTERED.
CAME_TO_ALL, CAME_ONCE, REGISTERED_NEVER_CAME = EVENT_KEYS = ("came-to-all", "came-once", "registered-never-came")

FOLDER = "follow-up"  # has the lists; it is in the folder of a session's documents


class Member(NamedTuple):
    """A person in a segment, and the reason in words."""

    user_id: str
    name: str
    email: str
    reason: str
    company: str = ""
    answers: Sequence[str] = ()  # to the chosen questions of the registration form


@dataclass(frozen=True, slots=True)
class Segment:
    """People of a session who match one rule, without staff.

    Each person is listed once, even with several user ids. `of` is the number of people who were present, without
    staff. `unavailable` says why the members are unknown; then the list is empty.
    """

    key: str
    formula: str = ""
    members: Sequence[Member] = field(default=(), repr=False)
    of: int = 0
    unavailable: str = ""

    @property
    def people(self) -> int:
        return len(self.members)

    @property
    def file(self) -> str:
        return file_of(self.key)


def file_of(key: str) -> str:
    """Return the file of a segment's list, in the folder of the session's documents."""
    return f"{FOLDER}/{key}.csv"
