"""The structure of a session's PDF, as screen readers see it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.model import Summary
from support import summaries
from support.tagged import Node, Tagged

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
WORLDS = ("webinar", "few", "nobody", "small", "letter")


@cache
def world(name: str) -> Summary:
    return {
        "webinar": summaries.webinar,
        "few": summaries.few,
        "nobody": summaries.nobody,
        "small": lambda: summaries.webinar(4, mapped=4),
        "letter": lambda: summaries.rich(60),
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
    pdf = tagged(name, kind)
    assert pdf.unmarked == []
    assert pdf.repeated == []
    assert sorted(pdf.used) == sorted(pdf.contents)
    assert len(set(pdf.used)) == len(pdf.used)
    assert pdf.parents() == pdf.owners


@pytest.mark.parametrize("kind", ["brief", "full"])
@pytest.mark.parametrize("name", WORLDS)
def test_headings_begin_with_the_room_and_skip_no_level(name: str, kind: str) -> None:
    pdf = tagged(name, kind)
    first, *others = pdf.root.all("H1", "H2", "H3", "H4", "H5", "H6")
    assert (first.tag, first.text) == ("H1", "Kundenforum Frühjahr: what's next for the platform")
    levels = [1, *(int(node.tag[1]) for node in others)]
    assert 1 not in levels[1:]
    assert all(below <= above + 1 for above, below in pairwise(levels))
