"""The parts of a rules file: what is said about a person, which sessions a rule is about, and a rule.

Whether a rule is about a session may be unknown, because Kaltura does not tell the session's event, host or name. Then
the verdict is None, and whoever asks takes the strictest reading: the rule limits and excludes, but grants nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from debrief.delivery.mail.addresses import folded_address
from debrief.delivery.rules.patterns import fits
from debrief.model import NotKnown

if TYPE_CHECKING:
    from debrief.model import Organizer, Person, Session, Tier, VirtualEvent

Verdict: TypeAlias = bool | None  # None: could not tell


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is said about one person, or about everybody; blank and None where nothing is said."""

    see: Tier | None = None
    timezone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """Which sessions a rule is about: each condition that has patterns must hold, by any one of them."""

    room: tuple[str, ...] = ()  # entry ids
    event: tuple[str, ...] = ()  # virtual event ids
    title: tuple[str, ...] = ()  # the room's name
    host: tuple[str, ...] = ()  # user id or address

    def holds(
        self,
        session: Session,
        organizers: Iterable[Organizer],
        event: VirtualEvent | NotKnown | None,
        *,
        is_host_known: bool = True,
    ) -> Verdict:
        """Decide whether the rule is about this session; None when one of its conditions cannot be judged."""
        hosts = [organizer.person for organizer in organizers if organizer.role == "host"]
        names = [session.host_user_id, *(name for host in hosts for name in _names(host))]
        event_ids = [event.event_id] if event and not isinstance(event, NotKnown) else []
        return _all(
            (
                _judged(self.room, [session.entry_id]),
                _judged(self.event, event_ids, is_known=not isinstance(event, NotKnown)),
                _judged(self.title, [session.entry_name], is_known=bool(session.entry_name)),
                _judged(self.host, names, is_known=is_host_known),
            )
        )

    def holds_for_event(self, event: VirtualEvent) -> bool:
        """Whether the rule is about this whole event: one that names rooms, titles or hosts is about sessions only."""
        return bool(self.event) and not (self.room or self.title or self.host) and fits(self.event, event.event_id)


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the file's `rules`."""

    name: str
    when: When
    to: tuple[str, ...] = field(default=(), repr=False)
    see: Tier | None = None
    organizers: bool = True  # False: these sessions' organizers get no mail by themselves

    @property
    def why(self) -> str:
        """For the mail's foot."""
        return f"The rule “{self.name}” lists your address."


def _names(host: Person) -> tuple[str, ...]:
    return host.user_id, host.email, folded_address(host.email)


def _judged(patterns: Sequence[str], values: Iterable[str], *, is_known: bool = True) -> Verdict:
    """Judge one condition: it holds when any of the values fits; values that are not all known cannot deny it."""
    if not patterns or any(fits(patterns, value) for value in values):
        return True
    return False if is_known else None


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    """False when any is false, else None when any is unknown."""
    found = set(verdicts)
    return False if False in found else None if None in found else True
