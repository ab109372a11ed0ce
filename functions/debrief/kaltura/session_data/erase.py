"""Kaltura's answers without some of the people in them.

An erased attendee stays in every count and sum: the row keeps its figures and gets a pseudonym for an id, the same in
all answers of a session. Files that name nobody of them stay byte for byte; the others are written anew, whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from debrief.kaltura.api.responses import BOM
from debrief.kaltura.reports.page_tables import DELIMITER
from debrief.kaltura.reports.room_reports import text_of
from debrief.kaltura.session_data.identities import (
    PAGE_COLUMNS,
    Answers,
    Columns,
    Identity,
    csv_columns,
    decoded,
    identities,
    is_page_attendees,
)
from debrief.persons import escaped

ERASED = "Erased attendee"
_UNREADABLE = "?"  # stands for a line that no reader understands: nobody can tell who is in it
_LEAST_NAME = 5  # letters; a shorter one, or one of a single word, is no reason to change other people's texts


@dataclass(frozen=True)
class Erased:
    """Who goes: pseudonyms by user id as it is compared, ids as spelled, addresses in lower case, names."""

    pseudonyms: Mapping[str, str]
    ids: frozenset[str]
    emails: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, people: Iterable[Identity], pseudonym: Callable[[str], str], others: Iterable[Identity] = ()) -> Erased:
        """Those people. `pseudonym` makes one of a user id, the same for every spelling; names of `others` stay."""
        found = list(people)
        stay = {ERASED, "", *(one.name for one in others)}
        return cls(
            {escaped(one.user_id): pseudonym(escaped(one.user_id)) for one in found if one.user_id},
            frozenset(one.user_id for one in found if one.user_id),
            frozenset(one.email.lower() for one in found if one.email),
            frozenset(one.name for one in found) - stay,
        )

    def is_row_of(self, one: Identity) -> bool:
        """Whether a row is of somebody who goes. A name alone makes nobody the same person."""
        return escaped(one.user_id) in self.pseudonyms or (bool(one.email) and one.email.lower() in self.emails)

    def text(self, text: str) -> str:
        """A text that may be an id or a name, or quote an address or a whole name."""
        if (user_id := escaped(text)) in self.pseudonyms:
            return self.pseudonyms[user_id]
        return self._pattern.sub(ERASED, text) if self._pattern.search(text) else text

    @property
    def _pattern(self) -> re.Pattern[str]:
        quoted = [name for name in self.names if len(name) >= _LEAST_NAME and " " in name]
        quoted += [*self.emails, *(user_id for user_id in self.ids if "@" in user_id)]
        words = "|".join(map(re.escape, sorted(quoted, key=len, reverse=True)))
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)" if words else r"(?!)", re.IGNORECASE)


def without(
    answers: Answers,
    is_erased: Callable[[Identity], bool],
    pseudonym: Callable[[str], str],
    is_theirs: Callable[[str], bool] = bool,
) -> dict[str, bytes]:
    """The answers without those people; the very same when there is none of them. Raises BadRequest.

    An address that somebody typed who goes, but that is not `is_theirs`, goes with that row and nowhere else.
    """
    gone, others = [], []
    for one in identities(answers):
        if is_erased(one):
            gone.append(one if is_theirs(one.email) else replace(one, email=""))
        else:
            others.append(one)
    erased = Erased.of(gone, pseudonym, others)
    if not (erased.pseudonyms or erased.emails):
        return dict(answers)
    return {name: _file_without(name, body, erased) for name, body in answers.items()}


def _file_without(name: str, body: bytes, erased: Erased) -> bytes:
    if columns := csv_columns(name):
        return _csv_without(body, columns, erased)
    value = decoded(name, body)
    if is_page_attendees(name) and isinstance(value, dict):
        clean: Any = value | {
            "data": _page_without(str(value.get("header") or ""), str(value.get("data") or ""), erased)
        }
    else:
        clean = _json_without(value, erased)
    return body if clean == value else json.dumps(clean, ensure_ascii=False).encode("utf-8", errors="replace")


def _csv_without(body: bytes, columns: Columns, erased: Erased) -> bytes:
    """Lines that are no rows go, whoever is in them; as many are left as there were, since their number is told."""
    text = text_of(body)
    rows = list(map(list, text.rows))
    clean = [_row_without(text.header, row, columns, erased) for row in rows]
    if text.unreadable == 0 and clean == rows:
        return body
    lines = [",".join(text.header), *(",".join(row) for row in clean), *[_UNREADABLE] * text.unreadable]
    return BOM + "".join(f"{line}\n" for line in lines).encode()


def _page_without(header: str, data: str, erased: Erased) -> str:
    lines = [line for line in data.split(";") if line]
    names = header.split(DELIMITER)
    rows = (_row_without(names, line.split(DELIMITER), PAGE_COLUMNS, erased) for line in lines)
    return "".join(f"{DELIMITER.join(row)};" for row in rows)


def _row_without(header: Sequence[str], row: Sequence[str], columns: Columns, erased: Erased) -> list[str]:
    """A row of an answer, which may be longer than its header."""
    cells = list(zip_longest(header, row, fillvalue=""))[: len(row)]
    known = dict(reversed(cells))
    one = Identity(known.get(columns.user_id, ""), known.get(columns.email, "").strip())
    if not erased.is_row_of(one):
        return [_told(name, cell, columns, erased) for name, cell in cells]
    gone = {columns.email: "", **dict.fromkeys(columns.about, ""), columns.name: ERASED}
    gone[columns.user_id] = erased.pseudonyms.get(escaped(one.user_id), one.user_id)
    return [gone[name] if name and name in gone else erased.text(cell) for name, cell in cells]


def _told(column: str, cell: str, columns: Columns, erased: Erased) -> str:
    """A cell of somebody else's row: names of theirs stay, even when they are called the same."""
    return cell if column in {columns.name, columns.email} else erased.text(cell)


def _json_without(value: Any, erased: Erased) -> Any:
    if isinstance(value, str):
        return erased.text(value)
    if isinstance(value, list):
        return [_json_without(one, erased) for one in value]
    if isinstance(value, dict):
        return {key: _json_without(one, erased) for key, one in value.items()}
    return value
