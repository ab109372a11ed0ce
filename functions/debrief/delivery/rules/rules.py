"""Determine recipients and their access: organizers by role, rules of a YAML file, and the installation's list.

docs/rules.md explains the file. An address with several reasons for an email gets the first reason. Its access is set
by its entry under `people`, else by the first matching rule that sets an access, else by the defaults. If it is unknown
whether a rule matches, the rule limits and excludes, but grants nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, get_args

from debrief.delivery.mail.addresses import folded_address, parse_address, recipient_id
from debrief.delivery.rules.patterns import fits
from debrief.delivery.rules.rule import DIGESTS, ChannelEntry, Digest, Preferences, Rule, Verdict
from debrief.errors import BadSettings
from debrief.model import NotKnown, Organizer, Person, Role, Session, Tier, VirtualEvent
from debrief.util.channel_address import channel_in

ROLES: tuple[Role, ...] = get_args(Role)
TIERS: tuple[Tier, ...] = get_args(Tier)  # from most to least access
NO_ADDRESS = "Kaltura has no email address for this person."
BAD_ADDRESS = "Kaltura's email address for this person is not valid."

HOSTED = "You hosted this session."
_WHY: Mapping[Role, str] = {
    "host": HOSTED,
    "owner": "You own this room.",
    "co-organizer": "You are a co-organizer of this room.",
    "scheduler": "You scheduled this webinar.",
}
_OWNS_EVENT = "You own this virtual event."
_LISTED = "Your address is on this Debrief installation's list."
_NEVER = "The address is on the rules file's never list."


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient of a report: an email address, or a channel with an address such as `channel:crm`."""

    address: str = field(repr=False)
    why: str  # one sentence for the email's footer
    tier: Tier = "full"
    timezone: str = ""  # IANA name; blank: the installation's time zone
    language: str = ""  # such as de-DE; blank: English
    takes_events: bool = False  # a channel for programs: each revision is an event
    digest: Digest | None = None  # None: an email about each session
    chose_digest: bool = False  # `digest` is the recipient's own choice, not that of the rules


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A person who has a reason to get an email, but gets none."""

    who: str = field(repr=False)  # the address, or the user id of a person without an address
    why: str  # the reason to get an email
    reason: str  # why the person gets no email


@dataclass(frozen=True, slots=True)
class Plan:
    """The recipients (first organizers by role, then those of rules, then DEBRIEF_MAIL_TO), and the people left out."""

    recipients: tuple[Recipient, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    who: str
    why: str
    address: str = ""  # blank: no usable address
    refusal: str = ""


@dataclass(frozen=True)
class _Access:
    """The access that rules set, by recipient id."""

    certain: dict[str, Tier] = field(default_factory=dict)  # by rules that match
    possible: dict[str, Tier] = field(default_factory=dict)  # by rules that may match

    def tier(self, key: str, default: Tier) -> Tier:
        """Return the tier by matching rules or else `default`, or a stricter tier by a rule that may match."""
        certain = self.certain.get(key, default)
        return max(certain, self.possible.get(key, certain), key=TIERS.index)


_RuleVerdict: TypeAlias = tuple[Rule, Verdict]


@dataclass(frozen=True)
class Rules:
    """The rules of a file. By default every organizer gets everything."""

    roles: tuple[Role, ...] = ROLES
    defaults: Preferences = field(default_factory=Preferences)
    never: tuple[str, ...] = field(default=(), repr=False)
    people: Mapping[str, Preferences] = field(default_factory=dict, repr=False)  # by recipient id
    rules: tuple[Rule, ...] = ()
    series: bool = False  # whether each room gets a page of all its sessions
    digest: str = field(default="", compare=False)  # hash of the file's text; blank without a file
    channels: Mapping[str, ChannelEntry] = field(default_factory=dict)  # by name

    def current(self) -> Rules:
        """Return these rules. Unlike a RulesFile, they never change."""
        return self

    @property
    def needs_event(self) -> bool:
        """Return whether a rule has a condition on virtual events."""
        return any(rule.when.event for rule in self.rules)

    def plan(
        self,
        session: Session,
        organizers: Sequence[Organizer],
        event: VirtualEvent | NotKnown | None,
        mail_to: Sequence[str],
        *,
        is_host_known: bool = True,
    ) -> Plan:
        """Return the recipients of a session's report, and the people left out.

        Raises BadSettings for an invalid address in `mail_to`.
        """
        verdicts = [
            (rule, rule.when.holds(session, organizers, event, is_host_known=is_host_known)) for rule in self.rules
        ]
        by_role = sorted(organizers, key=lambda organizer: ROLES.index(organizer.role))
        candidates = [self._organizer(organizer, _WHY[organizer.role], verdicts) for organizer in by_role]
        return self._plan(candidates, verdicts, mail_to)

    def event_plan(self, event: VirtualEvent, mail_to: Sequence[str]) -> Plan:
        """Return the plan for a virtual event, whose owner counts as an organizer with the role `owner`."""
        verdicts = [(rule, rule.when.holds_for_event(event)) for rule in self.rules]
        owners = [Organizer(event.owner, "owner")] if event.owner else []
        return self._plan([self._organizer(owner, _OWNS_EVENT, verdicts) for owner in owners], verdicts, mail_to)

    def is_never(self, address: str) -> bool:
        return bool(address) and fits(self.never, folded_address(address))

    def still_sees(
        self,
        address: str,
        tier: Tier,
        session: Session | None,
        event: VirtualEvent | None,
        host: Person | None = None,
    ) -> Tier | None:
        """Return the tier that a recipient may get now: `tier` or a stricter one; None on the never list.

        `session` is None for an event's report. Kaltura is not called here. Without the host's address it is unknown
        whether a rule by host matches, so such a rule only limits.
        """
        if self.is_never(address):
            return None
        if entry := self.channels.get(channel_in(address)):
            return max(entry.see, tier, key=TIERS.index)
        key = recipient_id(address)
        verdicts = [(rule, _is_about(rule, session, host, event)) for rule in self.rules]
        now = self.people.get(key, Preferences()).see or _access_by_rule(verdicts).tier(key, self.defaults.see or tier)
        return max(now, tier, key=TIERS.index)

    def _organizer(self, organizer: Organizer, why: str, verdicts: Sequence[_RuleVerdict]) -> _Candidate:
        """Return an organizer as a candidate, with the reason why no email may be sent, if there is one."""
        person = organizer.person
        excluding = next(
            ((rule, verdict) for rule, verdict in verdicts if not rule.organizers and verdict is not False), None
        )
        address = _usable(person.email)
        refusal = "" if address else BAD_ADDRESS if person.email.strip() else NO_ADDRESS
        if excluding:
            rule, verdict = excluding
            maybe = f"The rule “{rule.name}” may apply to this session, and sends no email to organizers."
            refusal = f"The rule “{rule.name}” sends no email to organizers." if verdict else maybe
        elif organizer.role not in self.roles:
            refusal = f"The rules' defaults or DEBRIEF_ORGANIZERS send no email to the {organizer.role}."
        return _Candidate(person.email.strip() or person.user_id, why, address, refusal)

    def _plan(self, organizers: Iterable[_Candidate], verdicts: Sequence[_RuleVerdict], mail_to: Iterable[str]) -> Plan:
        recipients: dict[str, Recipient] = {}
        left_out: dict[str, LeftOut] = {}
        access = _access_by_rule(verdicts)
        for candidate in (*organizers, *_listed([rule for rule, verdict in verdicts if verdict], mail_to)):
            key = recipient_id(candidate.address) if candidate.address else candidate.who
            refusal = _NEVER if self.is_never(candidate.address) else candidate.refusal
            if refusal:
                left_out.setdefault(key, LeftOut(candidate.who, candidate.why, refusal))
            else:
                recipients.setdefault(key, self._recipient(key, candidate, access))
        others = tuple(person for key, person in left_out.items() if key not in recipients)
        return Plan(tuple(recipients.values()), others)

    def _recipient(self, key: str, candidate: _Candidate, by_rule: _Access) -> Recipient:
        channel = self.channels.get(channel_in(candidate.address))
        own = channel.preferences if channel else self.people.get(key, Preferences())
        return Recipient(
            candidate.address,
            candidate.why,
            channel.see if channel else own.see or by_rule.tier(key, self.defaults.see or "full"),
            own.timezone or self.defaults.timezone,
            own.language or self.defaults.language,
            bool(channel and channel.takes_events),
            None if channel else DIGESTS.get(self.digest_for(key)),
        )

    def digest_for(self, key: str) -> str:
        """Return `weekly`, `monthly`, `no` or a blank for a recipient id: the person's preference, or the default."""
        return self.people.get(key, Preferences()).digest or self.defaults.digest


