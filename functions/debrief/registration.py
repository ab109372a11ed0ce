"""Define registrations: who registered for a session, a virtual event or a room, and which source says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from debrief.util.values import is_identified

Scope: TypeAlias = Literal["session", "event", "room"]  # what a list of registrations is for
Origin: TypeAlias = Literal["file", "kaltura", "both"]  # where a list of registrations comes from
SCOPES: tuple[Scope, ...] = get_args(Scope)
ORIGINS: tuple[Origin, ...] = get_args(Origin)

MOST_PEOPLE = 200_000  # on a list
REGISTERED = "registered"
CANCELLED, BLOCKED, INVITED, UNCLEAR = NOT_REGISTERED = ("cancelled", "blocked", "invited", "unclear")


@dataclass(frozen=True, slots=True)
class Registrant:
    """One line of a list of registrations. Unknown texts are blank.

    `status` is `registered`, or one of NOT_REGISTERED; `unclear` is a status that Debrief does not know. `origin` is
    how the person came to register, such as `invite` or `Newsletter`. `answers` has the other columns of the list, by
    their names.
    """

    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    user_id: str = field(default="", repr=False)
    company: str = field(default="", repr=False)
    status: str = REGISTERED
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    origin: str = field(default="", repr=False)

    @property
    def own_id(self) -> str:
        """Return the user id, else the address: in most accounts a person's address is the user id."""
        return (self.user_id if is_identified(self.user_id) else self.email).strip()


@dataclass(frozen=True, slots=True)
class Registrations:
    """A list of registrations, in the order of its source; a person may be on it several times.

    A report that is rebuilt without the settings of its export has the same questions.
    """

    scope: Scope
    origin: Origin
    people: Sequence[Registrant] = field(repr=False)
    questions: Sequence[str] = ()  # whose answers the report counts, by the settings of its export
    names_origin: bool = False  # whether these settings name the column of origins
    note: str = ""  # why the list is that of an earlier check, as sentences; blank if it is current


def folded(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return "".join(character for character in text.casefold() if character.isalnum())
