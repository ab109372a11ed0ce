"""The parts of a rules file: preferences, conditions, and rules.

If the session's event, host or name is unknown, it may be unknown whether a rule matches the session. In this case the
verdict is None, and callers apply the rule as strictly as possible: it limits and excludes, but grants nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from debrief.delivery.mail.addresses import folded_address
from debrief.delivery.rules.patterns import fits
from debrief.model import NotKnown

if TYPE_CHECKING:
    from debrief.model import Organizer, Session, Tier, VirtualEvent

Digest: TypeAlias = Literal["weekly", "monthly"]  # one email instead of one about each session
DIGESTS: Mapping[str, Digest] = {"weekly": "weekly", "monthly": "monthly"}
Verdict: TypeAlias = bool | None  # whether a rule matches a session; None: unknown


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences of one person, or the defaults of all; a preference that is not set is blank or None."""

    see: Tier | None = None
    timezone: str = ""
    language: str = ""
    digest: str = ""  # weekly, monthly or no


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of a rule. Of each condition that has patterns, at least one pattern must match."""

    room: tuple[str, ...] = ()  # entry ids
    event: tuple[str, ...] = ()  # virtual event ids
    title: tuple[str, ...] = ()  # names of rooms
    host: tuple[str, ...] = ()  # user ids or addresses

    def holds(
        self,
        session: Session,
        organizers: Iterable[Organizer],
        event: VirtualEvent | NotKnown | None,
        *,
        is_host_known: bool = True,
    ) -> Verdict:
        """Return whether the rule matches this session; None if this is unknown."""
        hosts = [organizer.person for organizer in organizers if organizer.role == "host"]
        names = [session.host_user_id]
        for host in hosts:
            names += [host.user_id, host.email, folded_address(host.email)]
        event_ids = [event.event_id] if event and not isinstance(event, NotKnown) else []
        verdicts = {
            _evaluate(self.room, [session.entry_id]),
            _evaluate(self.event, event_ids, is_known=not isinstance(event, NotKnown)),
            _evaluate(self.title, [session.entry_name], is_known=bool(session.entry_name)),
            _evaluate(self.host, names, is_known=is_host_known),
        }
        return False if False in verdicts else None if None in verdicts else True

    def holds_for_event(self, event: VirtualEvent) -> bool:
        """Return whether the rule matches a whole event. A rule with rooms, titles or hosts matches only sessions."""
        return bool(self.event) and not (self.room or self.title or self.host) and fits(self.event, event.event_id)


@dataclass(frozen=True, slots=True)
class ChannelEntry:
    """A channel of the rules file. docs/channels.md lists the kinds."""

    name: str
    kind: str
    preferences: Preferences
    takes_events: bool = False  # for programs: each revision is an event; else it gets messages like emails
    options: tuple[tuple[str, str], ...] = ()  # keys that only this kind has

    @property
    def see(self) -> Tier:
        """Return what the channel sees. Several people may read it, so without `see` it gets only totals."""
        return self.preferences.see or "totals"


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the file's `rules`."""

    name: str
    when: When
    to: tuple[str, ...] = field(default=(), repr=False)
    see: Tier | None = None
    organizers: bool = True  # False: organizers of these sessions get no email by their role

    @property
    def why(self) -> str:
        """Return the reason in the email's footer."""
        return f"The rule “{self.name}” lists your address."

    @property
    def why_channel(self) -> str:
        """Return the reason for a channel."""
        return f"The rule “{self.name}” lists this channel."


def _evaluate(patterns: Sequence[str], values: Iterable[str], *, is_known: bool = True) -> Verdict:
    """Evaluate one condition: True if any value matches, else False, or None if the values are unknown."""
    if not patterns or any(fits(patterns, value) for value in values):
        return True
    return False if is_known else None
