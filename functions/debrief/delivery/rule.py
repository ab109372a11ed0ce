"""The parts of a rules file: what is said about a person, which sessions a rule is about, and a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from debrief.delivery.patterns import fits
from debrief.delivery.recipients import folded_address

if TYPE_CHECKING:
    from debrief.model import Organizer, Person, Session, Tier, VirtualEvent


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

    def holds(self, session: Session, organizers: Iterable[Organizer], event: VirtualEvent | None) -> bool:
        """Whether the rule is about this session."""
        hosts = [organizer.person for organizer in organizers if organizer.role == "host"]
        return (
            _any_fits(self.room, [session.entry_id])
            and _any_fits(self.event, [event.event_id] if event else [])
            and _any_fits(self.title, [session.entry_name])
            and _any_fits(self.host, [session.host_user_id, *(name for host in hosts for name in _names(host))])
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


def _any_fits(patterns: Sequence[str], values: Iterable[str]) -> bool:
    return not patterns or any(fits(patterns, value) for value in values)
