"""Contrast and sizes, read from what readers see: rendered PDF pages, and pages and emails in light and dark mode."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from mail_parts import LETTER

from debrief.documents.event.html import render_event_html
from debrief.documents.event.mail import render_event_mail
from debrief.documents.event.pdf import EventPdf
from debrief.documents.html.report import render_html
from debrief.documents.mail.report import render_mail
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.util.colors import legible, paler
from support import contrast, event_samples, inked_page, summaries
from support.computed_style import Page

pytestmark = pytest.mark.slow

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
WHITE = (255, 255, 255)
SMALLEST = 8.0  # points, in a PDF
# Rules between rows, grids behind curves, and pale areas whose edge or whose curve has the contrast.
DECORATION = {"ground", "axis", "hatch", "band", "gap", "area", "track"}
PALE = {(213, 218, 221), (232, 236, 238)}  # of rules and of grounds, in a PDF


def html_of(mail: bytes) -> str:
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


PDFS: dict[str, Callable[[], bytes]] = {
    "webinar": lambda: PdfReport(summaries.webinar(), LOOK).brief(),
    "webinar, full": lambda: PdfReport(summaries.webinar(30), LOOK).full(),
    "hostile names": lambda: PdfReport(summaries.rich(40), LOOK).full(),
    "small session": lambda: PdfReport(summaries.few(), LOOK).full(),
    "nobody": lambda: PdfReport(summaries.nobody(), LOOK).brief(),
    "event": lambda: EventPdf(event_samples.sample(), LOOK).full(),
    "pale accent": lambda: PdfReport(summaries.webinar(30), replace(LOOK, accent=legible("#ffd54f"))).full(),
}
PAGES: dict[str, Callable[[], bytes | str]] = {
    "webinar": lambda: render_html(summaries.webinar(40), LOOK),
    "hostile names": lambda: render_html(summaries.rich(40), LOOK),
    "event": lambda: render_event_html(event_samples.sample(), LOOK),
    "email": lambda: html_of(render_mail(summaries.webinar(), LOOK, LETTER)),
    "email about an event": lambda: html_of(render_event_mail(event_samples.sample(), LOOK, LETTER)),
}
pdf_of = cache(lambda name: PDFS[name]())
page_of = cache(lambda name, scheme: Page(PAGES[name](), scheme))


@pytest.mark.parametrize("name", PDFS)
def test_every_letter_of_a_pdf_is_large_enough_and_has_contrast(name: str) -> None:
    looks = inked_page.letters(pdf_of(name))
    assert looks
    faint = {words: look for look, words in looks.items() if contrast.ratio(look.ink, look.ground) < contrast.TEXT}
    assert not faint
    assert not {words: look.size for look, words in looks.items() if look.size < SMALLEST - 0.01}


@pytest.mark.parametrize("name", PDFS)
def test_every_shape_of_a_pdf_but_rules_and_grounds_has_contrast(name: str) -> None:
    inks = {shape.ink for shape in inked_page.shapes(pdf_of(name))} - PALE
    assert not [ink for ink in inks if contrast.ratio(ink, WHITE) < contrast.GRAPHIC]
    assert not [ink for ink in inks if contrast.ratio(contrast.grey(ink), WHITE) < contrast.GRAPHIC]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_text_of_a_page_has_contrast(name: str, scheme: str) -> None:
    looks = list(page_of(name, scheme).texts())
    assert len(looks) > 20
    assert not [look for look in looks if contrast.ratio(look.ink, look.ground) < contrast.TEXT]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["webinar", "hostile names", "event"])
def test_every_shape_of_a_chart_has_contrast_unless_it_is_decoration(name: str, scheme: str) -> None:
    looks = [(kind, look) for kind, look in page_of(name, scheme).shapes() if kind not in DECORATION]
    assert {"bar"} < {kind for kind, _ in looks}
    assert not [look for _, look in looks if contrast.ratio(look.ink, look.ground) < contrast.GRAPHIC]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bars_of_two_kinds_differ_in_grey(scheme: str) -> None:
    page = page_of("event", scheme)
    fills = {
        kind: contrast.hexadecimal(page.values[page.root.xpath(f"//*[@class='{kind}']")[0]]["fill"])
        for kind in ("bar", "again")
    }
    assert contrast.ratio(*map(contrast.grey, fills.values())) >= contrast.GRAPHIC


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["email", "email about an event"])
def test_every_bar_of_an_email_has_contrast_and_every_shade_an_edge(name: str, scheme: str) -> None:
    page = page_of(name, scheme)
    ground = page.values[page.root.xpath("//table")[0]]["background-color"]
    cells = page.root.xpath("//table[@aria-hidden]//td[@bgcolor]")
    assert cells
    for cell in cells:
        values = page.values[cell]
        edge = values.get("border-color") or values.get("border-top") or values.get("border") or ""
        ink = edge.split()[-1] if edge else values["background-color"]
        assert contrast.ratio(contrast.hexadecimal(ink), contrast.hexadecimal(ground)) >= contrast.GRAPHIC


@pytest.mark.parametrize("color", ["#0b6470", "#ffd54f", "#ffffff", "#000000", "#ff0000"])
def test_any_accent_becomes_a_legible_ink_with_a_paler_tone_that_is_visible(color: str) -> None:
    ink = legible(color)
    assert contrast.ratio(contrast.hexadecimal(ink), WHITE) >= contrast.TEXT
    assert contrast.ratio(contrast.hexadecimal(paler(ink)), WHITE) >= contrast.GRAPHIC
    assert ink == color or contrast.ratio(contrast.hexadecimal(color), WHITE) < contrast.TEXT
