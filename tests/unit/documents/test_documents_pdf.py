"""The report as a PDF."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from debrief.documents import templates
from debrief.documents.pdf.render import RenderFailed
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.model import Summary
from support import summaries

pytestmark = pytest.mark.slow

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
ROOT = Path(__file__).parents[3]


def read(summary: Summary) -> PdfReader:
    return PdfReader(io.BytesIO(PdfReport(summary, LOOK).full()))


def text(summary: Summary) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(summary).pages).split())


def run(code: str, **environ: str) -> str:
    path = os.pathsep.join(str(ROOT / folder) for folder in ("functions", "tests"))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, env={"PYTHONPATH": path, **environ}
    )
    return done.stdout.strip()


def test_the_same_summary_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib; from zoneinfo import ZoneInfo; from support import summaries;"
        "from debrief.documents.view.build import Presentation; from debrief.documents.pdf.report import PdfReport;"
        "PdfReport(summaries.nobody(), Presentation(ZoneInfo('UTC'))).full();"
        "print(hashlib.sha256(PdfReport(summaries.rich(), Presentation(ZoneInfo('Europe/Berlin'))).full()).hexdigest())"
    )
    here = hashlib.sha256(PdfReport(summaries.rich(), LOOK).full()).hexdigest()
    assert here == run(code, PYTHONHASHSEED="1", TZ="Asia/Tokyo") == run(code, PYTHONHASHSEED="2")
    assert here == run("import sys; sys.modules['_rl_accel'] = None;" + code)  # without reportlab's accelerator


def test_the_page_the_mail_and_the_pdf_module_load_without_the_pdf_engine() -> None:
    code = (
        "import sys; import debrief.documents.html.report, debrief.documents.mail.report, debrief.documents.pdf.report;"
        "print([name for name in ('xhtml2pdf', 'reportlab', 'svglib', 'PIL') if name in sys.modules])"
    )
    assert run(code) == "[]"


def test_a_latin_report_loads_no_fallback_font_and_no_library_that_only_events_need() -> None:
    code = (
        "import sys; from zoneinfo import ZoneInfo; from support import summaries;"
        "from debrief.documents.presentation import Presentation; from debrief.documents.pdf.report import PdfReport;"
        "from reportlab.pdfbase import pdfmetrics;"
        "report = PdfReport(summaries.few(), Presentation(ZoneInfo('UTC'))); report.brief(); report.full();"
        "print([name for name in pdfmetrics.getRegisteredFontNames() if name.endswith('0')]);"
        "print([name for name in ('pypdf', 'html5lib', 'xhtml2pdf.parser', 'svglib', 'lxml') if name in sys.modules])"
    )
    assert run(code) == "['noto sans_00', 'noto sans_10']\n[]"


def test_a_character_loads_the_fonts_up_to_the_one_that_has_it() -> None:
    code = (
        "from debrief.documents.pdf import fonts; from reportlab.pdfbase import pdfmetrics; fonts.register();"
        "print(fonts.choice(fonts.regular())[chr(0x5D0)]);"
        "print([name for name in pdfmetrics.getRegisteredFontNames() if name.endswith('0')])"
    )
    assert run(code) == "dejavu sans_00\n['dejavu sans_00', 'noto sans_00', 'noto sans_10']"


def test_the_pdf_names_itself_its_language_and_the_sessions_end() -> None:
    pdf = read(summaries.few())
    assert pdf.metadata is not None
    assert "Kundenforum" in (pdf.metadata.title or "")
    assert pdf.metadata.author == "Debrief"
    assert "final, updated" in (pdf.metadata.subject or "")
    assert pdf.metadata.creation_date == summaries.SESSION.end
    assert pdf.trailer["/Root"]["/Lang"] == "en"
    assert pdf.pages[0].mediabox[2:] == pytest.approx([595.276, 841.89], abs=0.01)


def test_bookmarks_lead_to_every_section() -> None:
    (top, below) = read(summaries.rich()).outline
    assert top["/Title"].startswith("Kundenforum")
    titles = [entry["/Title"] for entry in below]
    assert titles == [
        "How long people stayed",
        "Breakout rooms",
        "How people are counted",
        "Notes",
        "Attendees",
        "Definitions",
    ]


def test_every_page_says_which_of_how_many_it_is() -> None:
    pages = read(summaries.crowd(200)).pages
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in " ".join(page.extract_text().split())


def test_a_long_room_name_leaves_the_date_in_the_foot() -> None:
    few = summaries.few()
    named = replace(few, session=replace(few.session, entry_name="Name" * 100))
    assert text(named).count("Tue 17 November 2026 · Final, updated · Name") == len(read(named).pages)


def test_the_head_of_the_attendee_table_is_repeated_on_every_page_it_covers() -> None:
    """Also guards the private lookup by which the engine finds our own tags."""
    pages = [page.extract_text() for page in read(summaries.crowd(200)).pages]
    listing = [page for page in pages if page.count("@example.org") > 5]
    assert len(listing) > 3
    assert all(page.count("Email") == 1 and "% of min" in page for page in listing)


def test_every_attendee_is_in_the_pdf_once() -> None:
    words = text(summaries.crowd(300))
    assert all(words.count(f"user{number:05d}@example.org") == 1 for number in range(300))


def test_names_are_text_whatever_they_hold() -> None:
    words = text(summaries.rich())
    assert "<script>alert('x')</script>" in words
    assert "{{ 7 * 7 }} {% raw %} ${x}" in words
    assert "<pdf:nextpage/><pdf:rltable>" in words.replace(" ", "")


def test_names_of_many_scripts_need_no_replacement() -> None:
    assert "fonts of this PDF lack" not in text(summaries.crowd(len(summaries.NAMES)))


def test_a_name_with_an_emoji_is_found_and_copied_as_it_is() -> None:
    assert "Mika \N{WATER WAVE}" in text(summaries.summary([summaries.attendee(1, "Mika \N{WATER WAVE}")]))


def test_what_the_fonts_cannot_draw_is_replaced_and_counted() -> None:
    words = text(summaries.summary([summaries.attendee(1, "Ana \U00012000\U00012001")]))
    assert "Ana \ufffd\ufffd" in words
    assert "2 characters are printed as" in words


def test_every_font_is_ours_and_embedded_once() -> None:
    names: dict[str, object] = {}
    for page in read(summaries.rich()).pages:
        for font in page["/Resources"]["/Font"].values():
            base = str(font.get_object()["/BaseFont"])
            assert "+" in base
            names.setdefault(base, font.idnum)
            assert names[base] == font.idnum
    families = {name.split("+")[1] for name in names}
    assert {"NotoSans-Regular", "NotoSans-Bold", "DejaVuSans", "WenQuanYiMicroHei-0"} <= families


def test_a_session_that_nobody_attended_is_one_calm_page() -> None:
    assert len(read(summaries.nobody()).pages) == 1
    assert "Nobody attended this session." in text(summaries.nobody())


def test_a_part_of_the_attendees_is_said_with_both_numbers() -> None:
    assert "20 of 300 are listed" in text(summaries.crowd(300, shown=20))


def test_the_environment_and_the_engine_are_left_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    from reportlab import rl_config
    from reportlab.graphics import renderbase
    from reportlab.pdfbase import pdfdoc, ttfonts
    from reportlab.platypus.tables import CellStyle
    from xhtml2pdf import parser

    def engine() -> list[object]:
        named = [rl_config.canvas_basefontname, CellStyle.fontname, renderbase.STATE_DEFAULTS["fontName"]]
        classes = [pdfdoc.PDFDocument, pdfdoc.OutlineEntryObject, pdfdoc.LinkAnnotation.permitted]
        return [rl_config.useA85, ttfonts.makeToUnicodeCMap, *named, *classes]

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    before = engine()
    level = logging.getLogger("xhtml2pdf").level
    PdfReport(summaries.few(), LOOK).full()
    assert os.environ["SOURCE_DATE_EPOCH"] == "1"
    assert logging.getLogger("xhtml2pdf").level == level
    assert not hasattr(parser, "pisaTagPDFRLTABLE")
    assert engine() == before


def test_the_engine_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    PdfReport(summaries.rich(), LOOK).full()
    assert not caplog.records


def test_threads_get_the_same_bytes() -> None:
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda: made.append(PdfReport(summaries.few(), LOOK).full())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(made) == {PdfReport(summaries.few(), LOOK).full()}
    assert len(made) == 3


def test_a_failure_of_the_engine_says_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from reportlab.pdfgen.canvas import Canvas

    def fail(_canvas: Canvas, title: str) -> None:
        raise ValueError(title)

    monkeypatch.setattr(Canvas, "setTitle", fail)
    with pytest.raises(RenderFailed) as caught:
        PdfReport(summaries.few(), LOOK).full()
    assert "Kundenforum" not in str(caught.value)
    assert caught.value.__context__ is None


@given(st.text(st.sampled_from("aW \u05d3\u0645\u738b\u0e2a\U0001f389-"), max_size=120), st.integers(20, 200))
def test_a_text_is_broken_into_lines_that_fit(words: str, room: int) -> None:
    from debrief.documents.pdf import fonts, text_layout

    fonts.register()
    lines = text_layout.wrapped(words, room, 8.0, fonts.regular(), most=3)
    assert 1 <= len(lines) <= 3
    assert all(text_layout.width_of(line, 8.0, fonts.regular()) <= room for line in lines)
    whole = "".join(lines).replace(" ", "").removesuffix("\N{HORIZONTAL ELLIPSIS}")
    assert words.replace(" ", "").startswith(whole)


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server that notes what it is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_args: object) -> None:
            """Nothing to say."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_the_engine_reads_no_address_and_no_file_but_our_fonts(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    from debrief.documents.pdf import engine

    address, asked = listener
    outside = tmp_path / "outside.css"
    outside.write_text("p { color: red }")
    markup = (
        f'<html><head><link rel="stylesheet" href="{address}/a.css"><link rel="stylesheet" href="{outside}">'
        f"<style>@import url({address}/b.css); p {{ background-image: url({address}/c.png) }}</style></head>"
        f'<body><p>Here</p><img src="{address}/d.png"><img src="/etc/hostname"></body></html>'
    )
    made = engine.draw(markup, {}, folder=templates.fonts_dir(), epoch=0).body
    assert asked == []
    assert PdfReader(io.BytesIO(made)).pages[0].extract_text().strip() == "Here"
