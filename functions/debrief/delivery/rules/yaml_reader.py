"""Read the subset of YAML for rules files, with line numbers: mappings, lists, plain text.

Anchors, aliases, tags and repeated keys are errors: YAML would silently keep the last of several equal keys. Values are
read as text, because YAML would read the room id `1_7654321` as a number.
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
_NULL = "tag:yaml.org,2002:null"
_TRUE, _FALSE = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "off"})
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_/+-]{0,39}")  # a word that an error may quote; no address matches
_QUOTES = "put text that starts with a special sign, such as * or @, in quotes"


class RulesError(Exception):
    """An error with its line (0: the whole file). The reason is a sentence without a full stop; see load_rules."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Value:
    """A part of the file."""

    node: yaml.Node
    name: str  # for errors

    def wrong(self, reason: str) -> RulesError:
        return RulesError(self.node.start_mark.line + 1, reason)

    @property
    def is_blank(self) -> bool:
        """Return whether the key has no value."""
        return self.node.tag == _NULL

    def fields(self, *known: str) -> dict[str, Value]:
        """Return a mapping with known keys. Raises RulesError for any other key, with a suggestion."""
        fields = {}
        for key, value in self.entries():
            if key.node.value not in known:
                word = quote_word(key.node.value) or " of this name"
                near = suggestion(key.node.value, known) or f"; the keys are {', '.join(known)}"
                raise key.wrong(f"{self.name} has no key{word}{near}")
            fields[key.node.value] = Value(value.node, f"`{key.node.value}`")
        return fields

    def entries(self) -> Iterator[tuple[Value, Value]]:
        """Yield keys and values of a mapping with any keys. Raises RulesError for a repeated key."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong(f"{self.name} must have keys, each with a colon and a value")
        seen = set()
        for key_node, value_node in self.node.value:
            key = Value(key_node, "a key")
            text = key.text()
            if text in seen:
                raise key.wrong(f"the key{quote_word(text)} occurs twice")
            seen.add(text)
            yield key, Value(value_node, f"the value of{quote_word(text) or ' the key'}")

    def items(self) -> list[Value]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong(f"{self.name} must be a list, as in [a, b]")
        return [Value(node, f"an item of {self.name}") for node in self.node.value]

    def texts(self) -> list[Value]:
        """Return a text or a non-empty list of texts."""
        values = self.items() if isinstance(self.node, yaml.SequenceNode) else [self]
        if not values:
            raise self.wrong(f"{self.name} is empty")
        return values

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong(f"{self.name} must be text")
        text: str = self.node.value.strip()
        if self.is_blank or not text:
            raise self.wrong(f"{self.name} is empty")
        if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
            raise self.wrong(f"{self.name} contains a line break or an unprintable character")
        return text

    def flag(self) -> bool:
        """Return whether the value is yes; quotes do not matter."""
        word = self.node.value.lower() if isinstance(self.node, yaml.ScalarNode) else ""
        if word not in _TRUE | _FALSE:
            raise self.wrong(f"{self.name} must be yes or no")
        return word in _TRUE

    def choice(self, known: tuple[str, ...]) -> str:
        text = self.text()
        if text not in known:
            raise self.wrong(f"{self.name} must be {', '.join(known[:-1])} or {known[-1]}")
        return text


def parse_document(text: str) -> Value:
    """Parse a file. Raises only RulesError."""
    if len(text.encode(errors="replace")) > LARGEST:
        raise RulesError(0, f"the file is larger than {LARGEST // 1024} KB")
    if "\0" in text:
        raise RulesError(text[: text.index("\0")].count("\n") + 1, "this is a NUL byte, so the file is not a text file")
    node = _compose(text)
    if node is None:
        raise RulesError(1, "the file is empty; it must have at least `version: 1`")
    return Value(node, "the file")


def quote_word(text: str) -> str:
    """Return a quoted word for an error, with a space before it; blank if the word may be personal data."""
    return f" `{text}`" if _WORD.fullmatch(text) else ""


def suggestion(text: str, known: tuple[str, ...]) -> str:
    """Return `; did you mean …`, or blank if no word is similar."""
    folded = {word.casefold(): word for word in known}
    found = get_close_matches(text.casefold(), folded, n=1)
    return f"; did you mean `{folded[found[0]]}`" if found else ""


def _compose(text: str) -> yaml.Node | None:
    try:
        return _Loader(text).get_single_node()
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise RulesError(line, "this character is not allowed in a text file") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RulesError(mark.line + 1 if mark else 0, _problem(error)) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # for example a number in an escape is too large
        raise RulesError(0, "this is not valid YAML") from None


def _problem(error: yaml.MarkedYAMLError) -> str:
    """Return PyYAML's message without quotations from the file, or a clearer message if the mistake is frequent."""
    problem = error.problem or ""
    if "'\\t'" in problem:
        return "this is a tab; indent with spaces"
    if "while scanning an al" in (error.context or "") or "cannot start any token" in problem:
        return _QUOTES
    words = re.sub(r"'[^'<][^']+'", "something else", problem)
    return f"this is not valid YAML ({words}); look for a wrong colon, quote, bracket or indent there or just before"


class _Loader(yaml.SafeLoader):
    """A loader that creates nodes, which have line numbers, but no Python objects."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose one node. Raises RulesError for anchors, aliases, tags and deep nesting."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise RulesError(line, f"aliases such as *name are not allowed; {_QUOTES}")
        if event.anchor is not None:
            raise RulesError(line, f"anchors such as &name are not allowed; {_QUOTES}")
        if event.tag is not None:
            raise RulesError(line, f"tags such as !name are not allowed; {_QUOTES}")
        if self._depth >= _DEEPEST:
            raise RulesError(line, "brackets or indents are nested too deeply")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node
