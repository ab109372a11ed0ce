"""The records of the ledger and its interface, which SQLite and DynamoDB implement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from debrief.util.channel_address import channel_in
from debrief.util.spans import minutes, union

if TYPE_CHECKING:
    from debrief.delivery.ledger.search import SearchFilter
    from debrief.model import Kind, Part, Tier

SessionState: TypeAlias = Literal["waiting", "exported", "final", "skipped", "failed"]
DeliveryState: TypeAlias = Literal["pending", "claimed", "sending", "sent", "stopped", "refused", "unknown"]
# A run is sending the email, or was killed while it was sending.
CLAIMED_STATES: frozenset[DeliveryState] = frozenset({"claimed", "sending"})
OPEN: frozenset[DeliveryState] = frozenset({"pending", *CLAIMED_STATES})  # the email has no final state yet
NoteKind: TypeAlias = Literal[
    "suppressed",
    "unsubscribed",
    "revoked",
    "erased",
    "opened",
    "compared",
    "hint",
    "trouble",
    "blocked",
    "linkkey",
    "asked",
    "daily",
    "finals",
    "search",
    "attempts",
    "failing",
    "disabled",
    "digest",
    "listed",
]
REPORT_OCCASIONS = ("", "ready", "updated", "final")  # of reports to people, and of events about reports
FAILED = "failed"  # the first word of the occasion of an event about a session that failed
ADMIN = "admin"  # the `cue_point_id` of emails to the admin
DIGEST = "digest"  # the `cue_point_id` of digests
IN_DIGEST = "This report is in the recipient's digest."  # why a session's email to this recipient was stopped
# Notes that never expire.
PERMANENT_KINDS: frozenset[NoteKind] = frozenset(
    {"suppressed", "unsubscribed", "revoked", "erased", "linkkey", "finals", "search", "disabled", "digest"}
)


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """The record of one session.

    Merged sessions and virtual events have records too, of another `kind`. Their ids are in model.py (Session) and in
    orders.ExportOrder.
    """

    cue_point_id: str
    entry_id: str
    start: datetime
    end: datetime
    entry_name: str = ""
    parent_entry_id: str | None = None
    state: SessionState = "waiting"
    reason: str = ""  # why the session waits, was skipped or failed: one sentence, no personal data
    revision: int = 0  # number of the last revision; 0: nothing was exported yet
    content_hash: str = ""  # hash of the last revision's figures and rows
    due: datetime | None = None  # time of the next export or check; None: no further export is planned
    asked: datetime | None = None  # when an unfinished export was ordered; None: no export is ordered
    begun: bool = False  # whether an export has begun with this ledger
    kind: Kind = "session"
    merged_id: str = ""  # id of the merged session that contains this session
    parts: tuple[Part, ...] = ()  # of a merged session
    virtual_event_id: str = ""
    host_user_id: str = ""  # the host at the last export
    host_name: str = ""
    history: Mapping[int, Mapping[str, float]] = field(default_factory=dict)  # headline figures by revision
    version: int = 0  # number of writes; 0: not saved yet
    indexed: str = field(default="", compare=False, repr=False)  # of a DynamoDB ledger: which search row it has written

    @property
    def state_word(self) -> str:
        """Return the state for people: `exported` is shown as provisional."""
        return "provisional" if self.state == "exported" else self.state

    @property
    def minutes(self) -> float:
        """Return the session's length in minutes as in the report: without gaps, and overlapping time counted once."""
        return minutes(union([(part.start, part.end) for part in self.parts] or [(self.start, self.end)]))

    @property
    def names(self) -> tuple[str, str, str, str, str]:
        """Return the names and ids in which words are searched."""
        return self.entry_name, self.host_name, self.host_user_id, self.entry_id, self.cue_point_id

    def fits(self, wanted: SearchFilter) -> bool:
        event_ids = {"", self.virtual_event_id, self.entry_id if self.kind == "event" else ""}
        return wanted.event in event_ids and wanted.matcher()(*self.names)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One email or message: one revision of one session's documents to one recipient, on one occasion.

    An email is `claimed` by the run that will send it. It becomes `sending` just before the mailer gets it, so a
    claimed email was certainly not sent, and a sending one may have been sent.

    `occasion` is blank for a report. An event to a channel for programs has one of the other REPORT_OCCASIONS, or
    `failed-2026-11-24` with the day since which the session has failed. `link-2026-11-24` is a new link requested on
    that day. Admin emails have the `cue_point_id` `admin`, and the occasions `daily-2026-11-24`,
    `problem-2026-11-24-<8 hex digits of the problem>`, or `index-2026-11-24` for a link to the portal's list of
    sessions. Digests have the `cue_point_id` `digest`, and the occasions `digest-2026-W48` or `digest-2026-11`; until
    a digest is tried first, `at` is the end of its week or month.
    """

    cue_point_id: str
    revision: int
    recipient_id: str  # a hash of the address, safe for keys, messages and logs
    address: str = field(repr=False)  # of a channel `channel:NAME`
    why: str = ""  # reason for this recipient, one sentence for the footer
    state: DeliveryState = "pending"
    reason: str = ""
    at: datetime | None = None  # when the state last changed
    occasion: str = ""
    tier: Tier = "full"
    timezone: str = ""  # IANA name; blank: the installation's time zone
    language: str = ""  # language of formats, such as de-DE; blank: the installation's language
    before: int = 0  # the revision in the recipient's previous email; 0: this is the first email
    mailed: int = 0  # the revision in this email; 0 until the email is claimed
    dated: datetime | None = None  # the Date header: when the email was first claimed, renewed after a day (letter.py)
    without_files: bool = False  # whether attachments are left out, because the email was too large
    rules: str = ""  # digest of the rules that set the tier; blank without a rules file

    @property
    def channel(self) -> str:
        """Return the name of the channel; blank for an email."""
        return channel_in(self.address)

    @property
    def state_word(self) -> str:
        """Return the state for people: a report that was not sent alone is `in a digest`."""
        return "in a digest" if (self.state, self.reason) == ("stopped", IN_DIGEST) else self.state

    @property
    def is_report(self) -> bool:
        """Return whether this is a report's email or message, or an event about a report."""
        return self.occasion in REPORT_OCCASIONS


