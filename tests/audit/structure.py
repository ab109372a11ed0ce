"""The structure of PDFs as poppler's `pdfinfo -struct-text` reads it, beside the HTML twin of the same report.

A section of the PDF must have the words of the page's section, in the same order; `DIFFERENT` says which do not, on
purpose. Every cell of a table must have the head of its column and of its row.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from lxml import html as lxml_html

from audit.grading import Finding, Graded
from audit.tagged import at
from audit.tools import samples

DIFFERENT: Mapping[str, str] = {
    "Attendees": "the page shows a person's other figures below the row, the PDF in columns",
    "Most present, minute by minute": "the page shows these people among the others",
    "Viewers and engagement": "the page shows tiles, the PDF a list with bars",
    "Polls": "the page has a table for each poll, the PDF a list of answers with their numbers",
    "Recordings": "the page has the chart of plays as a table, too",
    "Countries and devices": "the PDF shows the most frequent ones first, all in later sections",
    "All countries": "a section of the PDF only",
    "All devices": "a section of the PDF only",
    "At a glance": "a section of the brief PDF only",
    "Best and weakest": "the page and the PDF order the columns differently",
    "Who came to what": "the page shows a person's sessions below the row, the PDF in columns",
    "Attendees by session": "a chart in a section of its own; the page has it beside the sessions",
    "Stay and engagement by session": "the same",
}
_PDF_ONLY = re.compile(r"characters? (is|are) printed as|^Shown are|\. Shown are \d|more in the full report")
_ENDS = (
    "Not in this report.",
    "The full report has",
    "The formulas are in",
    "Reference for support",
)  # after the last section
_UNSEEN = (
    "//script | //style | //template | //head | //nav | //svg | //*[contains(@class, 'narrow')]"
    " | //a[contains(@class, 'skip')]"
)


@dataclass
class Node:
    """An element with its text and its attributes, such as `Scope`."""

    tag: str
    depth: int
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """The element, and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def words(self) -> str:
        """The text of the element and of all below it."""
        return " ".join(node.text for node in self.walk() if node.text)


def structure(out: Path) -> Graded:
    """The order of words, and the heads of cells."""
    if not shutil.which("pdfinfo"):
        return Graded("nothing: pdfinfo is not installed (Debian: poppler-utils)", [Finding("pdfinfo", "-", "missing")])
    findings, cells, compared = list[Finding](), 0, 0
    paths = samples(out, "worlds/*/report*.pdf")
    for path in paths:
        root = tree(path)
        if not root.children:
            findings.append(Finding("untagged", at(path), "pdfinfo finds no structure"))
            continue
        for table in (node for node in root.walk() if node.tag == "Table"):
            found, missing = _heads(table)
            cells += found
            findings += [Finding("cell-without-heads", at(path), words) for words in missing]
        twin = _page_sections(path.with_name(path.name.replace("report-full", "report")).with_suffix(".html"))
        for title, units in _sections(root):
            compared += title not in DIFFERENT
            findings += [Finding(rule, at(path), words) for rule, words in _disagreements(title, units, twin)]
    return Graded(f"{len(paths)} PDFs, {compared} sections beside the page, {cells:,} cells with both heads", findings)


def tree(path: Path) -> Node:
    """The structure of a PDF, as pdfinfo prints it: a line for an element, an attribute or a text, indented."""
    done = subprocess.run(["pdfinfo", "-struct-text", path], capture_output=True, text=True, check=True)
    root = Node("", -1)
    above = [root]
    for printed in done.stdout.splitlines():
        depth, line = len(printed) - len(printed.lstrip()), printed.strip()
        if not line:
            continue
        while above[-1].depth >= depth:
            above.pop()
        if line.startswith('"'):
            above[-1].text += line.strip('"')
        elif line.startswith("/"):
            name, _, value = line[1:].partition(" ")
            above[-1].attributes[name] = value.strip().removeprefix("/")
        else:
            node = Node(re.split(r"[ :(]", line)[0], depth)
            above[-1].children.append(node)
            above.append(node)
    return root


def _heads(table: Node) -> tuple[int, list[str]]:
    """How many cells have the heads of both their column and their row, and the words of those that have not."""
    rows = [[cell for cell in row.children if cell.tag in {"TH", "TD"}] for row in table.walk() if row.tag == "TR"]
    columns = [cell for cell in rows[0] if cell.attributes.get("Scope") == "Column"] if rows else []
    found, missing = 0, []
    for row in rows[1:]:
        of_row = [cell for cell in row if cell.tag == "TH" and cell.attributes.get("Scope") == "Row"]
        for cell, head in zip_longest(row, columns):
            if cell is not None and cell.tag == "TH":
                continue
            if cell is None or head is None or not of_row:
                missing.append(" | ".join(one.words for one in row)[:100])
            else:
                found += 1
    return found, missing


def _sections(root: Node) -> list[tuple[str, list[str]]]:
    """The texts of each section, by its title; the first has none. Figures and contents are left out."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    for node in _without_figures(root):
        if node.tag == "H2":
            sections.append((node.words, []))
        elif node.text:
            sections[-1][1].append(node.text)
    return sections


def _without_figures(node: Node) -> Iterator[Node]:
    if node.tag in {"Figure", "TOC"}:
        return
    yield node
    for child in () if node.tag == "H2" else node.children:
        yield from _without_figures(child)


def _page_sections(path: Path) -> dict[str, str]:
    """The letters of each section of a page, by its title."""
    document = lxml_html.document_fromstring(path.read_bytes())
    for element in document.xpath(_UNSEEN):
        element.drop_tree()
    sections = {"": ""}
    title = ""
    for element in document.body.iter():
        if element.tag == "h2":
            title = " ".join(element.text_content().split())
            sections.setdefault(title, "")
        elif isinstance(element.tag, str):
            sections[title] += _letters(element.text or "")
        sections[title] += _letters(element.tail or "")
    return sections


def _disagreements(title: str, units: Sequence[str], twin: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if title in DIFFERENT:
        return
    units = [unit for unit in units if not _PDF_ONLY.search(unit)]
    if title not in twin:
        if units:
            yield "no-such-section", title
        return
    place = 0
    for unit in units:
        if unit.startswith(_ENDS):
            return
        found = next((place for place in _places(twin[title], unit, place)), None)
        if found is None:
            yield "not-in-this-order", f"{title}: {unit[:150]}"
        else:
            place = found


def _places(letters: str, unit: str, start: int) -> Iterator[int]:
    """Where a text ends on the page, after `start`. poppler prints right-to-left texts in the order of drawing."""
    unit = unit.removesuffix("\N{HORIZONTAL ELLIPSIS}")  # a long text is cut in the PDF
    for wanted in (_letters(unit), _letters(unit)[::-1]):
        at = letters.find(wanted, start)
        if at >= 0:
            yield at + len(wanted)
    if _is_right_to_left(unit) and sorted(_letters(unit)) == sorted(letters[start : start + len(_letters(unit))]):
        yield start + len(_letters(unit))


def _is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)


def _letters(text: str) -> str:
    """A text without blanks and marks of direction, and each letter in its one plain form."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        char for char in plain if not char.isspace() and unicodedata.category(char) not in {"Cf", "Cc", "Co"}
    )
