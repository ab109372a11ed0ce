"""Interactions of people in a session: reactions, messages, polls, downloads; written by hand or from a script.

Acts written by hand are in `Run.acts`. A `Script` describes a session; its acts are generated at their first use, and
are the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Reaction: TypeAlias = Literal["clap", "heart", "think", "wow", "smile"]
Kind: TypeAlias = Literal[
    "clap", "heart", "think", "wow", "smile", "message", "private_message", "poll", "qna", "login", "download", "hand"
]
REACTIONS: tuple[Reaction, ...] = ("clap", "heart", "think", "wow", "smile")
CHAT_KINDS = frozenset({*REACTIONS, "message", "private_message", "poll", "qna", "login"})
VIEW_KINDS = frozenset({"download", "hand"})  # reported by the room itself, not by its chat


class Act(NamedTuple):
    """One act of a person. The `value` of a vote is `poll id:option,option`; options are counted from 0."""

    user_id: str
    kind: Kind
    at: int  # unix seconds
    value: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a poll; `weight` is its relative frequency."""

    text: str
    weight: float = 1.0
    correct: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll. An open-ended poll has the `type` OpenAnswers and no options. `look` is its visualization."""

    id: str
    question: str
    options: tuple[Option, ...] = ()
    many: bool = False  # whether several answers may be chosen
    look: str = "bar"
    type: str = "MultipleChoice"
    minute: float = 0.0  # minute of the session in which the poll is launched
    share: float = 0.6  # share of the voters present who answer


class Peak(NamedTuple):
    """A moment to which a share of the people present reacts: a joke, a demo, the end."""

    minute: float
    kind: Reaction
    share: float


class Lull(NamedTuple):
    """Minutes with less attention: people are distracted more often here than elsewhere."""

    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Script:
    """A description of a session, from which each person's acts are generated. Shares are of the people present."""

    peaks: tuple[Peak, ...] = ()
    lulls: tuple[Lull, ...] = ()
    logged_in: float = 0.9  # logged in to the chat; the others neither react nor write
    voters: float = 0.8  # answer polls
    talkative: float = 0.18
    curious: float = 0.04  # open Q&A threads
    collectors: float = 0.2  # download attachments
    raisers: float = 0.02
    cameras: float = 0.0  # have their camera on
    chat_only: tuple[str, ...] = ()  # user ids that are only in the chat
