"""What can be done to one call of a function's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

How: TypeAlias = Literal["refuse", "deny", "break", "hang", "kill", "pause"]
Beside: TypeAlias = Literal["", "itself", "replay", "erase"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault.

    `effect`: the call does what it is to do, and the fault comes after it. `lasts`: the client's own repetitions of the
    same call fail as well (and do nothing), so that its caller hears of a failure; else the first repetition goes well.
    `gives_up`: the call fails in later runs of the function too, until messages are dead letters, which are redriven.
    `beside`: the function is paused before the call, while another one does this to the end.
    """

    name: str
    how: How
    effect: bool = False
    lasts: bool = False
    gives_up: bool = False
    beside: Beside = ""


KINDS = (
    Kind("refused", "refuse", lasts=True),
    Kind("refused once", "refuse"),
    Kind("broken off", "break", lasts=True),
    Kind("done, answer lost", "break", effect=True),
    Kind("done, then broken off", "break", effect=True, lasts=True),
    Kind("timed out", "hang", lasts=True),
    Kind("done, timed out", "hang", effect=True),
    Kind("done, then timed out", "hang", effect=True, lasts=True),
    Kind("killed before", "kill"),
    Kind("killed after", "kill", effect=True),
)
OUTAGES = (
    Kind("refused for hours", "refuse", lasts=True, gives_up=True),
    Kind("denied for hours", "deny", lasts=True, gives_up=True),
    Kind("broken off for hours", "break", lasts=True, gives_up=True),
)
TWICE = Kind("while the same is done", "pause", beside="itself")
BESIDE_EXPORTS = (
    Kind("while the session is replayed", "pause", beside="replay"),
    Kind("while somebody is erased", "pause", beside="erase"),
)


@dataclass(frozen=True, slots=True)
class Point:
    """One fault to try: in which invocation of the story, at which of its calls."""

    invocation: int  # from 0, in the undisturbed run
    number: int  # of the call, from 1
    kind: Kind
    function: str
    call: str

    @property
    def service(self) -> str:
        """kaltura, or AWS's name of it."""
        return self.call.split()[0]

    def __str__(self) -> str:
        return f"{self.function} (invocation {self.invocation}), call {self.number}, {self.call}: {self.kind.name}"
