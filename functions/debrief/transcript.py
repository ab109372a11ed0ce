"""Define what a session's recording says: captions, chapters and slides, at times of the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

Kind: TypeAlias = Literal["captions", "chapters", "slides"]
KINDS: tuple[Kind, ...] = get_args(Kind)
QuoteReason: TypeAlias = Literal["fall", "moment"]  # a fall in viewers, or a moment with many reactions

LONGEST_QUOTE = 200  # characters


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the recording. `at` is in seconds from the session's start."""

    title: str = field(repr=False)
    at: float


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide that was shown from `at` on, in seconds from the session's start. Many slides have no title."""

    title: str = field(repr=False)
    at: float


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """Words that were spoken from `start` to `end`, in seconds from the session's start."""

    start: float
    end: float
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """What was being said at one time, in at most 200 characters. `at` is in seconds from the session's start.

    `place` is the rank among the falls or moments: 1 for the largest fall or the moment with the most reactions.
    `count` is the number of viewers that were fewer, or of reactions.
    """

    at: float
    text: str = field(repr=False)
    reason: QuoteReason
    place: int
    count: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """Captions, chapters and slides, each by time.

    `why_unknown` has one sentence for each kind that is unknown; this kind is empty. An empty kind without a sentence
    does not exist. `may_come`: Kaltura may have more later.
    """

    captions: Sequence[CaptionLine] = field(default=(), repr=False)
    chapters: Sequence[Chapter] = ()
    slides: Sequence[Slide] = ()
    language: str = ""  # of the captions, such as `en`; blank if unknown
    why_unknown: Mapping[Kind, str] = field(default_factory=dict)
    may_come: bool = False

    def filled_from(self, earlier: Transcript) -> Transcript:
        """Return the transcript with each kind that is unknown here and known in an earlier one."""
        kinds = [kind for kind in self.why_unknown if kind not in earlier.why_unknown]
        known: dict[str, Any] = {kind: getattr(earlier, kind) for kind in kinds}
        language = earlier.language if "captions" in kinds else self.language
        left = {kind: reason for kind, reason in self.why_unknown.items() if kind not in kinds}
        return replace(self, **known, language=language, why_unknown=left)
