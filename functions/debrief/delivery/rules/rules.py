"""Who gets what: organizers by their role, rules of one YAML file, and the installation's own list.

docs/rules.md explains the file. Of an address that has several reasons the first one counts; for what it may see, its
own entry under `people` wins over the first matching rule that says something, and that over the defaults. A rule of
which nobody can tell whether it matches limits and excludes, and grants nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, get_args

from debrief.delivery.mail.addresses import folded_address, parse_address, recipient_id
from debrief.delivery.rules.patterns import fits
from debrief.delivery.rules.rule import Rule, Verdict, Wishes
from debrief.errors import BadSettings
from debrief.model import NotKnown, Organizer, Person, Role, Session, Tier, VirtualEvent

ROLES: tuple[Role, ...] = get_args(Role)
TIERS: tuple[Tier, ...] = get_args(Tier)  # each shows less than the one before
NO_ADDRESS = "Kaltura has no mail address of this person."
BAD_ADDRESS = "Kaltura's mail address of this person cannot be used."

HOSTED = "You hosted this session."
_WHY: Mapping[Role, str] = {
    "host": HOSTED,
    "owner": "You own this room.",
    "co-organizer": "You are a co-organizer of this room.",
    "scheduler": "You scheduled this webinar.",
}
_OWNS_EVENT = "You own this virtual event."
_LISTED = "Your address is on this Debrief installation's list."
_NEVER = "The address is on the rules' never-list."


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person's mail. Time zone and language of formats are blank when they are the installation's."""

    address: str = field(repr=False)
    why: str  # one sentence for the mail's foot
    tier: Tier = "full"
    timezone: str = ""  # IANA name
    language: str = ""  # such as de-DE


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Someone who has a reason to get a mail, and gets none: why not, in one sentence."""

    who: str = field(repr=False)  # an address, or the user id where there is none
    why: str  # the reason to get one
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Who gets a report, in the order organizers by role, rules, list; and who does not."""

    recipients: tuple[Recipient, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    who: str
    why: str
    address: str = ""  # blank: there is no usable one
    refusal: str = ""


@dataclass(frozen=True)
class _Seen:
    """What rules say that recipients may see, by recipient id: rules that match, and rules that may match."""

    certain: dict[str, Tier] = field(default_factory=dict)
    possible: dict[str, Tier] = field(default_factory=dict)

    def tier(self, key: str, otherwise: Tier) -> Tier:
        """The strictest that counts; `otherwise` where no rule that matches says anything."""
        now = self.certain.get(key, otherwise)
        return max(now, self.possible.get(key, now), key=TIERS.index)


_Judged: TypeAlias = tuple[Rule, Verdict]


@dataclass(frozen=True)
class Rules:
    """A rules file as read; without one, every organizer gets everything."""

    roles: tuple[Role, ...] = ROLES
    defaults: Wishes = field(default_factory=Wishes)
    never: tuple[str, ...] = field(default=(), repr=False)
    people: Mapping[str, Wishes] = field(default_factory=dict, repr=False)  # by recipient id
    rules: tuple[Rule, ...] = ()
    digest: str = field(default="", compare=False)  # of the file's text; blank without a file

    def current(self) -> Rules:
        """These rules: they never change. A file's may, see rules_file."""
        return self

    @property
    def need_event(self) -> bool:
        """Whether a rule is about sessions of some virtual events only."""
        return any(rule.when.event for rule in self.rules)

    def recipients(
        self,
        session: Session,
        organizers: Sequence[Organizer],
        event: VirtualEvent | NotKnown | None,
        mail_to: Sequence[str],
    ) -> tuple[Recipient, ...]:
        """Who gets the report of a session. Raises BadSettings for a bad address in `mail_to`."""
        return self.plan(session, organizers, event, mail_to).recipients

    def event_recipients(self, event: VirtualEvent, mail_to: Sequence[str]) -> tuple[Recipient, ...]:
        """Who gets the report of a whole virtual event. Raises BadSettings for a bad address in `mail_to`."""
        return self.event_plan(event, mail_to).recipients

    def plan(
        self,
        session: Session,
        organizers: Sequence[Organizer],
        event: VirtualEvent | NotKnown | None,
        mail_to: Sequence[str],
        *,
        is_host_known: bool = True,
    ) -> Plan:
        """The same with those who are left out."""
        judged = [
            (rule, rule.when.holds(session, organizers, event, is_host_known=is_host_known)) for rule in self.rules
        ]
        by_role = sorted(organizers, key=lambda organizer: ROLES.index(organizer.role))
        themselves = [self._organizer(organizer, _WHY[organizer.role], judged) for organizer in by_role]
        return self._plan(themselves, judged, mail_to)

    def event_plan(self, event: VirtualEvent, mail_to: Sequence[str]) -> Plan:
        """The same for a virtual event: its owner counts as an organizer of the role owner."""
        judged = [(rule, rule.when.holds_for_event(event)) for rule in self.rules]
        owners = [Organizer(event.owner, "owner")] if event.owner else []
        return self._plan([self._organizer(owner, _OWNS_EVENT, judged) for owner in owners], judged, mail_to)

    def is_never(self, address: str) -> bool:
        """Whether the address gets no mail, whatever else is said about it."""
        return bool(address) and fits(self.never, folded_address(address))

    def still_sees(
        self,
        address: str,
        tier: Tier,
        session: Session | None,
        event: VirtualEvent | None,
        host: Person | None = None,
    ) -> Tier | None:
        """What someone who once got a tier may be sent again: that or less, None on the never-list.

        `session` is None for the report of a whole event. Nobody asks Kaltura here for the host: without the host's
        address a rule by host may be about the session, and it limits.
        """
        if self.is_never(address):
            return None
        key = recipient_id(address)
        judged = [(rule, _is_about(rule, session, host, event)) for rule in self.rules]
        now = self.people.get(key, Wishes()).see or _seen_by_rule(judged).tier(key, self.defaults.see or tier)
        return max(now, tier, key=TIERS.index)

    def _organizer(self, organizer: Organizer, why: str, judged: Sequence[_Judged]) -> _Candidate:
        """An organizer with what stands against a mail by itself, if anything does."""
        person = organizer.person
        without = next(
            ((rule, verdict) for rule, verdict in judged if not rule.organizers and verdict is not False), None
        )
        address = _usable(person.email)
        refusal = "" if address else BAD_ADDRESS if person.email.strip() else NO_ADDRESS
        if without:
            rule, verdict = without
            maybe = f"The rule “{rule.name}” may be about this session, and mails no organizers."
            refusal = f"The rule “{rule.name}” mails no organizers." if verdict else maybe
        elif organizer.role not in self.roles:
            refusal = f"By the rules' defaults the {organizer.role} gets no mail."
        return _Candidate(person.email.strip() or person.user_id, why, address, refusal)

    def _plan(self, organizers: Iterable[_Candidate], judged: Sequence[_Judged], mail_to: Iterable[str]) -> Plan:
        found: dict[str, Recipient] = {}
        left_out: dict[str, LeftOut] = {}
        by_rule = _seen_by_rule(judged)
        for candidate in (*organizers, *_listed([rule for rule, verdict in judged if verdict], mail_to)):
            key = recipient_id(candidate.address) if candidate.address else candidate.who
            refusal = _NEVER if self.is_never(candidate.address) else candidate.refusal
            if refusal:
                left_out.setdefault(key, LeftOut(candidate.who, candidate.why, refusal))
            else:
                found.setdefault(key, self._recipient(key, candidate, by_rule))
        return Plan(tuple(found.values()), tuple(one for key, one in left_out.items() if key not in found))

    def _recipient(self, key: str, candidate: _Candidate, by_rule: _Seen) -> Recipient:
        own = self.people.get(key, Wishes())
        return Recipient(
            candidate.address,
            candidate.why,
            own.see or by_rule.tier(key, self.defaults.see or "full"),
            own.timezone or self.defaults.timezone,
            own.language or self.defaults.language,
        )


class RuleSource(Protocol):
    """Where the stages get the rules from, each time they need them."""

    def current(self) -> Rules:
        """The rules as they are now. Raises BadSettings, or RetryLater when they cannot be read now."""
        ...


NO_RULES = Rules()


def _is_about(rule: Rule, session: Session | None, host: Person | None, event: VirtualEvent | None) -> Verdict:
    if session is not None:
        hosts = [Organizer(host, "host")] if host else ()
        return rule.when.holds(session, hosts, event, is_host_known=bool(host))
    return event is not None and rule.when.holds_for_event(event)


def _seen_by_rule(judged: Iterable[_Judged]) -> _Seen:
    """What each recipient may see by the first rule that names the address and says so.

    A rule before it that may match would be the first one if it did, so it can only narrow that.
    """
    seen = _Seen()
    for rule, verdict in judged:
        if rule.see is None or verdict is False:
            continue
        for key in map(recipient_id, rule.to):
            if verdict:
                seen.certain.setdefault(key, rule.see)
            elif key not in seen.certain:
                seen.possible[key] = max(seen.possible.get(key, rule.see), rule.see, key=TIERS.index)
    return seen


def _listed(matching: Iterable[Rule], mail_to: Iterable[str]) -> Iterator[_Candidate]:
    for rule in matching:
        for address in rule.to:
            yield _Candidate(address, rule.why, parse_address(address))
    for address in mail_to:
        yield _Candidate(address, _LISTED, parse_address(address))


def _usable(email: str) -> str:
    """The address as mails carry it; blank when it is none."""
    try:
        return parse_address(email)
    except BadSettings:
        return ""
