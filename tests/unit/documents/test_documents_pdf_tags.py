"""The structure of a session's PDF, as screen readers see it."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import count, pairwise
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from debrief.documents.html.report import render_html
from debrief.documents.pdf import fonts
from debrief.documents.pdf.object_streams import ObjectStreams, stream
from debrief.documents.pdf.report import PdfReport
from debrief.documents.pdf.tags import text_string
from debrief.documents.presentation import Presentation
from debrief.model import Summary
from support import summaries
from support.summaries_with_registrations import with_registrations
from support.tagged import Node, Tagged

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
WORLDS = ("webinar", "few", "nobody", "small", "letter", "registered")


@cache
def world(name: str) -> Summary:
    return {
        "webinar": summaries.webinar,
        "few": summaries.few,
        "nobody": summaries.nobody,
        "small": lambda: summaries.webinar(4, mapped=4),
        "letter": lambda: summaries.rich(60),
        "registered": lambda: with_registrations(summaries.webinar(30), ["Industry", "Role"]),
    }[name]()


@cache
def tagged(name: str, kind: str = "full") -> Tagged:
    look = replace(LOOK, paper="letter") if name == "letter" else LOOK
    report = PdfReport(world(name), look)
    return Tagged(report.full() if kind == "full" else report.brief())


def sections(pdf: Tagged) -> dict[str, list[Node]]:
    """The elements below each heading of a section, by the heading's text."""
    found: dict[str, list[Node]] = {"": []}
    last = ""
    for node in pdf.root.children:
        if node.tag == "H2":
            last = node.text
            found[last] = []
        else:
            found[last].append(node)
    return found


@pytest.mark.parametrize("kind", ["brief", "full"])
@pytest.mark.parametrize("name", WORLDS)
def test_everything_that_is_drawn_is_in_one_element_or_an_artifact(name: str, kind: str) -> None:
    tagged(name, kind).check_marks()


@pytest.mark.parametrize("kind", ["brief", "full"])
@pytest.mark.parametrize("name", WORLDS)
def test_headings_begin_with_the_room_and_skip_no_level(name: str, kind: str) -> None:
    pdf = tagged(name, kind)
    first, *others = pdf.root.all("H1", "H2", "H3", "H4", "H5", "H6")
    assert (first.tag, first.text) == ("H1", "Kundenforum Frühjahr: what's next for the platform")
    levels = [1, *(int(node.tag[1]) for node in others)]
    assert 1 not in levels[1:]
    assert all(below <= above + 1 for above, below in pairwise(levels))


