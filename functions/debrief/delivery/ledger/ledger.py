"""The records of the ledger and its interface, which SQLite and DynamoDB implement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from debrief.util.spans import minutes, union

if TYPE_CHECKING:
    from debrief.model import Kind, Part, Tier

SessionState: TypeAlias = Literal["waiting", "exported", "final", "skipped", "failed"]
DeliveryState: TypeAlias = Literal["pending", "claimed", "sending", "sent", "stopped", "refused", "unknown"]
CLAIMED_STATES: frozenset[DeliveryState] = frozenset(
    {"claimed", "sending"}
)  # a run is sending the email, or was killed while sending
OPEN: frozenset[DeliveryState] = frozenset({"pending", "claimed", "sending"})  # the email's fate is open
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
]
ADMIN = "admin"  # stands for a session in admin emails
PERMANENT_KINDS: frozenset[NoteKind] = frozenset(
    {"suppressed", "unsubscribed", "revoked", "erased", "linkkey"}
)  # notes that never expire


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """The record of one session. `version` counts the writes; 0: not saved yet.

    Merged sessions and virtual events have records too, of another `kind`; see orders.ExportOrder for their ids.
    """

    cue_point_id: str
    entry_id: str
    start: datetime
    end: datetime
    entry_name: str = ""
    parent_entry_id: str | None = None
    state: SessionState = "waiting"
    reason: str = ""  # why it waits, was skipped or failed: one sentence, no personal data
    revision: int = 0  # 0: nothing exported yet
    content_hash: str = ""  # of the figures and rows, see documents
    due: datetime | None = None  # the next export or check; None: nothing more to do
    asked: datetime | None = None  # when the export that is not done yet was ordered
    begun: bool = False  # whether an export has begun under this ledger
    kind: Kind = "session"
    merged_id: str = ""  # id of the merged session of which it is a part and with which it is emailed
    parts: tuple[Part, ...] = ()  # of a merged session
    virtual_event_id: str = ""
    host_user_id: str = ""  # as of the last export
    host_name: str = ""
    history: Mapping[int, Mapping[str, float]] = field(default_factory=dict)  # headline figures by revision
    version: int = 0

    @property
    def state_word(self) -> str:
        """Return the state for people: `exported` is shown as provisional."""
        return "provisional" if self.state == "exported" else self.state

    @property
    def minutes(self) -> float:
        """Return its length in minutes as in the report: without gaps, and overlapping time counted once."""
        return minutes(union([(part.start, part.end) for part in self.parts] or [(self.start, self.end)]))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One email: one revision of one session's documents to one recipient, on one occasion.

    An email is `claimed` by the run that will send it, and `sending` from just before it is handed to the mailer; only
    then it may have been sent.

    `occasion` is blank for a report; `link-2026-11-24` for a new link requested on that day; for admin emails, whose
    `cue_point_id` is `admin`, it is `daily-2026-11-24`, `problem-2026-11-24-<cause, 8 hex digits>`, or
    `index-2026-11-24` for a link to the index of the archive.
    """

    cue_point_id: str
    revision: int
    recipient_id: str  # a hash of the address, safe for keys, messages and logs
    address: str = field(repr=False)
    why: str = ""  # reason for this recipient, one sentence for the footer
    state: DeliveryState = "pending"
    reason: str = ""
    at: datetime | None = None  # when the state was last changed
    occasion: str = ""
    tier: Tier = "full"
    timezone: str = ""  # IANA name; blank: the installation's
    language: str = ""  # of formats, such as de-DE; blank: the installation's
    before: int = 0  # the revision of the recipient's previous email; 0: first email
    mailed: int = 0  # the revision whose figures are in the email; 0 until it is claimed
    dated: datetime | None = None  # the Date header: when it was first claimed
    without_files: bool = False  # sent without attachments, because it was too large
    rules: str = ""  # digest of the rules that set the tier; blank without a file


@dataclass(frozen=True, slots=True)
class Link:
    """A link in an email. Its token is only in the email; see tokens.py.

    A link with the `cue_point_id` `admin` leads to the index of the archive, all others to a session.
    """

    token_hash: str  # SHA-256 of the token, lower-case hex
    cue_point_id: str
    recipient_id: str
    tier: Tier
    revision: int  # of the email
    issued: datetime
    expires: datetime
    key: str = ""  # id of the link signing key


