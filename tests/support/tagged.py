"""A tagged PDF as an independent reader, pypdf, sees it: the elements with their text, and content without a mark."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject, IndirectObject, NumberObject

_PAINTING = {b"Tj", b"TJ", b"'", b'"', b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"Do", b"sh", b"EI"}


@dataclass
class Node:
    """An element. `parts` are its content in reading order: texts and children."""

    tag: str
    entries: Any = field(repr=False)
    parts: list[str | Node] = field(default_factory=list)
    annotations: list[Any] = field(default_factory=list, repr=False)

    @property
    def children(self) -> list[Node]:
        return [part for part in self.parts if isinstance(part, Node)]

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def alt(self) -> str:
        return str(self.entries.get("/Alt", ""))

    def all(self, *tags: str) -> list[Node]:
        """The elements with these tags, or all elements, in reading order."""
        return [node for node in self.walk() if not tags or node.tag in tags]

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()


class Tagged:
    """A tagged PDF."""

    def __init__(self, body: bytes) -> None:
        self.reader = PdfReader(io.BytesIO(body))
        self.catalog: Any = self.reader.trailer["/Root"]
        self.tree: Any = self.catalog["/StructTreeRoot"]
        self.unmarked: list[str] = []  # operators that paint, but are neither in an element nor in an artifact
        self.contents: dict[tuple[int, int], str] = {}  # texts by page object and mark
        self.artifacts: dict[int, str] = {}  # texts of artifacts by page object
        self.repeated: list[tuple[int, int]] = []  # marks that are more than once on a page
        for page in self.reader.pages:
            self._read(page)
        (root,) = self.tree["/K"]
        self.used: list[tuple[int, int]] = []  # page object and mark of each content of an element
        self.owners: dict[tuple[int, int], int] = {}  # the element's object of each content
        self.root = self._node(root)

    def _read(self, page: Any) -> None:
        number = page.indirect_reference.idnum
        fonts = {name: _characters(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
        marks: list[int | str] = []  # the open marks: a number, `Artifact`, or another type
        instead: list[int] = []  # how many marks are open at each text that is read instead of its content
        characters: dict[int, str] = {}
        for operands, operator in ContentStream(page.get_contents(), self.reader).operations:
            if operator in {b"BDC", b"BMC"}:
                self._begin(number, operands, marks, instead)
            elif operator == b"EMC":
                if instead and instead[-1] == len(marks):
                    instead.pop()
                marks.pop()
            elif operator == b"Tf":
                characters = fonts[operands[0]]
            if operator in _PAINTING:
                shown = "" if instead or operator != b"Tj" else _decoded(operands[0], characters)
                shown = shown[::-1] if "ReversedChars" in marks else shown
                self._paint(number, operator, marks, shown)
        assert not marks

    def _begin(self, page: int, operands: Any, marks: list[int | str], instead: list[int]) -> None:
        entries = operands[1] if len(operands) > 1 else {}
        if "/MCID" in entries:
            place = int(entries["/MCID"])
            self.repeated += [(page, place)] if (page, place) in self.contents else []
            self.contents[page, place] = ""
            marks.append(place)
        else:
            marks.append(str(operands[0]).removeprefix("/"))
        if "/ActualText" in entries:
            self._paint(page, b"Tj", marks, str(entries["/ActualText"]))
            instead.append(len(marks))

    def _paint(self, page: int, operator: bytes, marks: list[int | str], shown: str) -> None:
        places = [mark for mark in marks if isinstance(mark, int)]
        if places:
            self.contents[page, places[-1]] += shown
        elif "Artifact" in marks:
            self.artifacts[page] = self.artifacts.get(page, "") + shown
        else:
            self.unmarked.append(f"{operator!r} {shown}")

    def _node(self, reference: Any, parent: Any = None) -> Node:
        entries = reference.get_object()
        assert parent is None or entries.raw_get("/P").idnum == parent.idnum
        node = Node(str(entries["/S"])[1:], entries)
        kids = entries.get("/K", [])
        for kid in kids if isinstance(kids, list) else [entries.raw_get("/K")]:
            self._kid(node, kid, reference)
        return node

    def _kid(self, node: Node, kid: Any, reference: IndirectObject) -> None:
        value = kid.get_object()
        if isinstance(value, NumberObject):
            self._content(node, node.entries.raw_get("/Pg").idnum, int(value), reference)
        elif isinstance(value, DictionaryObject) and value.get("/Type") == "/MCR":
            self._content(node, value.raw_get("/Pg").idnum, int(value["/MCID"]), reference)
        elif isinstance(value, DictionaryObject) and value.get("/Type") == "/OBJR":
            node.annotations.append(value["/Obj"])
        else:
            node.parts.append(self._node(kid, reference))

    def _content(self, node: Node, page: int, place: int, reference: IndirectObject) -> None:
        self.used.append((page, place))
        self.owners[page, place] = reference.idnum
        node.parts.append(self.contents[page, place])

    def check_marks(self) -> None:
        """Fail unless everything painted is in one element or an artifact, and both trees say the same."""
        assert self.unmarked == []
        assert self.repeated == []
        assert sorted(self.used) == sorted(self.contents)
        assert len(set(self.used)) == len(self.used)
        assert self.parents() == self.owners

    def parents(self) -> dict[tuple[int, int], int]:
        """The element's object of each content, according to the parent tree."""
        numbers = self.tree["/ParentTree"]["/Nums"]
        found = dict(zip(numbers[::2], numbers[1::2], strict=True))
        return {
            (page.indirect_reference.idnum, place): element.idnum
            for page in self.reader.pages
            if page.indirect_reference
            for place, element in enumerate(found[page["/StructParents"]].get_object())
        }


def _characters(font: Any) -> dict[int, str]:
    """The characters of a font's codes, from its Unicode map."""
    table = font["/ToUnicode"].get_object().get_data().decode()
    pairs = re.findall("<([0-9A-F]{2})> <([0-9A-F]+)>", table.partition("endcodespacerange")[2])
    return {int(code, 16): bytes.fromhex(words).decode("utf-16-be") for code, words in pairs}


def _decoded(shown: Any, characters: dict[int, str]) -> str:
    body = shown if isinstance(shown, bytes) else shown.original_bytes
    return "".join(characters[code] for code in body)
