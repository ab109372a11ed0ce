"""Interactions of people in a session: reactions, messages, polls, downloads; by hand or from a script.

Hand-made acts stand in `Run.acts`. A `Script` says what a session was like, and the acts are invented from it when
somebody asks for them, always the same.
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
VIEW_KINDS = frozenset({"download", "hand"})  # seen by the room itself, not by its chat


class Act(NamedTuple):
    """One thing that somebody did. `value` of a poll's is `poll id:option,option`, options counted from 0."""

    user_id: str
    kind: Kind
    at: int  # unix seconds
    value: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a poll; `weight` is how often it is chosen."""

    text: str
    weight: float = 1.0
    correct: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll. Open ended: `type` OpenAnswers and no options. `look` is its visualization, e.g. `rating scale`."""

    id: str
    question: str
    options: tuple[Option, ...] = ()
    many: bool = False  # whether several answers may be chosen
    look: str = "bar"
    type: str = "MultipleChoice"
    minute: float = 0.0  # of the session, when it is launched
    share: float = 0.6  # of the voters present, who answer


class Peak(NamedTuple):
    """A moment to which part of those present react: a joke, a demo, the end."""

    minute: float
    kind: Reaction
    share: float


class Lull(NamedTuple):
    """Minutes in which thoughts wander: people who drift off do it here more than elsewhere."""

    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Script:
    """What a session was like. Shares are of those present; what each person does is drawn from them."""

    peaks: tuple[Peak, ...] = ()
    lulls: tuple[Lull, ...] = ()
    logged_in: float = 0.9  # to the chat; who is not neither reacts nor writes
    voters: float = 0.8  # who answer polls at all
    talkative: float = 0.18
    curious: float = 0.04  # who open Q&A threads
    collectors: float = 0.2  # who download
    raisers: float = 0.02
    cameras: float = 0.0  # who show themselves
    chat_only: tuple[str, ...] = ()  # user ids that follow by the chat alone