class RuleSource(Protocol):
    """A source of rules. Call `current` each time rules are needed."""

    def current(self) -> Rules:
        """Return the current rules. Raises BadSettings, or RetryLater if they cannot be read now."""


NO_RULES = Rules()


def _is_about(rule: Rule, session: Session | None, host: Person | None, event: VirtualEvent | None) -> Verdict:
    if session is not None:
        hosts = [Organizer(host, "host")] if host else ()
        return rule.when.holds(session, hosts, event, is_host_known=bool(host))
    return event is not None and rule.when.holds_for_event(event)


def _access_by_rule(verdicts: Iterable[_RuleVerdict]) -> _Access:
    """Return each recipient's access by the first matching rule that lists the address and sets an access.

    An earlier rule that may match, which is unknown, can only limit this access.
    """
    access = _Access()
    for rule, verdict in verdicts:
        if rule.see is None or verdict is False:
            continue
        for key in map(recipient_id, rule.to):
            if verdict:
                access.certain.setdefault(key, rule.see)
            elif key not in access.certain:
                access.possible[key] = max(access.possible.get(key, rule.see), rule.see, key=TIERS.index)
    return access


def _listed(matching: Iterable[Rule], mail_to: Iterable[str]) -> Iterator[_Candidate]:
    for rule in matching:
        for address in rule.to:
            if channel_in(address):
                yield _Candidate(address, rule.why_channel, address)
            else:
                yield _Candidate(address, rule.why, parse_address(address))
    for address in mail_to:
        yield _Candidate(address, _LISTED, parse_address(address))


def _usable(email: str) -> str:
    """Return the parsed address; blank if it is not valid."""
    try:
        return parse_address(email)
    except BadSettings:
        return ""
