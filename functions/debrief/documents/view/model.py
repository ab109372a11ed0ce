"""Elements of a page: plain text and figures, already formatted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from debrief.documents.view.time_axis import TimeAxis


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: its head, its unit, its share of the table's width in percent.

    A numeric column is aligned right; a quiet column has secondary data.
    """

    head: str
    unit: str = ""
    width: int = 10
    numeric: bool = True
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to render. The first cell names the row."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PageSection:
    """A section of the page: sentences, then a table; `unavailable` is the reason if there is none."""

    sentences: Sequence[str] = ()
    table: Table | None = None
    unavailable: str = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """The number of people who stayed for a range of minutes."""

    start: float
    end: float
    people: int


@dataclass(frozen=True, slots=True)
class Stayed:
    """Data of the chart of minutes stayed, with its table; all in minutes."""

    section: PageSection
    bins: Sequence[Bin] = ()
    median: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A period with many reactions. `start` and `end` are minutes from the session's start."""

    start: float
    end: float
    clock: str  # in the organizer's zone: `16:14`, or from when to when
    total: int
    top: str  # the reaction sent most, in words
    counts: Sequence[tuple[str, int]]  # of every kind that was sent, in words


@dataclass(frozen=True, slots=True)
class Moments:
    """The top moments, most reactions first; the section has them as a table."""

    section: PageSection
    moments: Sequence[Moment] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """A period to be marked: minutes from the session's start, and the time of day."""

    start: float
    end: float
    clock: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Data of the timeline chart: one value for each step; its section has sentences and the data table.

    All lists have the same length; without an axis they are empty. `engagement` is 0..1, None without viewers.
    """

    section: PageSection
    axis: TimeAxis | None = None
    viewers: Sequence[int] = field(default=(), repr=False)
    engagement: Sequence[float | None] = field(default=(), repr=False)
    reactions: Sequence[int] = field(default=(), repr=False)  # of all kinds together
    peak: int = 0  # the index of the first value with the most viewers
    half_gone: int | None = None  # from this index on, fewer than half of the peak; None if half stayed
    moments: Sequence[Moment] = ()  # to be marked, most reactions first
    gaps: Sequence[tuple[float, float]] = ()  # interruptions, from which to which minute of the session
    breakouts: Sequence[Period] = ()
    unknown: Sequence[tuple[int, int]] = ()  # periods without figures: the first index, and the first after it
    legend: Sequence[str] = ()  # sentences below the chart: what its marks mean, and the strongest moment

    def knows(self, first: int, values: int) -> bool:
        """Return whether any of these values is known."""
        return not any(start <= first and first + values <= end for start, end in self.unknown)

    def engaged(self, first: int, values: int) -> float | None:
        """Return the engagement of these values, weighted by viewers; None without viewers."""
        indices = range(first, min(first + values, len(self.viewers)))
        known = [(self.viewers[n], rate) for n in indices if (rate := self.engagement[n]) is not None]
        people = sum(viewers for viewers, _ in known)
        return sum(viewers * rate for viewers, rate in known) / people if people else None


@dataclass(frozen=True, slots=True)
class AttendeeRowView:
    """An attendee: text cleaned, blank if unknown; numbers None if unknown."""

    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    kind: str = ""  # `User` or `Guest`
    title: str = field(default="", repr=False)
    company: str = field(default="", repr=False)
    role: str = field(default="", repr=False)
    industry: str = field(default="", repr=False)
    country: str = field(default="", repr=False)
    minutes: float | None = None
    engagement: float | None = None  # 0..1
    breakout_minutes: float | None = None
    reactions: int | None = None
    chat_messages: int | None = None
    polls_answered: int | None = None
    raised_hands: int | None = None
    qna_threads: int | None = None
    downloads: int | None = None
    seen: str = ""  # a sentence if one of Kaltura's lists lacks the person, else blank
    heatmap: str = ""  # one character for each step: `e` engaged, `n` less engaged, `-` not there


@dataclass(frozen=True, slots=True)
class People:
    """The attendees, most minutes first. `total` includes people who are not listed; `axis` is for the heatmaps."""

    rows: Sequence[AttendeeRowView] = field(repr=False)
    total: int
    axis: TimeAxis | None = None


@dataclass(frozen=True, slots=True)
class PollAnswer:
    """An answer to a poll. `share` is of the poll's participants, 0..1, None if it makes no sense."""

    words: str = field(repr=False)
    people: int
    share: float | None
    correct: bool


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll with all its answers."""

    question: str = field(repr=False)
    kind: str
    people: int
    answers: Sequence[PollAnswer]


@dataclass(frozen=True, slots=True)
class Polls:
    """All polls; the section's table lists the questions."""

    section: PageSection
    polls: Sequence[Poll] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """Plays of the recording on one day in Kaltura's calendar."""

    label: str
    plays: int


@dataclass(frozen=True, slots=True)
class Recordings:
    """The recordings: plays by day, as a chart and a table; a table of recordings, and a table of viewers."""

    section: PageSection
    days: Sequence[Day] = ()
    plays: Table | None = None
    entries: Table | None = None
    viewers: Table | None = None
    links: Sequence[tuple[str, str]] = ()  # a recording's name, and the address of its page


@dataclass(frozen=True, slots=True)
class Origin:
    """A country, region, city or device, and its number of viewers. `share` is of live viewers, 0..1."""

    name: str
    live: int
    recording: int
    share: float | None = None
    within: Sequence[Origin] = ()


@dataclass(frozen=True, slots=True)
class Origins:
    """Countries or devices of viewers; the section's table lists the outermost level, `places` the inner ones."""

    section: PageSection
    origins: Sequence[Origin] = ()
    places: Table | None = None
