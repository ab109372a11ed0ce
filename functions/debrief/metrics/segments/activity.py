"""Who asked a question, and who was the most engaged of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from debrief.metrics.attendees import Attendee
from debrief.metrics.profiles import REPORT, Profile
from debrief.metrics.segments.audience import NOBODY, Audience, minutes_in_words, plural
from debrief.metrics.segments.ranking import Ranking
from debrief.model import number
from debrief.segment import ASKED, MOST_ENGAGED, Segment

TOP_PERCENT = 10
FEWEST = 10  # attendees of whom one is a tenth
_NOT_READ = "The reports behind Kaltura's Summary page were not read."
_OTHERS = " Another session of the room was in the same hour, and Kaltura counts its threads too."

Value: TypeAlias = Callable[[Attendee], float]


@dataclass(frozen=True)
class _Input:
    """Something that engagement is told by: what the formula calls it, its value, and that in words."""

    name: str
    value: Value
    words: Callable[[float], str]


# Fields of a profile: what the formula calls them, then one and many of it.
_COUNTED = {
    "reactions": ("reactions", "reaction", "reactions"),
    "chat_messages": ("chat messages", "chat message", "chat messages"),
    "polls_answered": ("polls answered", "poll answered", "polls answered"),
    "qna_threads": ("Q&A threads", "Q&A thread", "Q&A threads"),
    "raised_hands": ("hands raised", "hand raised", "hands raised"),
    "attachments_downloaded": ("downloads", "download", "downloads"),
}


def asked(audience: Audience) -> Segment:
    """Those who opened a Q&A thread, most threads first; also those whom report 6001 does not list."""
    page = audience.facts.data.page
    reason = page.reason(REPORT) if page else _NOT_READ
    if reason or page is None:
        return Segment(ASKED, unavailable=(reason or _NOT_READ).rstrip("."))
    if not audience.here:
        return Segment(ASKED, unavailable=NOBODY)
    threads = _counts(audience.profiles, "qna_threads")
    people = [audience.here[user_id] for user_id in audience.profiles.keys() & audience.here.keys()]
    people.sort(key=lambda person: (-threads.get(person.user_id, 0), person.user_id))

    def why(person: Attendee) -> str:
        many = threads.get(person.user_id, 0)
        return f"opened {plural(many, 'Q&A thread', 'Q&A threads')}" if many else ""

    formula = (
        "At least one Q&A thread opened, of all whom Kaltura's report 60010 lists. A question in the chat is none."
    )
    return audience.picked(ASKED, formula + (_OTHERS if page.is_shared else ""), people, why)


def most_engaged(audience: Audience) -> Segment:
    """The top tenth by the mean of percentile ranks, the first of them first."""
    if not audience.people:
        return Segment(MOST_ENGAGED, unavailable=NOBODY)
    if len(audience.outsiders) < FEWEST:
        return Segment(MOST_ENGAGED, unavailable=f"a top tenth takes at least {FEWEST} attendees who are no staff")
    every = _inputs(audience)
    used = [one for one in every if any(one.value(person) > 0 for person in audience.outsiders)]
    rankings = [Ranking(map(one.value, audience.outsiders)) for one in used]

    def score(person: Attendee) -> int:
        return sum(ranking.halves(one.value(person)) for one, ranking in zip(used, rankings, strict=True))

    scores = {person.user_id: score(person) for person in audience.people}
    ranking = Ranking(scores[person.user_id] for person in audience.outsiders)

    def why(person: Attendee) -> str:
        own = scores[person.user_id]
        if not ranking.is_in_top(own, TOP_PERCENT):
            return ""
        did = (one.words(value) for one in used if (value := one.value(person)))
        return f"ahead of {ranking.percent(own)} % of attendees: {', '.join(did)}"

    people = sorted(audience.people, key=lambda person: (-scores[person.user_id], person.user_id))
    return audience.picked(MOST_ENGAGED, _formula(every, used), people, why)


def _inputs(audience: Audience) -> list[_Input]:
    """Everything that may count. What is not known of somebody counts as none."""
    length = minutes_in_words(audience.facts.duration)
    inputs = [
        _Input("minutes", lambda p: p.minutes or 0.0, lambda v: f"{minutes_in_words(v)} of {length} minutes"),
        _Input("engagement rate", lambda p: p.engagement or 0.0, lambda v: f"{v * 100:.0f} % engaged"),
    ]
    return inputs + [_counted(audience, field) for field in _COUNTED]


def _counted(audience: Audience, field: str) -> _Input:
    counts = _counts(audience.profiles, field)
    name, one, many = _COUNTED[field]
    return _Input(name, lambda p: counts.get(p.user_id, 0), lambda v: plural(round(v), one, many))


def _counts(profiles: Mapping[str, Profile], field: str) -> dict[str, int]:
    """A field's counts by user id, of those who have any."""
    place = Profile._fields.index(field)
    cells = ((user_id, profile[place]) for user_id, profile in profiles.items())
    return {user_id: count for user_id, cell in cells if cell and (count := round(number(cell) or 0.0)) > 0}


def _formula(every: list[_Input], used: list[_Input]) -> str:
    names = ", ".join(one.name for one in used)
    unused = ", ".join(one.name for one in every if one not in used)
    left_out = f" Not used here by anybody, so left out: {unused}." if unused else ""
    return (
        f"The top tenth (percentile rank {100 - TOP_PERCENT} or more, ties count half) by the mean of each person's "
        f"percentile ranks in: {names}. Ranks are among attendees who are no staff.{left_out}"
    )
