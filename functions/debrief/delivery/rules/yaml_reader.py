"""The small part of YAML that a rules file may use, read with line numbers: mappings, lists, plain text.

Anchors, aliases and tags are refused, and so is a key that comes twice: YAML itself would keep the last one silently.
Values are taken as they are written: YAML would read the room id `1_7654321` as a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import yaml

LARGEST = 256 * 1024  # bytes
_DEEPEST = 8
_NULL, _BOOL = "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"
_TRUE = frozenset({"true", "yes", "on"})
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_/+-]{0,39}")  # what an error may repeat: no address fits
_QUOTES = "put text that starts with a special sign, such as * or @, in quotes"


class Wrong(Exception):
    """What is wrong in which line (0: in the whole file), as a sentence without its end; see rules.load_rules."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Value:
    """A part of the file, and how errors call it."""

    node: yaml.Node
    name: str

    def wrong(self, reason: str) -> Wrong:
        """An error at this place."""
        return Wrong(self.node.start_mark.line + 1, reason)

    @property
    def is_blank(self) -> bool:
        """Nothing after the colon."""
        return self.node.tag == _NULL

    def fields(self, *known: str) -> dict[str, Value]:
        """A mapping with keys of ours. Raises Wrong for any other, and names the nearest right one."""
        fields = {}
        for key, value in self.entries():
            if key.node.value not in known:
                raise key.wrong(_unknown(key.node.value, self.name, known))
            fields[key.node.value] = Value(value.node, f"`{key.node.value}`")
        return fields

    def entries(self) -> Iterator[tuple[Value, Value]]:
        """A mapping with keys of the writer's, each once."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong(f"{self.name} must have keys, each with a colon and a value")
        seen = set()
        for key_node, value_node in self.node.value:
            key = Value(key_node, "a key")
            text = key.text()
            if text in seen:
                raise key.wrong(f"the key{shown(text)} is there twice")
            seen.add(text)
            yield key, Value(value_node, f"the value of{shown(text) or ' the key'}")

    def items(self) -> list[Value]:
        """A list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong(f"{self.name} must be a list, as in [a, b]")
        return [Value(node, f"an item of {self.name}") for node in self.node.value]

    def texts(self) -> list[Value]:
        """A text or a list of texts, one at least."""
        values = self.items() if isinstance(self.node, yaml.SequenceNode) else [self]
        if not values:
            raise self.wrong(f"{self.name} is empty")
        return values

    def text(self) -> str:
        """A text as it is written, whatever YAML would make of it."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong(f"{self.name} must be a text")
        text: str = self.node.value.strip()
        if self.is_blank or not text:
            raise self.wrong(f"{self.name} is empty")
        if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
            raise self.wrong(f"{self.name} has a line break or an unprintable character in it")
        return text

    def flag(self) -> bool:
        """True or false."""
        if self.node.tag != _BOOL:
            raise self.wrong(f"{self.name} must be true or false")
        return str(self.node.value).lower() in _TRUE

    def choice(self, known: tuple[str, ...]) -> str:
        """One of the words."""
        text = self.text()
        if text not in known:
            raise self.wrong(f"{self.name} must be {', '.join(known[:-1])} or {known[-1]}")
        return text


def document(text: str) -> Value:
    """The whole file. Raises Wrong, and nothing else."""
    if len(text.encode(errors="replace")) > LARGEST:
        raise Wrong(0, f"it has more than {LARGEST // 1024} KB")
    if "\0" in text:
        raise Wrong(text[: text.index("\0")].count("\n") + 1, "there is a NUL byte, so this is no text file")
    node = _composed(text)
    if node is None:
        raise Wrong(1, "it is empty; the least that it must have is `version: 1`")
    return Value(node, "the file")


def shown(text: str) -> str:
    """A text for an error, with a space before it; nothing when it may be personal or is no plain word."""
    return f" `{text}`" if _WORD.fullmatch(text) else ""


def nearest(text: str, known: tuple[str, ...]) -> str:
    """`; did you mean …`, or nothing when nothing is near."""
    folded = {word.casefold(): word for word in known}
    found = get_close_matches(text.casefold(), folded, n=1)
    return f"; did you mean `{folded[found[0]]}`" if found else ""


def _unknown(key: str, name: str, known: tuple[str, ...]) -> str:
    near = nearest(key, known) or f"; there are {', '.join(known)}"
    return f"{name} has no key{shown(key) or ' of this name'}{near}"


def _composed(text: str) -> yaml.Node | None:
    try:
        return _Loader(text).get_single_node()
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise Wrong(line, "there is a character that no text file has") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Wrong(mark.line + 1 if mark else 0, _problem(error)) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # an escape or a directive with a number beyond all bounds
        raise Wrong(0, "this is no YAML") from None


def _problem(error: yaml.MarkedYAMLError) -> str:
    """PyYAML's words, without what it quotes from the file, or better ones."""
    problem = error.problem or ""
    if "'\\t'" in problem:
        return "there is a tab; indent with spaces"
    if "while scanning an al" in (error.context or "") or "cannot start any token" in problem:
        return _QUOTES
    words = re.sub(r"'[^'<][^']+'", "something else", problem)
    return f"this is no YAML ({words}); look for a colon, quote, bracket or indent that is wrong there or just before"


class _Loader(yaml.SafeLoader):
    """Makes nodes with their lines, and no objects."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """One node. Raises Wrong for what could grow beyond its text, and for nesting that no rules file has."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise Wrong(line, f"aliases such as *name are not allowed; {_QUOTES}")
        if event.anchor is not None:
            raise Wrong(line, f"anchors such as &name are not allowed; {_QUOTES}")
        if event.tag is not None:
            raise Wrong(line, f"tags such as !name are not allowed; {_QUOTES}")
        if self._depth >= _DEEPEST:
            raise Wrong(line, "there are too many brackets or indents within one another")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node
