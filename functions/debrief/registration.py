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

# Classes of the people in the table `registrations`: registered people, other people on the list, people who came.
CAME, RECORDING_ONLY, ABSENT, NOT_KNOWN = OF_REGISTERED = ("came", "recording-only", "absent", "not-known")
NOT_COUNTED, STAFF, WALK_IN, UNMATCHED = ("not-counted", "staff", "walk-in", "unmatched")


@dataclass(frozen=True, slots=True)
class Registrant:
    """One line of a list of registrations. Unknown texts are blank.

    `status` is `registered`, or one of NOT_REGISTERED; `unclear` is a status that Debrief does not know. `origin` is
    how the person came to register, such as `invite` or `Newsletter`. `answers` has the other columns of the list, by
    their names. `registered_at` is an ISO 8601 time in UTC. `aliases` has more pseudonyms of an erased person.
    """

    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    user_id: str = field(default="", repr=False)
    company: str = field(default="", repr=False)
    status: str = REGISTERED
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    origin: str = field(default="", repr=False)
    registered_at: str = field(default="", repr=False)
    aliases: tuple[str, ...] = field(default=(), repr=False)

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


@dataclass(frozen=True, slots=True)
class SessionRoll:
    """The people in the table `registrations` of one session, and what its list is for and where it comes from."""

    scope: Scope
    origin: Origin
    rows: Sequence[RollRow] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RollRow:
    """A person in the table `registrations` of a session; unknown texts are blank.

    `class_` is one of OF_REGISTERED for a registered person. Other people on the list are NOT_COUNTED (see `status`) or
    STAFF. People who came and are not registered are WALK_IN, or UNMATCHED if Kaltura gives no address by which they
    could be on the list. `minutes` is their presence. `reason` says why it is not known whether they came. `aliases`
    has the person's other ids and addresses on the list.
    """

    user_id: str = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    status: str
    class_: str
    minutes: float | None = None
    reason: str = ""
    aliases: tuple[str, ...] = field(default=(), repr=False)
    origin: str = field(default="", repr=False)
    registered_at: str = field(default="", repr=False)

    @property
    def is_registered(self) -> bool:
        return self.class_ in OF_REGISTERED

    @property
    def came(self) -> bool | None:
        """Return whether the person came to the live session; None if unknown."""
        if self.class_ in {CAME, WALK_IN, UNMATCHED}:
            return True
        return False if self.class_ in {RECORDING_ONLY, ABSENT} else None

    @property
    def own_id(self) -> str:
        """Return the user id, else the address; blank if the list has neither."""
        return self.user_id or self.email

    @property
    def ids(self) -> set[str]:
        """Return everything that identifies the person: ids, and addresses, which are ids in most accounts."""
        return {text for text in (self.user_id, self.email, *self.aliases) if is_identified(text)}


def folded(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return "".join(character for character in text.casefold() if character.isalnum())
