"""Elements of a report. Tables and sentences are formatted text; charts have numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from debrief.documents.view.time_axis import TimeAxis


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column. `width` is relative: a column's part of the sum of all widths.

    A numeric column is aligned right. A quiet column has secondary data, which is printed in a lighter colour.
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
    """A section of a report: sentences, then a table; or `unavailable`, the reason why the section is missing."""

    sentences: Sequence[str] = ()
    table: Table | None = None
    unavailable: str = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """The number of people who stayed from `start` to `end` minutes."""

    start: float
    end: float
    people: int


@dataclass(frozen=True, slots=True)
class Stayed:
    """Data of the chart of minutes stayed, with its table; `median` is in minutes."""

    section: PageSection
    bins: Sequence[Bin] = ()
    median: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A period with many reactions. `start` and `end` are minutes from the session's start."""

    start: float
    end: float
    clock: str  # the time of day in the organizer's zone: `16:14`, or a range
    total: int  # the number of reactions
    top: str  # the name of the most frequent reaction
    counts: Sequence[tuple[str, int]]  # the name and number of each kind that was sent


@dataclass(frozen=True, slots=True)
class Moments:
    """The moments with the most reactions, most reactions first; the section's table lists the same moments."""

    section: PageSection
    moments: Sequence[Moment] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """A period that the chart marks. `start` and `end` are minutes from the session's start."""

    start: float
    end: float
    clock: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Data of the timeline chart. Its section has sentences, and the data as a table.

    `viewers`, `engagement` and `reactions` have a value for each step of the axis; without an axis they are empty.
    `engagement` is 0..1, None without viewers.
    """

    section: PageSection
    axis: TimeAxis | None = None
    viewers: Sequence[int] = field(default=(), repr=False)
    engagement: Sequence[float | None] = field(default=(), repr=False)
    reactions: Sequence[int] = field(default=(), repr=False)  # the reactions of all kinds
    peak: int = 0  # the first index with the most viewers
    half_gone: int | None = None  # from this index on, viewers are fewer than half of the peak; None if half stayed
    moments: Sequence[Moment] = ()  # the moments that the chart marks, most reactions first
    gaps: Sequence[tuple[float, float]] = ()  # start and end of each interruption, in minutes from the session's start
    breakouts: Sequence[Period] = ()
    unknown: Sequence[tuple[int, int]] = ()  # periods without figures: the first index, and the last index + 1
    legend: Sequence[str] = ()  # sentences below the chart: the meaning of its marks, and the strongest moment
    chapters: Sequence[Mark] = ()
    slides: Sequence[Mark] = ()

    def knows(self, first: int, count: int) -> bool:
        """Return whether at least one of `count` values from index `first` is known."""
        last = min(first + count, len(self.viewers))
        return not any(start <= first and last <= end for start, end in self.unknown)

    def engaged(self, first: int, count: int) -> float | None:
        """Return the mean engagement of `count` values from `first`, weighted by viewers; None without viewers."""
        indices = range(first, min(first + count, len(self.viewers)))
        known = [(self.viewers[n], rate) for n in indices if (rate := self.engagement[n]) is not None]
        people = sum(viewers for viewers, _ in known)
        return sum(viewers * rate for viewers, rate in known) / people if people else None


@dataclass(frozen=True, slots=True)
class Mark:
    """A chapter or a slide, at a minute from the session's start. Many slides have no title."""

    minute: float
    clock: str
    title: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Quotation:
    """What was being said at a minute from the session's start, and why it is quoted: `fall` or `moment`.

    `place` is the rank among the falls in viewers, or among the top moments. `count` is the number of viewers that were
    fewer, or of reactions.
    """

    minute: float
    clock: str
    words: str = field(repr=False)
    reason: str
    place: int
    count: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the recording says: chapters, slides and quotes by time. `transcript_lines` returns the whole transcript.

    The section has the quotes as a table; its sentences say what is unknown. `has_lines`: there is a transcript.
    """

    section: PageSection
    chapters: Sequence[Mark] = ()
    slides: Sequence[Mark] = ()
    quotes: Sequence[Quotation] = ()
    has_lines: bool = False
    contents: Table | None = None  # the chapters, and the slides that have a title


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """A line of the transcript, at a minute from the session's start."""

    minute: float
    clock: str
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AttendeeRowView:
    """An attendee. Texts are cleaned; unknown texts are blank, and unknown numbers are None."""

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
    heatmap: str = ""  # one character for each step: `e` engaged, `n` less engaged, `-` absent
    answers: Sequence[str] = field(default=(), repr=False)  # to People.questions


@dataclass(frozen=True, slots=True)
class People:
    """The attendees, most minutes first. `total` includes people without a row; `axis` is the heatmaps' time axis.

    `questions` are questions of the registration form, or other columns of the list of registrations.
    """

    rows: Sequence[AttendeeRowView] = field(repr=False)
    total: int
    axis: TimeAxis | None = None
    questions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """Plays of the recording on one day, which begins at midnight UTC."""

    label: str
    plays: int


@dataclass(frozen=True, slots=True)
class Recordings:
    """The recordings. `plays` is the table of the chart's `days`.

    `entries` is the table of recordings, `viewers` the table of the people who watched them.
    """

    section: PageSection
    days: Sequence[Day] = ()
    plays: Table | None = None
    entries: Table | None = None
    viewers: Table | None = None
    links: Sequence[tuple[str, str]] = ()  # a recording's name, and the address of its page


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Registered people by origin or by the answer to a question. `shares` has for each row the share who came."""

    title: str = field(repr=False)
    table: Table
    shares: Sequence[float | None]  # 0..1


@dataclass(frozen=True, slots=True)
class Registered:
    """Registrations. The section's table is the funnel from registration to attendance.

    `shares` has for each step its share of the registered people, 0..1; None if unknown.
    """

    section: PageSection
    shares: Sequence[float | None] = ()
    breakdowns: Sequence[Breakdown] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Viewers of a country, region, city or device. `share` is the share of all live viewers, 0..1."""

    name: str
    live: int
    recording: int
    share: float | None = None
    within: Sequence[Origin] = ()


@dataclass(frozen=True, slots=True)
class Origins:
    """Countries or devices of viewers. The section's table lists them; `places` lists regions and cities."""

    section: PageSection
    origins: Sequence[Origin] = ()
    places: Table | None = None
