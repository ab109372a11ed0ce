"""What exists already: one record per session, one per delivery. SQLite and DynamoDB implement it."""

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
IN_HAND: frozenset[DeliveryState] = frozenset({"claimed", "sending"})  # a run has the mail, or left it behind
OPEN: frozenset[DeliveryState] = frozenset({"pending", "claimed", "sending"})  # what becomes of the mail is not known
MarkKind: TypeAlias = Literal[
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
ADMIN = "admin"  # whose mails have no session
LASTING: frozenset[MarkKind] = frozenset(
    {"suppressed", "unsubscribed", "revoked", "erased", "linkkey"}
)  # marks that never expire


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What the ledger knows of one session. `version` counts the writes; 0 is a record not yet saved.

    A joint session and a virtual event have records of their own, told by `kind`; see orders.ExportOrder for their ids.
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
    asked: datetime | None = None  # when the last export was asked for and not yet done
    begun: bool = False  # whether an export of it was begun under this ledger
    kind: Kind = "session"
    joint: str = ""  # the id of the joint session of which it is a part: it is archived, but mailed with the others
    parts: tuple[Part, ...] = ()  # of a joint session
    virtual_event_id: str = ""
    host_user_id: str = ""  # as of the last export
    host_name: str = ""
    history: Mapping[int, Mapping[str, float]] = field(default_factory=dict)  # by revision: the figures a mail tells
    version: int = 0

    @property
    def state_word(self) -> str:
        """The state as people read it: exported documents that are not final are provisional."""
        return "provisional" if self.state == "exported" else self.state

    @property
    def minutes(self) -> float:
        """How long it was, as its report says: parts without the gaps between them, and time of two at once once."""
        return minutes(union([(part.start, part.end) for part in self.parts] or [(self.start, self.end)]))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail: one revision of one session's documents to one recipient, on one occasion.

    A mail is `claimed` by the run that will send it, and `sending` from just before it is handed to the mailer: only
    then may it have gone out.

    `occasion` is blank for a report; `link-2026-11-24` for a fresh link asked for on that day; for the admin's mails,
    whose `cue_point_id` is `admin`, `daily-2026-11-24`, `problem-2026-11-24-<cause, 8 hex digits>`, or
    `index-2026-11-24` for a link to the index of the archive.
    """

    cue_point_id: str
    revision: int
    recipient_id: str  # a hash of the address, safe for keys, messages and logs
    address: str = field(repr=False)
    why: str = ""  # why this person gets the mail, one sentence for the mail's foot
    state: DeliveryState = "pending"
    reason: str = ""
    at: datetime | None = None  # when the state was last changed
    occasion: str = ""
    tier: Tier = "full"
    timezone: str = ""  # IANA name; blank: the installation's
    language: str = ""  # of formats, such as de-DE; blank: the installation's
    before: int = 0  # the revision that this recipient was told before; 0 in a first mail
    mailed: int = 0  # the revision whose figures the mail holds; 0 until it is claimed
    dated: datetime | None = None  # the mail's Date: when it was first claimed
    without_files: bool = False  # whether it goes without attachments, because it was too large with them
    rules: str = ""  # the digest of the rules that gave the tier; blank without a file


@dataclass(frozen=True, slots=True)
class Link:
    """What stands behind the token in a mail. The token itself is nowhere but in the mail; see tokens.py.

    One whose `cue_point_id` is `admin` leads to the index of the archive, all others to a session.
    """

    token_hash: str  # SHA-256 of the token, lower-case hex
    cue_point_id: str
    recipient_id: str
    tier: Tier
    revision: int  # the one that was mailed
    issued: datetime
    expires: datetime
    key: str = ""  # which link signing key the token was derived from


@dataclass(frozen=True, slots=True)
class Mark:
    """A fact with a time, kept under a kind and a subject; a later one replaces an earlier one.

    suppressed    recipient id: the address bounced or complained, and is never mailed again
    unsubscribed  recipient id, or `<recipient id>/<entry id>` for one room
    revoked       `person/<recipient id>`, `session/<cue point id>` or `all`: links issued until then no longer work
    erased        keyed hash of an id or an address, see pipeline/people.py: nothing of that person is written again
    opened        `<cue point id>/<recipient id>/<date>/<what>`: a link was followed
    compared      `last`: when Kaltura and the ledger were last compared; `failed`: when that was tried in vain, and why
    hint          `last`: when a webhook last asked for a comparison
    linkkey       `current`: since when links are made with the link signing key whose id is the detail
    blocked       `since`, `last`: when the installation was first and last kept from sending mails; no detail: no more
    asked         `<cue point id>/<revision>/<recipient id>/<occasion>`: when a mail that was left behind was last asked
                  for; the detail counts how often
    daily         `last`: when the last daily line was written; the detail is its day
    trouble       `<cue point id>/<recipient id>`: a mail was refused, came back, or nobody knows what became of it;
                  `<cue point id>/export`: since when the export fails, and why at first;
                  `<event's id>/plan`: since when Kaltura cannot tell whether more of a virtual event is planned, and
                  why; no detail: no longer
    """

    kind: MarkKind
    subject: str
    at: datetime
    detail: str = ""  # one sentence, no personal data


class Ledger(Protocol):
    """Conditional writes over two kinds of records. Times are UTC."""

    def together(self) -> AbstractContextManager[None]:
        """For many writes at once, with nothing slow in between: either each stands by itself, or all or none do."""
        ...

    def session(self, cue_point_id: str) -> SessionRecord | None:
        """One session's record, or None."""
        ...

    def sessions(self, since: datetime, until: datetime) -> Iterable[SessionRecord]:
        """The records of sessions that ended in [since, until), by end, then cue point id."""
        ...

    def unfinished(self) -> Iterable[SessionRecord]:
        """The records that wait, failed or have a check due, whenever they ended."""
        ...

    def save(self, record: SessionRecord) -> SessionRecord:
        """Write the record if nobody wrote it since it was read (its `version` still stands).

        Returns the record with its new version. Raises Conflict when it was changed meanwhile, or when a new
        record (version 0) exists already.
        """
        ...

    def add_delivery(self, delivery: Delivery) -> bool:
        """Write a delivery unless one with its session, revision, recipient and occasion exists; whether it was new."""
        ...

    def delivery(self, cue_point_id: str, revision: int, recipient_id: str, occasion: str = "") -> Delivery | None:
        """One delivery, or None."""
        ...

    def deliveries(self, cue_point_id: str) -> Iterable[Delivery]:
        """All deliveries of a session, by revision, recipient id, then occasion."""
        ...

    def open_deliveries(self) -> Iterable[Delivery]:
        """All deliveries that are pending, claimed or sending, of any session."""
        ...

    def move(
        self,
        delivery: Delivery,
        to: DeliveryState,
        *,
        at: datetime,
        reason: str = "",
        mailed: int | None = None,
        dated: datetime | None = None,
        without_files: bool = False,
    ) -> Delivery | None:
        """Change a delivery's state, and what else is given, if its state is still `delivery.state`.

        Returns the changed delivery, or None when somebody else changed it first. This is the claim: of two that
        move the same delivery from pending to claimed, exactly one gets it.
        """
        ...

    def all_sessions(self) -> Iterable[SessionRecord]:
        """Every record, whenever it ended; reads the whole ledger."""
        ...

    def all_deliveries(self) -> Iterable[Delivery]:
        """Every delivery of any session; reads the whole ledger."""
        ...

    def forget(self, delivery: Delivery) -> None:
        """Blank who a delivery went to and why; its recipient id, which is a hash, and its state stay."""
        ...

    def rename_recipient(self, recipient_id: str, to: str) -> None:
        """Put another id for a recipient's in every delivery, link and mark. Raises BadSettings, Unavailable.

        In DynamoDB it takes dynamodb:Scan and dynamodb:DeleteItem, which no function of the stack has.
        """
        ...

    def compact(self) -> None:
        """Leave no trace of what was replaced in the files of the ledger, as far as it has any."""
        ...

    def add_link(self, link: Link) -> bool:
        """Write a link unless one with its token exists; whether it was new."""
        ...

    def link(self, token_hash: str) -> Link | None:
        """One link, or None."""
        ...

    def all_links(self) -> Iterable[Link]:
        """Every link; reads the whole ledger."""
        ...

    def put_mark(self, mark: Mark) -> None:
        """Write a mark over the one with the same kind and subject, if any."""
        ...

    def mark(self, kind: MarkKind, subject: str) -> Mark | None:
        """One mark, or None."""
        ...

    def marks(self, kind: MarkKind, prefix: str = "") -> Iterable[Mark]:
        """All marks of a kind whose subject starts so, by subject."""
        ...

    def close(self) -> None:
        """Let go of what is open; nothing is lost by not calling it."""
        ...
