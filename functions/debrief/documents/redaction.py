"""Redaction: hide email addresses in any text, and replace user ids with numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from debrief.model import Summary
from debrief.util.values import is_identified, repeats_id

WITHHELD = "(email not shown)"

_AT = "@\N{FULLWIDTH COMMERCIAL AT}\N{SMALL COMMERCIAL AT}"
_PART = rf"[^\s{_AT}<>()\[\],;:\"]+"
_DOT = r"(?:\s*[(\[{<]\s*(?:dot|\.)\s*[)\]}>]\s*|\s+dot\s+)"
_DOMAIN = rf"{_PART}(?:{_DOT}{_PART})*"
_EMAIL = re.compile(rf"(?:\"[^\"\r\n]{{1,64}}\"|{_PART})[{_AT}](?:{_DOMAIN}|\[[^\]\s]{{1,64}}\])", re.IGNORECASE)
# Obfuscated addresses: `a (at) b`, `a&#64;b` or `a at b dot c`.
_WORD = rf"[^\s{_AT}<>()\[\]{{}},;:\"]{{1,64}}"
_SIGN = rf"(?:\s*[(\[{{<]\s*(?:at|[{_AT}])\s*[)\]}}>]\s*|\s*(?:&#0*64;|&#x0*40;|&commat;|%40)\s*)"
_OBFUSCATED = re.compile(
    rf"{_WORD}(?:{_DOT}{_WORD})*(?:{_SIGN}{_WORD}(?:{_DOT}{_WORD})*|\s+at\s+{_WORD}(?:{_DOT}{_WORD})+)", re.IGNORECASE
)
_HINT = re.compile(rf"[{_AT}]|\bat\b|&#|&commat|%40", re.IGNORECASE)
_WITH_PERSONS = ("attendees", "people", "recordings")  # the section with the fullest names is first


@dataclass(frozen=True)
class Mask:
    """Hide email addresses, and replace a user id with the same number everywhere in a copy."""

    names: dict[str, str] = field(default_factory=dict, repr=False)  # keys are user ids and names, casefolded
    numbers: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, summary: Summary) -> Mask:
        """Return a mask for the people of a summary."""
        mask = cls()
        for user_id, name in _persons(summary):
            if is_identified(user_id):
                mask.person(user_id)
                if name and not repeats_id(name, user_id):
                    mask.names[user_id.casefold()] = name
                mask.names.setdefault(user_id.casefold(), "")
        for name in list(mask.names.values()):
            mask.names.setdefault(name.casefold(), name)
        return mask

    def person(self, user_id: str) -> str:
        """Return the replacement of a user id, such as `attendee 12`; ids that identify nobody stay unchanged."""
        if not is_identified(user_id):
            return user_id
        return self.numbers.setdefault(user_id, f"attendee {len(self.numbers) + 1}")

    def name(self, name: str, user_id: str) -> str:
        """Return a person's name; blank if it repeats the user id."""
        return "" if repeats_id(name, user_id) else self.text(name)

    def somebody(self, words: str) -> str:
        """Return the name for `words`, a name or a user id; blank for an id whose name is unknown."""
        if (known := self.names.get(words.casefold())) is not None:
            return self.text(known)
        return self.text(words) if " " in words.strip() else ""

    def text(self, text: str) -> str:
        """Hide email addresses in a text."""
        return _OBFUSCATED.sub(WITHHELD, _EMAIL.sub(WITHHELD, text)) if _HINT.search(text) else text

    def all_of(self, value: Any) -> Any:
        """Hide email addresses in all texts of a value; lists and mappings may be nested."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.all_of(part) for key, part in value.items()}
        return [self.all_of(part) for part in value] if isinstance(value, list | tuple) else value


def _persons(summary: Summary) -> Iterator[tuple[str, str]]:
    """Yield the user id and name of everybody in a summary, with repetitions."""
    for section in (summary.sections.get(name) or {} for name in _WITH_PERSONS):
        rows: Sequence[Mapping[str, Any]] = [*(section.get("rows") or ()), *(section.get("viewers") or ())]
        yield from ((row.get("user_id") or "", row.get("name") or "") for row in rows)
    if summary.host:
        yield summary.host.user_id, summary.host.name
    yield summary.session.host_user_id, ""
