"""The web page of a summary, read back."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from lxml import html as lxml_html

from debrief.documents.html.report import render_html
from debrief.documents.presentation import Presentation
from debrief.model import Summary

LOOK = Presentation(ZoneInfo("Europe/Berlin"))


def page(summary: Summary) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(render_html(summary, LOOK).decode())


def text(summary: Summary) -> str:
    """What a reader without script reads, in one line."""
    document = page(summary)
    for element in document.xpath("//script | //style | //template"):
        element.drop_tree()
    return " ".join(document.text_content().split())


def section(summary: Summary, name: str) -> lxml_html.HtmlElement:
    """One section of the page. Raises IndexError when there is none."""
    return page(summary).xpath(f"//section[@id='{name}']")[0]


def cells(table: lxml_html.HtmlElement) -> list[list[str]]:
    """The words in the body of a table."""
    return [[" ".join(cell.text_content().split()) for cell in row] for row in table.xpath("./tbody/tr")]


def data(summary: Summary) -> Any:
    """What the script draws from."""
    return json.loads(page(summary).xpath("//script[@type='application/json']")[0].text)
