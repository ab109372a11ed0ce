"""Count registrations by origin and by the answers to chosen questions, and add these answers to attendees."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, TypeAlias
from unicodedata import normalize

from debrief.metrics.profiles import Profile
from debrief.metrics.registrations.roll import Roll
from debrief.registration import Registrant, folded
from debrief.segment import Member, Segment

MOST_GROUPS = 10  # rows of a table; the last row counts the rarest answers together
_NO_ORIGIN = "the list of registrations does not say how people registered"
_NO_ANSWER = "the list of registrations has no answer to this question"

Cell: TypeAlias = Callable[[Registrant], str]


@dataclass
class _Group:
    """People with the same answer: registered people, those of them who came, and those of unknown attendance."""

    registered: int = 0
    came: int = 0
    not_known: int = 0

    def __add__(self, other: _Group) -> _Group:
        return _Group(self.registered + other.registered, self.came + other.came, self.not_known + other.not_known)

    def figures(self) -> dict[str, Any]:
        """Return the counts, and the share who came; without a share if somebody's attendance is unknown."""
        rate = self.came / self.registered if self.registered and not self.not_known else None
        return {"registered": self.registered, "came": self.came, "not_known": self.not_known, "rate": rate}


def by_origin(roll: Roll) -> dict[str, Any]:
    """Return the registered people by origin, or why origins are unknown."""
    return _table(roll, attrgetter("origin"), _NO_ORIGIN)


def by_answer(roll: Roll, questions: Sequence[str]) -> list[dict[str, Any]]:
    """Return the registered people by the answer to each question, or why its answers are unknown."""
    cells = _cells_of(questions, [person for person, _ in _outcomes(roll)])
    return [
        {"question": question, **_table(roll, cell, _NO_ANSWER)}
        for question, cell in zip(questions, cells, strict=True)
    ]


def _table(roll: Roll, cell: Cell, why_none: str) -> dict[str, Any]:
    """Return a row for each answer, most registered people first, then the rarest together, then blank answers.

    Spellings of an answer that differ in upper and lower case count as one. Each registered person counts once.
    """
    groups, spellings = defaultdict[str, _Group](_Group), defaultdict[str, Counter[str]](Counter)
    for person, outcome in _outcomes(roll):
        answer = cell(person)
        key = normalize("NFC", answer).casefold()
        groups[key] += outcome
        spellings[key][answer] += 1
    blank = groups.pop("", None)
    if not groups:
        return {"unavailable": why_none}
    names = {key: min(found, key=lambda one: (-found[one], one)) for key, found in spellings.items()}
    ordered = sorted(groups, key=lambda key: (-groups[key].registered, names[key]))
    shown = ordered if len(ordered) <= MOST_GROUPS else ordered[: MOST_GROUPS - 1]
    others = [groups[key] for key in ordered[len(shown) :]]
    return {
        "rows": [{"answer": names[key], **groups[key].figures()} for key in shown],
        **({"others": {"answers": len(others), **sum(others, _Group()).figures()}} if others else {}),
        **({"blank": blank.figures()} if blank else {}),
    }


def _outcomes(roll: Roll) -> Iterator[tuple[Registrant, _Group]]:
    """Yield every registered person once, with the person's counts."""
    came, unknown, missed = _Group(1, 1), _Group(1, 0, 1), _Group(1)
    yield from ((person, came) for person in roll.came)
    yield from ((person, missed) for people in (roll.recording_only, roll.absent) for person in people)
    yield from ((person, unknown) for people in roll.doubts.values() for person in people)


@dataclass(frozen=True)
class Details:
    """What people on the list gave there: their company, and answers to the chosen questions."""

    listed: Mapping[str, Registrant]
    questions: Sequence[str]
    cells: Sequence[Cell]

    @classmethod
    def of(cls, roll: Roll, questions: Sequence[str]) -> Details:
        return cls(roll.listed, questions, _cells_of(questions, [*roll.listed.values()]))

    def company(self, user_id: str) -> str:
        """Return a person's company on the list; blank if unknown."""
        person = self.listed.get(user_id)
        return person.company if person else ""

    def answers(self, user_id: str) -> list[str]:
        """Return a person's answers, in the order of the questions; blank if unknown."""
        person = self.listed.get(user_id)
        return [cell(person) if person else "" for cell in self.cells]

    def add_to(self, attendees: Mapping[str, Any]) -> dict[str, Any]:
        """Return the section of attendees with companies that Kaltura does not give, and with the answers."""
        rows = [self._with_details(row) for row in attendees["rows"]]
        return {**attendees, "rows": rows, **({"questions": [*self.questions]} if self.questions else {})}

    def _with_details(self, row: Mapping[str, Any]) -> dict[str, Any]:
        user_id = row["user_id"]
        if user_id not in self.listed:
            return dict(row)
        company = row.get("company") or self.company(user_id)
        answers = {"answers": self.answers(user_id)} if self.questions else {}
        return {**row, **({"company": company} if company else {}), **answers}

    def add_to_list(self, segment: Segment, profiles: Mapping[str, Profile]) -> Segment:
        """Return a follow-up list with the company and the answers of each person."""
        return replace(segment, members=[self._member(member, profiles) for member in segment.members])

    def _member(self, member: Member, profiles: Mapping[str, Profile]) -> Member:
        profile = profiles.get(member.user_id)
        company = (profile.company if profile else "") or self.company(member.user_id)
        return member._replace(company=company, answers=tuple(self.answers(member.user_id)))


def answered(questions: Sequence[str], people: Sequence[Registrant]) -> list[int]:
    """Return for each question how many lines have an answer."""
    return [sum(bool(cell(person)) for person in people) for cell in _cells_of(questions, people)]


def _cells_of(questions: Sequence[str], people: Sequence[Registrant]) -> list[Cell]:
    """Return for each question a function that returns a person's answer; blank without one.

    Questions are compared as names of columns are: by letters and digits.
    """
    heads = defaultdict[str, list[str]](list)
    for head in sorted({head for person in people for head in person.answers}):
        heads[folded(head) or head].append(head)
    return [_cell(heads.get(folded(question) or question, ())) for question in questions]


def _cell(heads: Sequence[str]) -> Cell:
    return lambda person: next((answer for head in heads if (answer := person.answers.get(head))), "")
