"""The demo's PDFs: sound, complete, and legible to programs and people.

pikepdf is libqpdf, pypdfium2 the engine of Chromium. tagged.py and structure.py judge the tags, looks.py the contrast.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from audit.grading import Finding, Graded
from audit.tools import samples

BINARIES = ("qpdf", "pdffonts")
_PRINTED = {  # how documents print a figure, by its unit: multiplied by, decimals
    "people": (1, "1"),
    "count": (1, "1"),
    "minutes": (1, "0.1"),
    "ratio": (100, "0.1"),
}
_LONGEST = 40  # characters of a name that every table shows
_FEW = 10  # people


def pdf(out: Path) -> Graded:
    """Syntax, fonts, head and text of every report in every tier."""
    documents = [_Document(path) for path in samples(out, "archive/reports/*/*/report*.pdf")]
    findings = [
        finding
        for document in documents
        for check in (_syntax, _fonts, _head, _figures, _names, _secrets)
        for finding in check(document)
    ]
    pages = sum(document.pages for document in documents)
    tools = [name for name in BINARIES if shutil.which(name)]
    also = f"also with {' and '.join(tools)}" if tools else f"without {' and '.join(BINARIES)}, which are not installed"
    return Graded(f"{len(documents)} PDFs, {pages} pages; {also}", findings)


@dataclass(frozen=True)
class _Document:
    path: Path

    @property
    def at(self) -> str:
        """Session and tier."""
        return f"{self.path.parent.name.removeprefix('session=')} {self.path.stem}"

    @cached_property
    def text(self) -> str:
        with pypdfium2.PdfDocument(self.path) as document:
            return "\n".join(page.get_textpage().get_text_range() for page in document)

    @cached_property
    def letters(self) -> str:
        """The text without blanks, and each letter in its one plain form."""
        return _plain(self.text)

    @cached_property
    def pages(self) -> int:
        with pypdfium2.PdfDocument(self.path) as document:
            return len(document)

    @cached_property
    def summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = json.loads(self.path.with_name("summary.json").read_text(encoding="utf-8"))
        return summary

    @property
    def people(self) -> list[dict[str, Any]]:
        sections = self.summary["sections"]
        return list((sections.get("attendees") or sections.get("people") or {"rows": []})["rows"])


def _syntax(document: _Document) -> Iterator[Finding]:
    with pikepdf.open(document.path) as opened:
        for problem in opened.check_pdf_syntax():
            yield Finding("syntax", document.at, problem)
    if shutil.which("qpdf"):
        run = subprocess.run(["qpdf", "--check", document.path], capture_output=True, text=True, check=False)
        if run.returncode:
            yield Finding("qpdf", document.at, run.stdout + run.stderr)


def _fonts(document: _Document) -> Iterator[Finding]:
    """Every font is embedded and says which characters its glyphs are."""
    with pikepdf.open(document.path) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font":
                if not any(key.startswith("/FontFile") for key in thing.get("/FontDescriptor", {})):
                    yield Finding("not-embedded", document.at, str(thing.BaseFont))
                if "/ToUnicode" not in thing:
                    yield Finding("no-unicode-map", document.at, str(thing.BaseFont))
    if shutil.which("pdffonts"):
        run = subprocess.run(["pdffonts", document.path], capture_output=True, text=True, check=True)
        for line in run.stdout.splitlines()[2:]:
            *_, embedded, _subset, unicode, _object, _generation = line.split()
            if (embedded, unicode) != ("yes", "yes"):
                yield Finding("pdffonts", document.at, line)


def _head(document: _Document) -> Iterator[Finding]:
    """A title, a language, bookmarks where there is something to find."""
    with pikepdf.open(document.path) as opened:
        if not opened.docinfo.get("/Title"):
            yield Finding("no-title", document.at, "the PDF has no title")
        if "/Lang" not in opened.Root:
            yield Finding("no-language", document.at, "the PDF does not say its language")
        if len(opened.pages) > 1 and "/Outlines" not in opened.Root:
            yield Finding("no-bookmarks", document.at, f"{len(opened.pages)} pages without bookmarks")


def _figures(document: _Document) -> Iterator[Finding]:
    """Every figure of summary.json is in the full report; that of ten people or fewer has no table of definitions."""
    is_whole = document.path.stem.startswith("report-full") and len(document.people) > _FEW
    metrics = document.summary["metrics"] if is_whole else {}
    for key, metric in metrics.items():
        if metric["value"] is None or metric["unit"] not in _PRINTED:
            continue
        times, decimals = _PRINTED[metric["unit"]]
        value = (Decimal(str(metric["value"])) * times).quantize(Decimal(decimals), ROUND_HALF_UP)
        if f"{value:,}" not in document.letters:
            yield Finding("figure-missing", document.at, f"{key} is {value:,}")


def _names(document: _Document) -> Iterator[Finding]:
    """Every attendee's name, word by word: PDFium gives the words of right-to-left names in either order."""
    if "\N{REPLACEMENT CHARACTER}" in document.text:
        yield Finding("replacement", document.at, "a character was not drawn")
    if document.path.stem not in {"report-full", "report-full-names"}:
        return
    for place, person in enumerate(document.people):
        if document.path.stem == "report-full-names" and person["name"] == person["user_id"]:
            continue  # an id in the place of a name is left out there
        words = [_plain(word) for word in (person["name"] or "")[:_LONGEST].split()]
        missing = [word for word in words if not all(map(unicodedata.combining, word)) and word not in document.letters]
        if missing:
            yield Finding("name-missing", document.at, f"attendee {place}: {' '.join(map(ascii, missing))}")


def _secrets(document: _Document) -> Iterator[Finding]:
    """No address of an attendee where names only may be seen, and no name either where totals only may."""
    for place, person in enumerate(document.people if document.path.stem not in {"report", "report-full"} else ()):
        name, email = person["name"] or "", person["email"] or ""
        if email and email in document.text:
            yield Finding("address-shown", document.at, f"attendee {place}")
        is_full = len(name.split()) > 1 and all(map(str.isalpha, name.split()))
        if document.path.stem.endswith("-totals") and is_full and name in document.text:
            yield Finding("name-shown", document.at, f"attendee {place}")


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKC", text)
    return "".join(char for char in letters if not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf"})
