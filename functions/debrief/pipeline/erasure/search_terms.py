"""Search files for a person's ids, addresses and names, also in compressed, printed and escaped texts."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from functools import cached_property
from typing import Any

from debrief.documents.data.csv_tables import machine_csv
from debrief.documents.read_back import all_text_of_pdf
from debrief.documents.workbook.people import USER_ID
from debrief.documents.workbook.reader import read_sheets
from debrief.errors import BadRequest
from debrief.kaltura.session_data.erase_from_answers import ERASED
from debrief.kaltura.session_data.identities import identities
from debrief.model import Person
from debrief.persons import normalized_id

_ID_COLUMNS = frozenset({"user_id", "session_host_user_id", "session_initiator", "host_user_id"})
_LEAST_ID = 6  # characters; shorter ids, and ids of digits only, are searched only in columns of ids
_LEAST_NAME = 5  # characters
_TAG = re.compile(r"<[^>]+>")
_SEPARATORS = " ,|;\r\n"  # characters in an id that at least one report replaces with a space
_BLANKS = re.compile(r"\s+")
_UNREADABLE = (
    OSError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    csv.Error,
    ValueError,
    KeyError,
    TypeError,
    RecursionError,
)
_JOINERS = "\u200d\ufe0e\ufe0f"  # characters within an emoji


@dataclass(frozen=True)
class Terms:
    """The search terms. They must not be printed."""

    ids: frozenset[str] = field(default=frozenset(), repr=False)
    emails: frozenset[str] = field(default=frozenset(), repr=False)  # in lower case
    names: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, people: Iterable[Person]) -> Terms:
        """Return the ids, addresses and names of these people. Names of one word are too common to search."""
        persons = list(people)
        names = (" ".join(person.name.split()).lower() for person in persons if person.name != ERASED)
        return cls(
            frozenset(person.user_id for person in persons if person.user_id),
            frozenset(person.email.lower() for person in persons if person.email),
            frozenset(name for name in names if len(name) >= _LEAST_NAME and " " in name),
        )

    def without_names(self, names: Iterable[str]) -> Terms:
        """Return the terms without names that other people have too."""
        return Terms(self.ids, self.emails, self.names - {" ".join(name.split()).lower() for name in names})

    def found_in(self, name: str, body: bytes) -> bool:
        """Return whether a file mentions the person. Raises BadRequest if the file cannot be read."""
        try:
            return any(self._in_text(text) or self._in_ids(inner, text) for inner, text in texts(name, body))
        except _UNREADABLE:
            raise BadRequest(f"The archived file {name} cannot be read, so it cannot be searched.") from None

    def _in_text(self, text: str) -> bool:
        plain = _BLANKS.sub(" ", text)
        return bool(self._spaced_pattern.search(plain) or self._unspaced_pattern.search(plain.replace(" ", "")))

    @cached_property
    def _spaced_pattern(self) -> re.Pattern[str]:
        strong = filter(_is_strong, self.ids)
        return _pattern([*strong, *self.emails, *self.names], r"[\w.@-]", ids=self.ids)

    @cached_property
    def _unspaced_pattern(self) -> re.Pattern[str]:
        """Return a pattern for text without spaces: of addresses, because a narrow column breaks long ones.

        Also of names with emoji: the text that is read back from a PDF lacks the emoji, and the space after the name.
        """
        addresses = (*self.emails, *(user_id for user_id in self.ids if "@" in user_id))
        plain = (plain for name in self.names if " " in (plain := _without_symbols(name)) and plain != name)
        return _pattern([text.replace(" ", "") for text in (*addresses, *plain)], None)

    def _in_ids(self, name: str, text: str) -> bool:
        weak = {normalized_id(user_id) for user_id in self.ids if not _is_strong(user_id)}
        if not weak:
            return False
        if any(normalized_id(person.user_id) in weak for person in identities({name: text.encode()})):
            return True
        if name.endswith(".csv"):
            rows = csv.DictReader(io.StringIO(text, newline=""))
            return any(normalized_id(row.get(column) or "") in weak for row in rows for column in _ID_COLUMNS)
        return name.endswith(".json") and any(normalized_id(each) in weak for each in _ids_in(json.loads(text)))


def texts(name: str, body: bytes) -> Iterator[tuple[str, str]]:
    """Yield the readable texts of a file, each with the name of its part."""
    if name.endswith(".gz"):
        yield from texts(name.removesuffix(".gz"), gzip.decompress(body))
    elif name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            for inner in file.namelist():
                yield from texts(inner, file.read(inner))
    elif name.endswith(".xlsx"):
        yield from _workbook(body)
    elif name.endswith(".eml"):
        yield from _mail(body)
    elif name.endswith(".pdf"):
        yield name, all_text_of_pdf(body)
    else:
        text = body.decode("utf-8", "replace").removeprefix("\ufeff")
        yield name, text
        if name.endswith(".html"):
            yield name, html.unescape(_TAG.sub(" ", text))
        elif name.endswith(".json") and "\\" in text:
            yield name, json.dumps(json.loads(text), ensure_ascii=False)


def _workbook(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield all parts of a workbook, and its people as a table with a column of ids."""
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        for part in file.namelist():
            yield part, html.unescape(_TAG.sub(" ", file.read(part).decode("utf-8", "replace")))
    for name, (head, *rows) in read_sheets(body).items():
        if USER_ID in head:
            ids = [[str(row[head.index(USER_ID)])] for row in rows]
            yield f"{name}.csv", machine_csv([["user_id"], *ids]).decode()


def _mail(body: bytes) -> Iterator[tuple[str, str]]:
    message = message_from_bytes(body, policy=policy.default)
    yield "headers.txt", "\n".join(f"{key}: {value}" for key, value in message.items())
    for part in message.walk():
        if not part.is_multipart():
            suffix = {"text/html": "html", "text/plain": "txt", "text/csv": "csv", "application/pdf": "pdf"}
            content: bytes = part.get_payload(decode=True) or b""  # type: ignore[assignment]
            yield from texts(f"part.{suffix.get(part.get_content_type(), 'bin')}", content)


def _without_symbols(name: str) -> str:
    """Return a name without emoji and other symbols."""
    parts = (char for char in name if unicodedata.category(char) not in {"So", "Sm", "Sk"} and char not in _JOINERS)
    return " ".join("".join(parts).split())


def _is_strong(user_id: str) -> bool:
    return len(user_id) >= _LEAST_ID and not user_id.isdigit()


def _pattern(words: Iterable[str], beside: str | None, ids: Container[str] = ()) -> re.Pattern[str]:
    """Return a pattern of the words. Words in `ids` match in every spelling that a Kaltura report uses."""
    found = sorted(words, key=len, reverse=True)
    any_of = "|".join(_any_spelling(word) if word in ids else re.escape(word) for word in found)
    if not any_of:
        return re.compile(r"(?!)")
    return re.compile(f"(?<!{beside})(?:{any_of})(?!{beside})" if beside else any_of, re.IGNORECASE)


def _any_spelling(user_id: str) -> str:
    return "".join("[ ,|;]" if letter in _SEPARATORS else re.escape(letter) for letter in user_id.strip(_SEPARATORS))


def _ids_in(value: Any, column: str = "") -> Iterator[str]:
    """Yield the values of id columns, and the values of lists of texts, which may be ids."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _ids_in(part, key)
    elif isinstance(value, list):
        for item in value:
            yield from [item] if isinstance(item, str) else _ids_in(item, column)
    elif isinstance(value, str) and column in _ID_COLUMNS:
        yield value
