"""Links between pages lead somewhere, and every page can be found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.cloudformation import ROOT
from support.documented import NAMES, PAGES, anchors_of, prose_of, text_of

LINK = re.compile(r"(?:\]\(|<img src=\")([^)\s\"]+)")


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    found = LINK.findall(prose_of(page.read_text(encoding="utf-8")))
    for target in (one for one in found if "://" not in one):
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.is_file(), target
        assert not anchor or anchor in anchors_of(there), target


def test_the_readme_leads_to_every_page() -> None:
    linked = {target.partition("#")[0] for target in LINK.findall(text_of("README.md"))}
    assert {f"docs/{page.name}" for page in PAGES if page.parent == ROOT / "docs"} <= linked


@pytest.mark.parametrize("name", NAMES)
def test_every_block_of_code_is_closed(name: str) -> None:
    assert len(re.findall(r"^ *```", text_of(name), re.MULTILINE)) % 2 == 0


def test_every_decision_is_in_the_index_and_has_ten_lines_at_most() -> None:
    index, *parts = re.split(r"^## (?=\d+\. )", text_of("decisions.md"), flags=re.MULTILINE)
    titles = [f"{number}. {title}" for number, title in re.findall(r"^\| (\d+) \| \[(.+?)\]\(#", index, re.MULTILINE)]
    assert titles == [part.partition("\n")[0] for part in parts]
    bodies = [[line for line in part.splitlines()[1:] if line] for part in parts]
    assert [title for title, body in zip(titles, bodies, strict=True) if len(body) > 10] == []