def is_event(occasion: str) -> bool:
    """Return whether a delivery on this occasion is an event to a channel for programs."""
    return occasion.partition("-")[0] in {*REPORT_OCCASIONS, FAILED} - {""}


@dataclass(frozen=True, slots=True)
class Link:
    """A link in an email. Only the email has the link's token; see tokens.py.

    A link with the `cue_point_id` `admin` leads to the portal's list of sessions, every other link to a session.
    """

    token_hash: str  # SHA-256 of the token, lower-case hex
    cue_point_id: str
    recipient_id: str
    tier: Tier
    revision: int  # the revision in the email
    issued: datetime
    expires: datetime
    key: str = ""  # id of the link signing key


@dataclass(frozen=True, slots=True)
class Note:
    """A fact with a time. The ledger has one note for each kind and subject.

    suppressed    recipient id: the address bounced or complained, and gets no more emails
    unsubscribed  recipient id, or `<recipient id>/<entry id>` for one room
    revoked       `person/<recipient id>`, `session/<cue point id>` or `all`: links issued up to this time do not work
    erased        keyed hash of an id or address, see people_index.py: nothing about the person is written again
    opened        `<cue point id>/<recipient id>/<date>/<what>`: a link was opened
    compared      `last`: when a reconciliation last succeeded; `failed`: when a reconciliation last failed, and why
    hint          `last`: when a webhook last requested a reconciliation
    linkkey       `current`: since when the link signing key with the id in the detail is used
    blocked       `since`, `last`: when sending was first and last impossible; a blank detail: it is possible again;
                  `ended`: when the latest block ended, and its reason
    asked         `<cue point id>/<revision>/<recipient id>/<occasion>`: when a waiting email was last ordered again;
                  the detail is the number of orders
    attempts      as `asked`: when a message to a channel was last tried in vain; the detail is the number of attempts
    failing       recipient id of a channel: since when it accepts nothing, and why; a blank detail: it accepts again
    disabled      recipient id of a channel: since when nothing is sent to it, and why; a blank detail: it is enabled
    finals        `since`: since when DynamoDB's index has every final session that was saved; see dynamodb.py
    daily         `last`: when the last daily summary was written; the detail is the day of this summary
    search        `rows from`: in a DynamoDB ledger, sessions that ended at the note's time or later have a search row
    digest        recipient id: the recipient's own choice between emails and digests; the detail is `weekly`,
                  `monthly` or `no`
    listed        `<recipient id>/<week or month>/<cue point id>`: the session is in this digest; the detail has its
                  revision, state and attendees, see add_to_digests.py
    trouble       `<cue point id>/<recipient id>`: an email was refused or returned, or its status is unknown;
                  `<cue point id>/export`: since when the export fails, and the first reason;
                  `<event's id>/plan`: since when the plan of a virtual event is unknown, and why; a blank detail: it is
                  known again
    """

    kind: NoteKind
    subject: str
    at: datetime
    detail: str = ""  # one sentence, no personal data


class Matches(Protocol):
    """The sessions that a search found, the latest first."""

    @property
    def total(self) -> int:
        """Return the number of all."""

    def part(self, first: int, last: int) -> list[SessionRecord]:
        """Return the records from number `first` (from 0) to before `last`."""


