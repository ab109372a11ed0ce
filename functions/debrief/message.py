"""A message to a recipient: its content as data, for every format and channel.

A message is written once, from what its recipient may see. Its texts are clean and its figures are formatted in the
recipient's language. A format (an email, a chat's blocks, JSON) only arranges this content, and escapes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

MessageKind: TypeAlias = Literal["report", "event", "digest", "notice"]  # "notice": no report


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure. `change` compares it with the earlier sessions that the message names."""

    label: str
    value: str
    unit: str
    note: str
    change: str
    printed: str  # value and unit in one text
    key: str = ""  # of the metric in summary.json; blank if the figure is not one metric
    amount: float | None = None  # the metric's value; a share is from 0 to 1


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that has changed since the recipient's last message."""

    label: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Point:
    """The largest number of live viewers within a few minutes."""

    start: datetime
    viewers: int  # 0 if Kaltura gave no figures, see `is_unknown`
    is_peak: bool
    is_gap: bool  # the session was interrupted
    is_unknown: bool  # Kaltura gave no figures
    is_breakout: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The live viewers over time, and a sentence with the same content."""

    points: Sequence[Point]
    peak: int  # index of the point with the peak
    label: str  # text above the peak
    start: str  # time of day at the left
    end: str  # time of day at the right
    sentence: str
    breakouts: str  # a sentence about the times of breakouts; blank without breakouts
    unknown: str  # a sentence about the times without figures; blank if there are none

    @property
    def starts_at_peak(self) -> bool:
        """Return whether the label is to the right of the peak, not to the left."""
        return self.peak < len(self.points) / 2

    @property
    def has_unknown(self) -> bool:
        """Return whether there is a point whose minutes are all unknown."""
        return any(point.is_unknown for point in self.points)

    @property
    def has_gap(self) -> bool:
        """Return whether there is a point that is wholly within an interruption."""
        return any(point.is_gap for point in self.points)


@dataclass(frozen=True, slots=True)
class MessageLink:
    """A label, and its URL, or the path of a file if there is no portal."""

    label: str
    where: str = field(repr=False)
    is_link: bool


@dataclass(frozen=True, slots=True)
class About:
    """The session or virtual event of a message, for programs."""

    cue_point_id: str
    entry_id: str  # of a virtual event its id
    start: datetime
    end: datetime
    state: str  # provisional or final
    revision: int


@dataclass(frozen=True, kw_only=True)
class Message:
    """The content of a message. What does not apply is blank."""

    kind: MessageKind = "notice"
    key: str = field(default="", repr=False)  # identifies the message among all messages to its recipient
    date: datetime | None = None  # when the message would have been sent first, if no attempt is recorded
    about: About | None = None
    language: str = "en"  # that the texts declare
    reference: str = ""  # the ids of the session, for a question to the operator

    label: str = ""  # the kind of report in words
    title: str
    subject: str = ""  # title, day and main figure in one line
    when: str = ""
    length: str = ""
    verdict: str = field(default="", repr=False)  # the content in a sentence or two
    state_note: str = ""  # whether the figures can still change
    is_final: bool = False
    is_update: bool = False
    figures: Sequence[Figure] = ()
    changes: Sequence[Change] = ()  # figures that changed since the recipient's last message
    chart: Chart | None = None
    head: Sequence[str] = ()  # of the table
    rows: Sequence[Sequence[str]] = field(default=(), repr=False)  # of the table
    notes: Sequence[str] = ()
    links: Sequence[MessageLink] = field(default=(), repr=False)

    @property
    def preheader(self) -> str:
        """Return the text that an inbox shows beside the subject."""
        return self.verdict
