"""Segments by activity: people who asked a question, and the most engaged people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import compress

from debrief.metrics.profiles import REPORT, Profile
from debrief.metrics.segments.audience import NOBODY, Audience, plural
from debrief.metrics.segments.ranking import Ranking
from debrief.segment import ASKED, MOST_ENGAGED, Segment
from debrief.util.rounding import short_minutes
from debrief.util.values import number

TOP_PERCENT = 10
FEWEST = 10  # attendees: a tenth is then at least one person
_OTHERS = " Another session of the room was in the same hour; Kaltura counts what people did there too."


@dataclass(frozen=True, eq=False)
class _Input:
    """An input of the engagement score: its name in the formula, each attendee's value, and a value in words."""

    name: str
    values: Sequence[float] = field(repr=False)
    words: Callable[[float], str] = field(repr=False)


# Fields of a profile: the name in the formula, and the singular and plural in reasons.
_COUNTED = {
    "reactions": ("reactions", "reaction", "reactions"),
    "chat_messages": ("chat messages", "chat message", "chat messages"),
    "polls_answered": ("polls answered", "poll answered", "polls answered"),
    "qna_threads": ("Q&A threads", "Q&A thread", "Q&A threads"),
    "raised_hands": ("hands raised", "hand raised", "hands raised"),
    "attachments_downloaded": ("downloads", "download", "downloads"),
}
_NOTHING = ("",) * len(Profile._fields)


def asked(audience: Audience) -> Segment:
    """Return people who opened a Q&A thread, most threads first, even if report 6001 does not list them."""
    if reason := audience.facts.page_reason(REPORT):
        return Segment(ASKED, unavailable=reason.rstrip("."))
    if not audience.here:
        return Segment(ASKED, unavailable=NOBODY)
    counts = {cell: _count(cell) for cell in {profile.qna_threads for profile in audience.profiles.values()}}
    threads = {id_: count for id_, profile in audience.profiles.items() if (count := counts[profile.qna_threads])}
    first_most = sorted(threads.keys() & audience.here.keys(), key=lambda user_id: (-threads[user_id], user_id))
    chosen = ((audience.here[id_], f"opened {plural(threads[id_], 'Q&A thread', 'Q&A threads')}") for id_ in first_most)
    formula = "Opened at least one Q&A thread, in the room or in a player. Questions in the chat do not count."
    return audience.picked(ASKED, formula + _others(audience), chosen)


def most_engaged(audience: Audience) -> Segment:
    """Return the top tenth by mean percentile rank, the most engaged first."""
    if not audience.people:
        return Segment(MOST_ENGAGED, unavailable=NOBODY)
    if len(audience.outsiders) < FEWEST:
        return Segment(MOST_ENGAGED, unavailable=f"a top tenth takes at least {FEWEST} attendees who are not staff")
    is_outsider = [not is_staff for is_staff in audience.are_staff(audience.people)]
    inputs = _inputs(audience)
    known_inputs = [item for item in inputs if any(compress(item.values, is_outsider))]
    ranks = [Ranking(compress(item.values, is_outsider)).of_each(item.values) for item in known_inputs]
    scores = list(map(sum, zip(*ranks, strict=True)))  # the mean times a constant, in whole numbers
    ranking = Ranking(compress(scores, is_outsider))
    least = ranking.least_with(-(-2 * ranking.people * (100 - TOP_PERCENT) // 100))
    top = [place for place, score in enumerate(scores) if score >= least]
    top.sort(key=lambda place: (-scores[place], audience.people[place].user_id))
    chosen = ((audience.people[place], _did(known_inputs, place, ranking.percent(scores[place]))) for place in top)
    return audience.picked(MOST_ENGAGED, _formula(audience, inputs, known_inputs), chosen)


def _did(inputs: list[_Input], place: int, percent: int) -> str:
    parts = ", ".join(item.words(value) for item in inputs if (value := item.values[place]))
    return f"ahead of {percent}% of attendees: {parts}"


def _inputs(audience: Audience) -> list[_Input]:
    """Return all inputs of the score. An unknown value counts as 0."""
    people, length = audience.people, short_minutes(audience.facts.attended_minutes)
    minutes = [person.presence or 0.0 for person in people]
    rates = [person.engagement or 0.0 for person in people]
    inputs = [
        _Input("minutes", minutes, lambda value: f"{short_minutes(value)} of {length} minutes"),
        _Input("engagement rate", rates, lambda value: f"{value * 100:.0f}% engaged"),
    ]
    known = [audience.profiles.get(person.user_id, _NOTHING) for person in people] if audience.profiles else []
    return inputs + [_counted(known, of) for of in _COUNTED]


def _counted(known: Sequence[Sequence[str]], of: str) -> _Input:
    """Return one field of all profiles as an input."""
    place = Profile._fields.index(of)
    cells = [profile[place] for profile in known]
    counts = {cell: _count(cell) for cell in set(cells)}
    name, one, many = _COUNTED[of]
    return _Input(name, [counts[cell] for cell in cells], lambda value: plural(round(value), one, many))


def _others(audience: Audience) -> str:
    page = audience.facts.data.page
    return _OTHERS if page and page.is_shared else ""


def _count(cell: str) -> int:
    return max(round(number(cell) or 0.0), 0)


def _formula(audience: Audience, inputs: list[_Input], used_inputs: list[_Input]) -> str:
    is_known = audience.facts.page_reason(REPORT) is None
    names, others = (
        ", ".join(item.name for item in inputs if (item in used_inputs) is is_used) for is_used in (True, False)
    )
    left_out = (
        f" Left out, because {'nobody used them' if is_known else 'they are not known'}: {others}." if others else ""
    )
    return (
        f"The top tenth (percentile rank {100 - TOP_PERCENT} or more, ties count half) by the mean of each person's "
        f"percentile ranks in: {names}. Ranks are among attendees who are not staff."
        f"{left_out}{_others(audience)}"
    )
