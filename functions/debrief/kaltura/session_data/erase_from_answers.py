"""Erase people from Kaltura's answers.

An erased attendee stays in all counts and sums: the row keeps its figures and gets a pseudonym as its id, the same in
all answers of a session. A file that does not name an erased person stays the same, byte for byte.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, zip_longest
from typing import Any

from debrief.kaltura.api.responses import BOM
from debrief.kaltura.reports.page_tables import DELIMITER
from debrief.kaltura.reports.room_reports import cells_of
from debrief.kaltura.session_data.identities import (
    PAGE_COLUMNS,
    REGISTRANT,
    Answers,
    Columns,
    csv_columns,
    decode_json,
    identities,
    is_page_attendees,
)
from debrief.kaltura.session_data.registration_list import NAME as REGISTRATIONS
from debrief.kaltura.session_data.transcript_file import NAME as TRANSCRIPT
from debrief.kaltura.session_data.transcript_file import read_transcript
from debrief.model import Person
from debrief.persons import id_key, normalized_id

ERASED = "Erased attendee"
_UNREADABLE = "?"  # replaces an unreadable line, which may name an erased person
_LEAST_NAME = 5  # letters; shorter names and single words are not replaced in other people's texts


@dataclass(frozen=True)
class Erased:
    """The people to erase: pseudonyms by normalized user id, ids as spelled, names, pseudonyms by address.

    `links` has a pseudonym of each id and address itself, by `id_key`: by it, the sessions of a virtual event know an
    erased registrant again, whose user id may be in one of the sessions only.
    """

    pseudonyms: Mapping[str, str]
    ids: frozenset[str]
    names: frozenset[str]
    emails: Mapping[str, str]  # keys in lower case
    links: Mapping[str, str]

    @classmethod
    def of(cls, people: Iterable[Person], pseudonym: Callable[[str], str], others: Iterable[Person] = ()) -> Erased:
        """Collect people to erase. `pseudonym` maps a normalized user id. Names of `others` stay in texts."""
        listed = list(people)
        ids = [person.user_id for person in listed if person.user_id]
        # Of an address with several ids take the first. A registrant may have an address only.
        owners = {person.email.lower(): person.user_id or person.email for person in reversed(listed) if person.email}
        owners |= {
            person.email.lower(): person.user_id for person in reversed(listed) if person.email and person.user_id
        }
        return cls(
            {normalized_id(user_id): pseudonym(normalized_id(user_id)) for user_id in ids},
            frozenset(ids),
            frozenset(person.name for person in listed) - {ERASED, "", *(other.name for other in others)},
            {email: pseudonym(normalized_id(user_id)) for email, user_id in owners.items()},
            {key: pseudonym(key) for key in map(id_key, (*ids, *owners))},
        )

    def is_row_of(self, person: Person) -> bool:
        """Return whether a row is about a person to erase, by id or address; a name is not enough."""
        has_address = bool(person.email) and person.email.lower() in self.emails
        return normalized_id(person.user_id) in self.pseudonyms or has_address

    def clean_text(self, text: str) -> str:
        """Replace a text that is an id; in any other text, replace addresses and full names."""
        if (user_id := normalized_id(text)) in self.pseudonyms:
            return self.pseudonyms[user_id]
        return self._pattern.sub(ERASED, text) if self._pattern.search(text) else text

    def clean_lines(self, lines: Iterable[str]) -> list[str]:
        """Clean the lines of a text. A name may begin in one line and end in another."""
        clean = list(map(self.clean_text, lines))
        starts = list(accumulate((len(line) + 1 for line in clean), initial=0))
        for match in reversed(list(self._pattern.finditer(" ".join(clean)))):
            first, last = (bisect_right(starts, place) - 1 for place in (match.start(), match.end() - 1))
            for place in range(first, last + 1):
                start, end = max(match.start() - starts[place], 0), match.end() - starts[place]
                clean[place] = clean[place][:start] + (ERASED if place == first else "") + clean[place][end:]
        return [line.strip() for line in clean]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        phrases = [words for name in self.names if len(words := " ".join(name.split())) >= _LEAST_NAME and " " in words]
        phrases += [*self.emails, *(user_id for user_id in self.ids if "@" in user_id)]
        words = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)" if words else r"(?!)", re.IGNORECASE)


def erase_people(
    answers: Answers,
    is_erased: Callable[[Person], bool],
    pseudonym: Callable[[str], str],
    is_theirs: Callable[[str], bool] = bool,
) -> dict[str, bytes]:
    """Return the answers without these people; an answer that names none of them is unchanged. Raises BadRequest.

    If `is_theirs` is false for the address that an erased guest typed, only the guest's row loses the address.
    """
    people, others = [], []
    for person in identities(answers):
        if is_erased(person):
            people.append(person if is_theirs(person.email) else replace(person, email=""))
        else:
            others.append(person)
    erased = Erased.of(people, pseudonym, others)
    if not (erased.pseudonyms or erased.emails):
        return dict(answers)
    return {name: _clean_file(name, body, erased) for name, body in answers.items()}


def _clean_file(name: str, body: bytes, erased: Erased) -> bytes:
    if columns := csv_columns(name):
        return _clean_csv(body, columns, erased)
    value = decode_json(name, body)
    if is_page_attendees(name) and isinstance(value, dict):
        clean: Any = value | {"data": _clean_page(str(value.get("header") or ""), str(value.get("data") or ""), erased)}
    elif name == REGISTRATIONS and isinstance(value, dict):
        clean = value | {"registrants": [_clean_registrant(row, erased) for row in value.get("registrants", ())]}
    elif name == TRANSCRIPT and isinstance(value, dict):
        clean = _clean_transcript(value, [line.text for line in read_transcript(body).captions], erased)
    else:
        clean = _clean_json(value, erased)
    return body if clean == value else json.dumps(clean, ensure_ascii=False).encode("utf-8", errors="replace")


def _clean_csv(body: bytes, columns: Columns, erased: Erased) -> bytes:
    """Clean the rows. Unreadable lines are replaced, so that their number stays the same."""
    text = cells_of(body)
    rows = list(map(list, text.rows))
    clean = [_clean_row(text.header, row, columns, erased) for row in rows]
    if text.unreadable == 0 and clean == rows:
        return body
    lines = [",".join(text.header), *(",".join(row) for row in clean), *[_UNREADABLE] * text.unreadable]
    return BOM + "".join(f"{line}\n" for line in lines).encode()


def _clean_page(header: str, data: str, erased: Erased) -> str:
    lines = [line for line in data.split(";") if line]
    names = header.split(DELIMITER)
    rows = (_clean_row(names, line.split(DELIMITER), PAGE_COLUMNS, erased) for line in lines)
    return "".join(f"{DELIMITER.join(row)};" for row in rows)


def _clean_row(header: Sequence[str], row: Sequence[str], columns: Columns, erased: Erased) -> list[str]:
    """Clean a row, which may be longer than the header. Other people's rows keep their names and addresses."""
    cells = list(zip_longest(header, row, fillvalue=""))[: len(row)]
    by_column = dict(reversed(cells))
    person = Person(by_column.get(columns.user_id, ""), email=by_column.get(columns.email, "").strip())
    if not erased.is_row_of(person):
        kept = {columns.name, columns.email}
        return [cell if name in kept else erased.clean_text(cell) for name, cell in cells]
    replaced = {columns.email: "", **dict.fromkeys(columns.about, ""), columns.name: ERASED}
    replaced[columns.user_id] = erased.pseudonyms.get(normalized_id(person.user_id), person.user_id)
    return [replaced[name] if name and name in replaced else erased.clean_text(cell) for name, cell in cells]


