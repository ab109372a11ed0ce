"""Build the structure of a tagged PDF: which content is a heading, a paragraph, a cell, and in which order it is read.

While a page is drawn, open an element, and draw its content within it. A pen (pdf/canvas.py) marks its text as content;
use `content` for everything else that is drawn on a canvas:

    with tags.element("H2", anchor="at-polls"):
        pen.write(...)
    with tags.element("Figure", alt="Viewers by minute"), tags.content(canvas):
        canvas.rect(...)

Content outside every element is an artifact: decoration, which screen readers skip. `tags.artifact()` makes artifacts
of everything within it, even of elements: use it for a table's head that is repeated on the next page.

An element that is drawn in several parts, such as a table on several pages, is a `Group`: draw each part within
`tags.within(group)`. A canvas's tags are `tags_of(canvas)`.

A report for 10,000 attendees has 100,000 elements, so a closed element is kept only as bytes in a compressed stream.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import compress
from typing import Any, Self, TypeAlias

Canvas: TypeAlias = Any  # reportlab has no types
Box: TypeAlias = tuple[float, float, float, float]  # left, bottom, right, top

ARTIFACT, REVERSED, END = "/Artifact BMC", "/ReversedChars BMC", "EMC"
_CELLS: list[str] = []  # operators that all pages share
SCOPE = {scope: f"/A<</O/Table/Scope/{scope}>>" for scope in ("Column", "Row")}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """An element that is drawn in several parts. `tag` is its type, such as `Table`."""

    tag: str


class Element:
    """An element of the structure, open within `with`. Elements that are made while it is open are its children."""

    __slots__ = ("_attributes", "_kids", "_page", "_tag", "_tags", "number", "parent")

    def __init__(self, tags: Tags, tag: str, parent: Element | None, attributes: str) -> None:
        self._tags, self._tag, self._attributes, self.parent = tags, tag, attributes, parent
        self.number = tags.take()
        self._kids: list[str] = []
        self._page = 0  # object number of the page where its content begins
        if parent:
            parent.adopt(self.number)

    def adopt(self, number: int) -> None:
        """Add a child."""
        self._kids.append(f"{number} 0 R")

    def begin(self) -> str:
        """Return the operator that begins content of this element on the current page; `END` ends the content."""
        page, (place,) = self._tags.places((self.number,))
        self._page = self._page or page
        self._kids.append(str(place) if page == self._page else f"<</Type/MCR/Pg {page} 0 R/MCID {place}>>")
        return f"/{self._tag}<</MCID {place}>>BDC"

    def refer(self, annotation: int) -> int:
        """Add an annotation (a link) of the current page as content; return the value for its entry `StructParent`."""
        self._kids.append(f"<</Type/OBJR/Pg {self._tags.page()} 0 R/Obj {annotation} 0 R>>")
        return self._tags.key(self.number)

    def close(self) -> None:
        """Write the element; nothing can be added to it any more."""
        above = self.parent.number if self.parent else self._tags.tree
        page = f"/Pg {self._page} 0 R" if self._page else ""
        kids = f"/K[{' '.join(self._kids)}]" if len(self._kids) > 1 else f"/K {self._kids[0]}" if self._kids else ""
        self._tags.write(self.number, f"<</S/{self._tag}/P {above} 0 R{page}{kids}{self._attributes}>>")

    def __enter__(self) -> Self:
        self._tags.current = self
        return self

    def __exit__(self, *_error: object) -> None:
        self._tags.current = None if self.parent is self._tags.root else self.parent
        self.close()


class Tags:
    """The structure of a document. `current` is the open element; None: what is drawn is an artifact."""

    def __init__(self, take: Callable[..., int], write: Callable[..., None]) -> None:
        """Keep two functions: `take` returns new object numbers, `write` writes objects."""
        self.take, self.write = take, write
        self.current: Element | None = None
        self.root: Element | None = None
        self.tree = 0  # object number of the StructTreeRoot
        self.anchors: dict[str, int] = {}  # the numbers of elements that bookmarks lead to
        self._groups: dict[Group, Element] = {}
        self._is_artifact = False
        self._page = 0  # object number of the current page; 0 until it has tagged content
        self._page_key = 0
        self._places = array("I")  # for each marked content of the current page (by MCID) the number of its element
        self._parents: list[int] = []  # by key: the number of an element, or of a page's list of elements

    def element(self, tag: str, *, alt: str = "", scope: str = "", box: Box | None = None, anchor: str = "") -> Element:
        """Return a new child of the current element.

        `tag` is its type (ISO 32000-1, 14.8.4), such as `P`. `alt` is read instead of an image; `scope` says whether a
        `TH` is the head of its `Column` or `Row`; `box` is the place of an image on the page. The bookmark with the
        target `anchor` leads to this element.
        """
        if self._is_artifact:
            return _Skipped(self)
        attributes = ""
        if scope:
            attributes = SCOPE[scope]
        elif box:
            attributes = f"/A<</O/Layout/Placement/Block/BBox[{' '.join(f'{value:.2f}' for value in box)}]>>"
        if alt:
            attributes += f"/Alt{text_string(alt)}"
        element = Element(self, tag, self.current or self._root(), attributes)
        if anchor:
            self.anchors[anchor] = element.number
        return element

    def row(self, group: Group, filled: Sequence[bool]) -> Sequence[str]:
        """Add a table's row and its cells; return the operators that begin their contents, for `Pen.write_leaf`.

        `filled` says which cells have text; only these have an operator. The first cell, if it has text, is the head of
        the row. This is faster than `element` for the row and for each cell.
        """
        if self._is_artifact:
            return [ARTIFACT] * sum(filled)
        row = self.take(len(filled) + 1)  # the cells have the numbers after it
        numbers = range(row + 1, row + 1 + len(filled))
        above = self._element_of(group)
        above.adopt(row)
        page, places = self.places(compress(numbers, filled))
        kids = f"/K[{' 0 R '.join(map(str, numbers))} 0 R]"
        content, marks = f"/P {row} 0 R/Pg {page} 0 R/K ", iter(places)
        blank = f"<</S/TD/P {row} 0 R>>"
        cells = [f"<</S/TD{content}{next(marks)}>>" if is_filled else blank for is_filled in filled]
        if filled[0]:
            cells[0] = f"<</S/TH{content}{places[0]}{SCOPE['Row']}>>"
        self.write(row, f"<</S/TR/P {above.number} 0 R{kids}>>", *cells)
        operators = _cell_operators(places.stop)[places.start : places.stop]
        if filled[0]:
            operators[0] = f"/TH<</MCID {places[0]}>>BDC"
        return operators

    @contextmanager
    def within(self, group: Group) -> Iterator[None]:
        """Make new elements children of the group's element; the first call makes this element, in the open one."""
        if self._is_artifact:
            yield
            return
        before = self.current
        self.current = self._element_of(group)
        try:
            yield
        finally:
            self.current = before

    def _element_of(self, group: Group) -> Element:
        if group not in self._groups:
            self._groups[group] = self.element(group.tag)
        return self._groups[group]

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Make an artifact of everything that is drawn meanwhile; elements are skipped."""
        before = self.current, self._is_artifact
        self.current, self._is_artifact = None, True
        try:
            yield
        finally:
            self.current, self._is_artifact = before

    @contextmanager
    def content(self, canvas: Canvas) -> Iterator[None]:
        """Mark what the canvas draws as content of the current element, or as an artifact."""
        canvas.addLiteral(self.begin())
        yield
        canvas.addLiteral(END)

    def link(self, canvas: Canvas) -> None:
        """Add the canvas's newest link to the current element, as content. The link must have the entry `Contents`."""
        document, name = canvas._doc, canvas._annotationrefs[-1].name  # noqa: SLF001  reportlab returns no reference
        annotation = document.idToObject[name]
        entries = annotation.otherkw if hasattr(annotation, "otherkw") else annotation.dict
        entries["F"] = 4  # the flag Print
        if self.current:
            entries["StructParent"] = self.current.refer(document.idToObjectNumberAndVersion[name][0])

    def begin(self) -> str:
        """Return the operator that begins content of the current element, or an artifact; `END` ends it."""
        return self.current.begin() if self.current else ARTIFACT

    def page(self) -> int:
        """Return the object number of the current page."""
        if not self._page:
            self._page = self.take()
            self._page_key = self._new_key()
        return self._page

    def places(self, elements: Iterable[int]) -> tuple[int, range]:
        """Return the object number of the current page, and a new MCID (number of marked content) for each element."""
        start = len(self._places)
        self._places.extend(elements)
        return self.page(), range(start, len(self._places))

    def key(self, element: int) -> int:
        """Return a new key of the parent tree, by which readers find this element."""
        key = self._new_key()
        self._parents[key] = element
        return key

    def end_page(self) -> tuple[int, int] | None:
        """End the page: return its object number and its value of `StructParents`; None if it has no tagged content."""
        if not self._page:
            return None
        ended = self._page, self._page_key
        self._parents[self._page_key] = found = self.take()
        self.write(found, _references(self._places))
        self._page, self._places = 0, array("I")
        return ended

    def finish(self) -> None:
        """Write the elements that are still open, and the root of the tree."""
        if self.root is None:
            return
        for group in reversed(self._groups.values()):
            group.close()
        self.root.close()
        parents = self.take()
        keys = " ".join(f"{key} {found} 0 R" for key, found in enumerate(self._parents))
        self.write(parents, f"<</Nums[{keys}]>>")
        self.write(
            self.tree,
            f"<</Type/StructTreeRoot/K[{self.root.number} 0 R]/ParentTree {parents} 0 R"
            f"/ParentTreeNextKey {len(self._parents)}>>",
        )

    def _root(self) -> Element:
        if self.root is None:
            self.tree = self.take()
            self.root = Element(self, "Document", None, "")
        return self.root

    def _new_key(self) -> int:
        self._parents.append(0)
        return len(self._parents) - 1


class _Skipped(Element):
    """An element within an artifact: it is not written."""

    __slots__ = ()

    def __init__(self, tags: Tags) -> None:
        self._tags, self.parent, self.number = tags, None, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Write nothing."""


def tags_of(canvas: Canvas) -> Tags:
    """Return the tags of a canvas's document. pdf/settings.py configures reportlab so that each document has tags."""
    tags: Tags = canvas._doc.tags  # noqa: SLF001  the canvas has no other way to its document
    return tags


def text_string(text: str) -> str:
    """Return a text with any characters as a string of a PDF's dictionary."""
    if text.isascii() and text.isprintable():
        return "(" + text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"
    return "<FEFF" + text.encode("utf-16-be", "replace").hex().upper() + ">"


def _cell_operators(least: int) -> list[str]:
    """Return the operators that begin the contents of a table's cells, by MCID; at least `least` operators."""
    if len(_CELLS) < least:
        _CELLS.extend(f"/TD<</MCID {place}>>BDC" for place in range(len(_CELLS), 2 * least))
    return _CELLS


def _references(numbers: array[int]) -> str:
    return f"[{' 0 R '.join(map(str, numbers))} 0 R]"