class _Page(HTMLParser):
    """The words of each section of the web page, by the section's title; without captions, which are not drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, str] = {}
        self._title = self._skipped = ""
        self._is_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_title = tag == "h2"
        if (tag == "section" and "aria-labelledby" in dict(attrs)) or tag == "h2":
            self._title = ""
        if tag in {"caption", "style", "script", "template"}:
            self._skipped = tag

    def handle_endtag(self, tag: str) -> None:
        self._skipped = "" if tag == self._skipped else self._skipped
        self._is_title = self._is_title and tag != "h2"

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._is_title:
            self._title += data
        else:
            self.sections[self._title] = self.sections.get(self._title, "") + data


def letters(words: str) -> str:
    """A text without spaces: where a line breaks, a word may be cut."""
    return "".join(words.split())


@pytest.mark.parametrize("title", ["Top moments", "Breakout rooms", "How people are counted", "Notes", "Definitions"])
def test_a_section_is_read_in_the_same_order_as_on_the_page(title: str) -> None:
    page = _Page()
    page.feed(render_html(world("webinar"), LOOK).decode())
    read = letters("".join(node.text for node in sections(tagged("webinar"))[title]))
    on_page = letters(page.sections[title])
    # The PDF has one more note: on the characters that its fonts lack.
    assert read.startswith(on_page) if title == "Notes" else read == on_page


def test_sections_have_the_titles_of_the_page() -> None:
    page = _Page()
    page.feed(render_html(world("webinar"), LOOK).decode())
    groups = [node.text for node in sections(tagged("webinar"))["Viewers and engagement"] if node.tag == "H3"]
    both = {"The session minute by minute", "How long people stayed", "Top moments", "Polls", "Recordings", "Attendees"}
    assert both | set(groups) <= page.sections.keys()


def test_a_cell_has_the_head_of_its_column_and_of_its_row() -> None:
    table = next(node for node in sections(tagged("webinar"))["Attendees"] if node.tag == "Table")
    head, *rows = table.children
    assert [cell.text.split()[0] for cell in head.children][:4] == ["Name", "Email", "Company", "Minutes"]
    assert all(cell.tag == "TH" and cell.entries["/A"]["/Scope"] == "/Column" for cell in head.children)
    assert len(rows) == 143
    for row in rows:
        first, *others = row.children
        assert (first.tag == "TH" and first.entries["/A"]["/Scope"] == "/Row") or not first.text
        assert all(cell.tag == "TD" for cell in others)
        assert len(row.children) == len(head.children)


@pytest.mark.parametrize("name", WORLDS)
def test_every_row_has_as_many_cells_as_the_head_and_a_list_is_no_table(name: str) -> None:
    pdf = tagged(name)
    for table in pdf.root.all("Table"):
        assert {len(row.children) for row in table.children} == {len(table.children[0].children)}
        assert {row.tag for row in table.children} == {"TR"}
    for listed in pdf.root.all("L"):
        assert {item.tag for item in listed.children} == {"LI"}
        assert all(part.tag in {"Lbl", "LBody"} for item in listed.children for part in item.children)


def test_a_repeated_head_and_the_foot_of_a_page_are_artifacts() -> None:
    pdf = tagged("webinar")
    heads = [cell.text for cell in pdf.root.all("TH") if cell.text.startswith("Engaged")]
    assert heads == ["Engaged % of min "] * 2  # the tables of the most present, and of all
    assert sum(text.count("% of min") for text in pdf.artifacts.values()) > 2
    assert all("Page " in text for text in pdf.artifacts.values())
    assert "Page " not in pdf.root.text


def test_a_chart_and_a_heatmap_are_figures_that_say_what_they_show() -> None:
    figures = tagged("webinar").root.all("Figure")
    assert [figure.alt for figure in figures[:3]] == [
        "Live viewers, engagement and reactions over time; report.html has the same figures in a table",
        "How many people stayed how long, by minutes; report.html has the same figures in a table",
        "Plays of the recordings by day; report.html has the same figures in a table",
    ]
    assert all(figure.entries["/A"]["/BBox"] for figure in figures)
    assert {re.sub(r"\d+", "0", figure.alt.split(",")[0]) for figure in figures[3:]} >= {"Heatmap: 0 min engaged"}


def test_a_text_from_right_to_left_is_read_in_its_own_order_and_an_emoji_as_it_is() -> None:
    words = tagged("webinar").root.text
    assert "דנה לוי" in words
    assert "محمد عبد الله" in words
    assert "Zoë \N{PARTY POPPER} O'Brien" in words
    assert "\N{CHECK MARK} correct" in words


@pytest.mark.parametrize(
    "name",
    ["דנה לוי 42", "Dana דנה לוי", "علي 123 حسن", "محمد Ali عبد", "سارة \N{PARTY POPPER}", "A \N{RIGHTWARDS ARROW} B"],
)
def test_a_name_in_two_directions_is_read_in_its_own_order(name: str) -> None:
    body = PdfReport(summaries.summary([summaries.attendee(0, name)]), LOOK).full()
    assert name in Tagged(body).root.text


def test_right_to_left_names_with_more_letters_than_a_font_of_the_file_has_are_read_in_their_own_order() -> None:
    ranges = (range(0x5D0, 0x5EB), range(0x621, 0x63B), range(0x641, 0x64B), range(0x671, 0x6D4), range(0x7CA, 0x7E8))
    letters = [chr(code) for codes in ranges for code in codes if code in fonts.characters(fonts.ARABIC)]
    names = ["".join(letters[start : start + 9]) for start in range(0, len(letters) - 9, 7)]
    rows = [summaries.attendee(number, name) for number, name in enumerate(names)]
    read = unicodedata.normalize("NFKC", Tagged(PdfReport(summaries.summary(rows), LOOK).full()).root.text)
    assert [name for name in names if unicodedata.normalize("NFKC", name) not in read] == []


def test_a_link_has_a_text_and_is_content_of_its_element() -> None:
    pdf = tagged("webinar")
    links, headings = pdf.root.all("Link"), {node.text for node in pdf.root.all("H2")}
    assert len(links) == len({link.text for link in links}) == 14
    numbers = pdf.tree["/ParentTree"]["/Nums"]
    owners = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for link in links:
        (annotation,) = link.annotations
        assert annotation["/Contents"] == link.text.strip()
        assert link.text.strip() in headings
        assert owners[annotation["/StructParent"]].get_object() == link.entries


@pytest.mark.parametrize("name", WORLDS)
def test_the_document_says_that_it_is_tagged_and_its_bookmarks_lead_to_headings(name: str) -> None:
    pdf = tagged(name)
    assert pdf.reader.pdf_header == "%PDF-1.7"
    assert pdf.catalog["/MarkInfo"]["/Marked"] is not False
    assert pdf.catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.catalog["/Lang"] == "en"
    assert all(page["/Tabs"] == "/S" for page in pdf.reader.pages)
    metadata = pdf.catalog["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert ET.fromstring(metadata.strip("\ufeff")) is not None
    assert "Kundenforum Frühjahr: what's next" in metadata
    headings = [node.entries for node in pdf.root.all("H1", "H2", "H3")]
    bookmark = pdf.catalog["/Outlines"]["/First"]
    while bookmark:
        assert bookmark["/SE"] in headings
        bookmark = bookmark.get("/First") or bookmark.get("/Next")


@given(st.lists(st.integers(0, 400), min_size=1, max_size=900), st.integers(0, 70_000))
def test_a_packed_object_is_where_the_cross_reference_says(sizes: list[int], length: int) -> None:
    numbers = count(3)
    objects = ObjectStreams(lambda: next(numbers))
    objects.write(1, "<</Type/Catalog/Pages<<>>>>")
    packed = {next(numbers): "x" * size for size in sizes}
    for number, text in packed.items():
        objects.write(number, f"({text})")
    reader = PdfReader(io.BytesIO(objects.file({2: stream(b"", bytes(length))}, b"/Root 1 0 R")))
    assert reader.get_object(2).get_data() == bytes(length)
    assert {number: reader.get_object(number) for number in packed} == packed


@given(st.text(), st.text(st.characters(codec="utf-8")))
def test_any_text_may_be_an_alternative_text(text: str, plain: str) -> None:
    stream = DictionaryObject.read_from_stream(io.BytesIO(f"<</Alt{text_string(plain)}>>".encode("latin-1")), None)
    assert stream["/Alt"] == plain
    assert text_string(text).isascii()
