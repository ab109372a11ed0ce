"""The pages of the documentation, and what can be read from them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from support.cloudformation import ROOT

_AT_THE_ROOT = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
PAGES = [*(ROOT / name for name in _AT_THE_ROOT), *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [page.name for page in PAGES]


@cache
def text_of(name: str) -> str:
    """A page's text."""
    (page,) = (page for page in PAGES if page.name == name)
    return page.read_text(encoding="utf-8")


def prose_of(text: str) -> str:
    """A text without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)


def commands_of(text: str) -> list[str]:
    """The lines of a text's blocks of code, each with its continuations, and its spans of code."""
    blocks = re.findall(r"^ *```\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", prose_of(text))]


def section(text: str, heading: str) -> str:
    """Return the text below a heading, up to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    _, found, rest = f"\n{text}".partition(f"\n{heading}\n")
    assert found, heading
    return re.split(rf"^#{{1,{level}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows_of(text: str) -> list[list[str]]:
    """The cells of all tables' rows, without heads."""
    lines = text.splitlines()
    heads = {number for number, line in enumerate(lines[1:]) if re.fullmatch(r"(\|-+)+\|", line)}
    rows = [line for number, line in enumerate(lines) if line.startswith("|") and number not in heads]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if not re.fullmatch(r"[|-]+", row)]


def spans_of(cell: str) -> list[str]:
    """The spans of code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", prose_of(page.read_text(encoding="utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-")
        found.add(f"{anchor}-{sum(one.startswith(anchor) for one in found)}" if anchor in found else anchor)
    return found