class Ledger(Protocol):
    """Records with conditional writes. Times are UTC."""

    def batch(self) -> AbstractContextManager[None]:
        """Group the writes of a `with` block: one transaction in SQLite, separate writes in DynamoDB.

        The block must be short.
        """

    def session(self, cue_point_id: str) -> SessionRecord | None:
        """Return a session's record; None if there is none."""

    def session_with_deliveries(self, cue_point_id: str) -> tuple[SessionRecord | None, Sequence[Delivery]]:
        """Return a session's record, None if there is none, and its deliveries, with one request."""

    def sessions_of(self, cue_point_ids: Collection[str]) -> dict[str, SessionRecord]:
        """Return the records that exist of these sessions, by id, with few requests."""

    def sessions(self, since: datetime, until: datetime) -> Iterable[SessionRecord]:
        """Return sessions that ended in [since, until), by end and cue point id."""

    def finals(self, since: datetime, until: datetime, *, now: datetime) -> Iterable[SessionRecord]:
        """Return sessions that ended in [since, until), are final and have no further check, latest end first.

        `now` is the present time. The records are read while the caller uses them, so stop early if you can.
        """

    def search(self, since: datetime, until: datetime, wanted: SearchFilter) -> Matches:
        """Find sessions that ended in [since, until) by room, host and words; virtual events are not compared."""

    def extend_search(self, now: datetime) -> None:
        """Prepare some records of earlier versions for a fast search. Scheduled runs call it."""

    def unfinished(self) -> Iterable[SessionRecord]:
        """Return the records of all sessions that wait, have failed, or have a time for the next export or check."""

    def save(self, record: SessionRecord) -> SessionRecord:
        """Write the record if the ledger's record still has the same `version`.

        Returns the record with its new version. Raises Conflict if the ledger's record was changed in the meantime, or
        if a record exists although `version` is 0.
        """

    def save_all(self, records: Iterable[SessionRecord]) -> Iterator[SessionRecord | None]:
        """Save records of different sessions as `save` does, with few requests.

        Yields for each record the saved one; None if the ledger's record was changed in the meantime. Records are
        saved while the caller reads the results.
        """

    def add_delivery(self, delivery: Delivery) -> bool:
        """Add a delivery if none has its session, revision, recipient and occasion. Returns whether it was added."""

    def add_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Add deliveries as `add_delivery` does, with few requests: one transaction for each hundred."""

    def delivery(self, cue_point_id: str, revision: int, recipient_id: str, occasion: str = "") -> Delivery | None:
        """Return a delivery; None if there is none."""

    def deliveries(self, cue_point_id: str) -> Iterable[Delivery]:
        """Return a session's deliveries by revision, recipient id and occasion."""

    def open_deliveries(self) -> Iterable[Delivery]:
        """Return all pending, claimed and sending deliveries."""

    def move(self, delivery: Delivery, to: DeliveryState, *, at: datetime, reason: str = "") -> Delivery | None:
        """Change a delivery's state if the ledger's is still `delivery.state`.

        Also writes `mailed`, `dated`, `without_files`, `tier` and `rules` of `delivery`.
        Returns the changed delivery, or None if another process changed it first. If two processes claim the same
        delivery, exactly one of them succeeds.
        """

    def all_sessions(self) -> Iterable[SessionRecord]:
        """Return all sessions. Reads the whole ledger."""

    def all_deliveries(self) -> Iterable[Delivery]:
        """Return all deliveries. Reads the whole ledger."""

    def forget(self, delivery: Delivery) -> None:
        """Remove everything about the recipient from a delivery, except the hashed recipient id and the tier."""

    def rename_recipient(self, recipient_id: str, to: str) -> None:
        """Replace a recipient's id in all deliveries, links and notes. Raises BadSettings, Unavailable.

        In DynamoDB this needs the permissions dynamodb:Scan and dynamodb:DeleteItem, which no Lambda function has.
        """

    def compact(self) -> None:
        """Remove traces of replaced data from the ledger's file, if the ledger is a file."""

    def add_link(self, link: Link) -> bool:
        """Add a link if its token is new. Returns whether it was added."""

    def link(self, token_hash: str) -> Link | None:
        """Return a link; None if there is none."""

    def all_links(self) -> Iterable[Link]:
        """Return all links. Reads the whole ledger."""

    def put_note(self, note: Note) -> None:
        """Write a note. It replaces the note with the same kind and subject."""

    def note(self, kind: NoteKind, subject: str) -> Note | None:
        """Return a note; None if there is none."""

    def notes_of(self, subjects: Sequence[tuple[NoteKind, str]]) -> Sequence[Note]:
        """Return the notes that exist of these kinds and subjects, in this order, with few requests."""

    def notes(self, kind: NoteKind, prefix: str = "") -> Iterable[Note]:
        """Return all notes of a kind with this subject prefix, by subject."""

    def close(self) -> None:
        """Close the connection, if there is one. Without this call it is closed at the end of the process."""
