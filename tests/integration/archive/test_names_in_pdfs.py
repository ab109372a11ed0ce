"""Programs of others find names in PDFs, and so does an erasure, in whatever order the words are read back."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from debrief.documents.event.pdf import EventPdf
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.model import Person
from debrief.pipeline.erasure.search_terms import Terms
from support import event_samples, summaries

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
COMMON = ("דנה לוי", "محمد عبد الله", "Zoë 🎉 O'Brien", "Ana Souza")
BETWEEN = "דנה 🎉 לוי"  # PDFium leaves out an emoji between right-to-left words
NAMES = (
    *COMMON,
    "Dana דנה לוי",
    "דנה לוי 42",
    "فاطمة الزهراء",
    "علي 123 حسن",
    "محمد Ali عبد",
    "سارة 🎉",
    "لالا السلام",
    "Max 👩‍💻 Muster",
    "Ana 🇩🇪 Souza",
    "Tom 👍🏽",
    "Anna🎉Bell",
    "Check ✔ Mark",
    "A → B",
    "x̂y̌z̃ Comb",
    "王小明",
    "김철수",
    "สมชาย ใจดี",
    "राम कुमार",
)


@cache
def report(name: str) -> bytes:
    return PdfReport(summaries.summary([summaries.attendee(number, name) for number in range(3)]), LOOK).full()


def pdfium(body: bytes) -> str:
    """The text that Chromium's viewer searches and copies."""
    return "\n".join(page.get_textpage().get_text_range() for page in PdfDocument(body))


def poppler(body: bytes) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    return subprocess.run(["pdftotext", "-", "-"], input=body, capture_output=True, check=True).stdout.decode()


def pypdf(body: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def plain(text: str) -> str:
    """A text without spaces and marks of direction; its ligatures, such as lam and alef, are letters."""
    letters = unicodedata.normalize("NFKC", text)
    return "".join(char for char in letters if not char.isspace() and unicodedata.category(char) != "Cf")


def missing(words: Iterable[str], text: str) -> list[str]:
    return [word for word in words if plain(word) not in plain(text)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("read", [pdfium, poppler, pypdf])
def test_every_word_of_a_name_is_read(read: Callable[[bytes], str], name: str) -> None:
    assert not missing(name.split(), read(report(name)))


@pytest.mark.parametrize("name", [*NAMES, BETWEEN])
def test_a_reader_that_keeps_the_order_of_the_file_finds_the_whole_name(name: str) -> None:
    assert not missing([name], pypdf(report(name)))


@pytest.mark.parametrize("name", [name for name in NAMES if max(name) < "\U00010000" and "لا" not in name])
def test_a_viewer_finds_every_word_of_a_name_by_its_letters(name: str) -> None:
    pages = [page.get_textpage() for page in PdfDocument(report(name))]
    for word in name.split():
        assert any(page.search(word).get_next() for page in pages), word


@pytest.mark.parametrize("name", COMMON)
def test_an_erasure_finds_a_name_in_a_session_and_an_event(name: str) -> None:
    for body in (report(name), EventPdf(event_samples.sample(2, 40), LOOK).full()):
        assert Terms.of([Person("", name, "")]).found_in("report.pdf", body)
        assert not Terms.of([Person("", "Nobody 🎉 Known", "")]).found_in("report.pdf", body)