def _clean_registrant(row: Mapping[str, Any], erased: Erased) -> dict[str, Any]:
    """Clean a registrant, who keeps the status only. An attendee's pseudonym keeps the two joined."""
    user_id, email = row[REGISTRANT.user_id], row[REGISTRANT.email].strip()
    if not erased.is_row_of(Person(user_id, email=email)):
        kept = {REGISTRANT.name, REGISTRANT.email}
        return {name: value if name in kept else _clean_json(value, erased) for name, value in row.items()}
    pseudonym = erased.pseudonyms.get(normalized_id(user_id)) or erased.emails[email.lower()]
    blank = {REGISTRANT.email: "", **dict.fromkeys(REGISTRANT.about, ""), "answers": {}}
    links = {erased.links[key] for key in map(id_key, (user_id, email)) if key in erased.links}
    aliases = {"aliases": others} if (others := sorted(links - {pseudonym})) else {}
    return {**row, **blank, REGISTRANT.name: ERASED, REGISTRANT.user_id: pseudonym, **aliases}


def _clean_transcript(value: Mapping[str, Any], texts: Iterable[str], erased: Erased) -> dict[str, Any]:
    """Clean what was said: `texts` are the captions. Captions of which nothing is left are removed."""
    rows = zip(value["captions"], erased.clean_lines(texts), strict=True)
    return {**_clean_json(value, erased), "captions": [[*times, text] for (*times, _), text in rows if text]}


def _clean_json(value: Any, erased: Erased) -> Any:
    if isinstance(value, str):
        return erased.clean_text(value)
    if isinstance(value, list):
        return [_clean_json(item, erased) for item in value]
    if isinstance(value, dict):
        return {key: _clean_json(item, erased) for key, item in value.items()}
    return value
