"""Read the figures back from a report's HTML, PDF or workbook."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from debrief.documents.event import parts
from debrief.documents.event.view import event_tiles
from debrief.documents.event.workbook import event_figures
from debrief.documents.text import figures, labels, sanitize
from debrief.documents.view import tiles
from debrief.documents.view.session_header import is_small, nobody_came
from debrief.documents.workbook.verify import differences, session_figures
from debrief.errors import BadRequest
from debrief.model import Summary

_SECTION = re.compile(r'<section id="definitions".*?</section>', re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]+")  # Hebrew, Arabic and related scripts
_RIGHT_TO_LEFT_WORDS = re.compile(f"{_RIGHT_TO_LEFT.pattern}(?:[ \\r\\n]+{_RIGHT_TO_LEFT.pattern})*")
_HEAD = "How it is computed"  # a column head of the table of all figures, the last part of a PDF; each page repeats it


def misprints(summary: Summary, name: str, body: bytes) -> list[str]:
    """Return the figures in `report.html`, a PDF or a workbook that differ from the summary, one sentence each.

    Compare the table of all figures. `report.pdf`, and `report-full.pdf` of a small session, lack this table: compare
    their tiles. Leave out times of day, because the summary has no time zone. If nobody attended, there are no figures.
    """
    if name.endswith(".xlsx"):
        cells = event_figures(summary) if _is_event(summary) else session_figures(summary)
        return [f"{name} {difference}" for difference in differences(summary, cells, body)]
    if nobody_came(summary):
        return []
    if name.endswith(".html"):
        printed, rows = " ".join(_lines_of_html(body)), _rows(summary)
    elif name.startswith("report-full") and (_is_event(summary) or not is_small(summary)):
        printed, rows = text_of_pdf(body), _rows(summary)
    else:
        page = "".join(first_page_of_pdf(body).split())
        tiles_ = event_tiles(summary) if _is_event(summary) else tiles.tiles(summary)
        expected = [(tile.label, tile.value, tile.unit) for tile in tiles_]
        wrong = [texts for texts in expected if "".join("".join(texts).split()) not in page]
        return [_misprint(name, label, f"{value} {unit}".strip()) for label, value, unit in wrong]
    return [_misprint(name, label, value) for label, value, *_ in rows if f" {label} {value} " not in printed]


def _misprint(name: str, label: str, value: str) -> str:
    return f"{name} does not print {label} as {value}, as summary.json has it."


def _is_event(summary: Summary) -> bool:
    return summary.session.cue_point_id.startswith("event-")


def _rows(summary: Summary) -> Sequence[Sequence[str]]:
    """Return the label and the value of each row of the table of all figures, and perhaps more cells."""
    if _is_event(summary):
        return parts.definitions(summary, sanitize.clean).rows
    numbers = {key: metric for key, metric in summary.metrics.items() if not isinstance(metric.value, str)}
    return [(labels.metric(key), figures.figure(metric)) for key, metric in numbers.items()]


def _lines_of_html(body: bytes) -> Iterator[str]:
    """Yield each row of the table of all figures as a line of text."""
    section = _SECTION.search(body.decode("utf-8", "replace"))
    for row in _ROW.findall(section[0]) if section else ():
        cells = (html.unescape(_TAG.sub("", cell)) for cell in _CELL.findall(row))
        yield f" {' '.join(' '.join(cells).split())} "


def text_of_pdf(body: bytes) -> str:
    """Return the pages with the table of all figures as one line of text; blank if the file cannot be read."""
    from pypdfium2 import PdfDocument, PdfiumError

    pages: list[str] = []
    try:
        document = PdfDocument(body)
        for place in reversed(range(len(document))):
            page = " ".join(document[place].get_textpage().get_text_range().split())
            if _HEAD in page:
                pages.insert(0, page)
            elif pages:  # a page after the table may have only the reference for support
                break
    except PdfiumError:
        return ""
    return f" {' '.join(pages)} "


def first_page_of_pdf(body: bytes) -> str:
    """Return the text of the first page; blank if the file cannot be read."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        return str(PdfDocument(body)[0].get_textpage().get_text_range())
    except PdfiumError:
        return ""


def all_text_of_pdf(body: bytes) -> str:
    """Return the text of all pages of a PDF, for a search. Raises BadRequest if the file cannot be read.

    Right-to-left words are there in each order: PDFium reverses those of a line that is mostly written from left to
    right, and the letters of a text with a replacement text or with points.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(body)
        text = "\n".join(document[place].get_textpage().get_text_range() for place in range(len(document)))
    except PdfiumError:
        raise BadRequest("An archived PDF cannot be read.") from None
    if not _RIGHT_TO_LEFT.search(text):
        return text
    order = _RIGHT_TO_LEFT_WORDS.sub(lambda words: " ".join(reversed(words[0].split())), text)
    lines = _RIGHT_TO_LEFT_WORDS.sub(lambda words: words[0][::-1], text)
    words = _RIGHT_TO_LEFT.sub(lambda word: word[0][::-1], text)
    return f"{text}\n{order}\n{lines}\n{words}"