@dataclass(frozen=True, slots=True)
class Note:
    """A fact with a time, by kind and subject; a later note replaces an earlier one.

    suppressed    recipient id: the address bounced or complained, and gets no more emails
    unsubscribed  recipient id, or `<recipient id>/<entry id>` for one room
    revoked       `person/<recipient id>`, `session/<cue point id>` or `all`: links issued until then do not work
    erased        keyed hash of an id or address, see people_index.py: nothing about that person is written again
    opened        `<cue point id>/<recipient id>/<date>/<what>`: a link was opened
    compared      `last`: when the last reconciliation succeeded; `failed`: when one last failed, and why
    hint          `last`: when a webhook last requested a reconciliation
    linkkey       `current`: since when the link signing key with the id in the detail is used
    blocked       `since`, `last`: when sending was first and last impossible; no detail: sending is possible again
    asked         `<cue point id>/<revision>/<recipient id>/<occasion>`: when a waiting email was last ordered again;
                  the detail counts how often
    daily         `last`: when the last daily summary was written; the detail is its day
    trouble       `<cue point id>/<recipient id>`: an email was refused or returned, or its fate is unknown;
                  `<cue point id>/export`: since when the export fails, and the first reason;
                  `<event's id>/plan`: since when it is unknown whether more of a virtual event is planned, and why;
                  no detail: it is known again
    """

    kind: NoteKind
    subject: str
    at: datetime
    detail: str = ""  # one sentence, no personal data


class Ledger(Protocol):
    """Records with conditional writes. Times are UTC."""

    def batch(self) -> AbstractContextManager[None]:
        """Group many writes without slow work in between; atomic in SQLite, separate in DynamoDB."""

    def session(self, cue_point_id: str) -> SessionRecord | None:
        """Return a session's record; None when it is unknown."""

    def sessions(self, since: datetime, until: datetime) -> Iterable[SessionRecord]:
        """Return sessions that ended in [since, until), by end and cue point id."""

    def unfinished(self) -> Iterable[SessionRecord]:
        """Return all sessions that wait, failed or have a check due."""

    def save(self, record: SessionRecord) -> SessionRecord:
        """Write the record if it was not changed since it was read, by its `version`.

        Returns the record with its new version. Raises Conflict when it was changed, or when a new record (version 0)
        exists already.
        """

    def add_delivery(self, delivery: Delivery) -> bool:
        """Add a delivery, by session, revision, recipient and occasion. Returns whether it was new."""

    def delivery(self, cue_point_id: str, revision: int, recipient_id: str, occasion: str = "") -> Delivery | None:
        """Return a delivery; None when it is unknown."""

    def deliveries(self, cue_point_id: str) -> Iterable[Delivery]:
        """Return a session's deliveries by revision, recipient id and occasion."""

    def open_deliveries(self) -> Iterable[Delivery]:
        """Return all pending, claimed and sending deliveries."""

    def move(self, delivery: Delivery, to: DeliveryState, *, at: datetime, reason: str = "") -> Delivery | None:
        """Change a delivery's state, and other fields that differ, if its state is still `delivery.state`.

        Returns the changed delivery, or None when another process changed it first. Of two processes that claim the
        same delivery exactly one succeeds.
        """

    def all_sessions(self) -> Iterable[SessionRecord]:
        """Return all sessions. Reads the whole ledger."""

    def all_deliveries(self) -> Iterable[Delivery]:
        """Return all deliveries. Reads the whole ledger."""

    def forget(self, delivery: Delivery) -> None:
        """Remove address and reason of a delivery; its state and the hashed recipient id stay."""

    def rename_recipient(self, recipient_id: str, to: str) -> None:
        """Replace a recipient's id in all deliveries, links and notes. Raises BadSettings, Unavailable.

        In DynamoDB this needs dynamodb:Scan and dynamodb:DeleteItem, which no function of the stack has.
        """

    def compact(self) -> None:
        """Remove traces of replaced data from the ledger's file, if it has one."""

    def add_link(self, link: Link) -> bool:
        """Add a link. Returns whether it was new."""

    def link(self, token_hash: str) -> Link | None:
        """Return a link; None when it is unknown."""

    def all_links(self) -> Iterable[Link]:
        """Return all links. Reads the whole ledger."""

    def put_note(self, note: Note) -> None:
        """Write a note, replacing the one with the same kind and subject."""

    def note(self, kind: NoteKind, subject: str) -> Note | None:
        """Return a note; None when it is unknown."""

    def notes(self, kind: NoteKind, prefix: str = "") -> Iterable[Note]:
        """Return all notes of a kind with this subject prefix, by subject."""

    def close(self) -> None:
        """Close the connection, if any. Calling it is optional."""
