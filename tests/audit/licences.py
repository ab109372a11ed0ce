"""The licences of everything that ships: libraries for the laptop and for Lambda, and fonts.

`python -m audit.licences` writes requirements/licences.md; the grader compares it with what is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from audit.grading import ROOT, Finding, Graded

PAGE = ROOT / "requirements" / "licences.md"
SHIPPED = {  # by what ships them
    "laptop": ROOT / "requirements" / "run.txt",
    "functions": ROOT / "functions" / "requirements.txt",
    "PDF layer": ROOT / "infra" / "layers" / "pdf" / "requirements.txt",
}
# The last two want changes to the library itself to be published. Debrief uses both unchanged, as files of their own
# that anybody can replace.
ALLOWED = {
    "MIT", "MIT-0", "MIT-CMU", "ISC", "BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "PSF-2.0",
    "ZPL-2.1", "MPL-2.0", "LGPL-3.0-or-later",
}  # fmt: skip
# What libraries write that do not use the identifiers of SPDX.
_SAME = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Zope Public License": "ZPL-2.1",  # waitress: its LICENSE.txt says which version
    # pypdfium2: its own two. PDFium's parts are as free; their texts are in the wheel.
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
}
_FONTS = {  # by the beginning of the files' names: the licence, and the words of the file beside them that grant it
    "DejaVuSans": ("Bitstream Vera", "License: bitstream-vera"),
    "NotoSans": ("OFL-1.1", "License: OFL-1.1"),
    "Symbola": ("free for any use", "Fonts are free for any use; they may be opened, edited,"),
    "wqy-microhei": ("Apache-2.0", "License: Apache-2.0 or GPL-3+ with Font exception"),
    "": ("unknown", ""),  # any other
}
_HEAD = """\
# Licences of what ships

Every library that Debrief installs on a laptop or packs into a function or a layer, and every font of the PDF. The text
of each travels with it. `make licences` writes this page; `make check` fails when it is out of date, and when a licence
is none of those allowed in [tests/audit/licences.py](../tests/audit/licences.py).

"""


@dataclass(frozen=True, order=True)
class Shipped:
    """A library or a font: its licence as an SPDX expression, blank when unknown, and what it ships in."""

    name: str
    licence: str
    places: tuple[str, ...]

    @property
    def is_allowed(self) -> bool:
        """One of several offered is enough; of several that hold together each must be allowed."""
        return any(all(part in ALLOWED for part in offer.split(" AND ")) for offer in self.licence.split(" OR "))


def licences(_: Path) -> Graded:
    """No licence that is unknown or not allowed, no font without its licence, and a page that says so."""
    libraries = list(_libraries())
    findings = [
        Finding("not-allowed", one.name, one.licence or "unknown, or not installed here")
        for one in libraries
        if not one.is_allowed
    ]
    findings += _unlicensed_fonts()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        findings.append(Finding("out-of-date", str(PAGE.relative_to(ROOT)), "make licences"))
    return Graded(f"{len(libraries)} libraries, {len(_font_files())} fonts", findings)


def page() -> str:
    """requirements/licences.md; without versions, which change with every lock."""
    rows = [f"| {one.name} | {one.licence} | {', '.join(one.places)} |" for one in _libraries()]
    fonts = [f"| {path.name} | {_FONTS[_family(path)][0]} | templates |" for path in _font_files()]
    return _HEAD + "\n".join(["| | licence | ships in |", "|---|---|---|", *rows, *fonts]) + "\n"


def _libraries() -> Iterator[Shipped]:
    """All that the locks name, as installed for the tests, which have every library."""
    site = sorted((ROOT / ".venv" / "lib").glob("python*/site-packages"))
    installed = {_plain(one.name): one for one in distributions(path=[str(path) for path in site])}
    named = {place: _names(lock) for place, lock in SHIPPED.items()}
    for name in sorted(set().union(*named.values())):
        places = tuple(place for place, names in named.items() if name in names)
        yield Shipped(name, _licence(installed[name]) if name in installed else "", places)


def _names(lock: Path) -> set[str]:
    return {_plain(name) for name in re.findall(r"^([\w.-]+)==", lock.read_text(), re.MULTILINE)}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(library: Distribution) -> str:
    """What a library says of itself: the expression, else the word, else the classifiers."""
    info = library.metadata
    if expression := info.get("License-Expression"):
        return str(expression)
    word = _SAME.get(info.get("License") or "", info.get("License") or "")
    if word in ALLOWED or word in _SAME.values():
        return word
    classes = [one.rpartition(" :: ")[2] for one in info.get_all("Classifier") or () if one.startswith("License")]
    return " OR ".join(_SAME.get(one, one) for one in classes)


def _font_files() -> list[Path]:
    return sorted(path for path in (ROOT / "templates" / "fonts").iterdir() if path.suffix in {".ttf", ".ttc", ".otf"})


def _family(font: Path) -> str:
    return next(family for family in _FONTS if font.name.startswith(family))


def _unlicensed_fonts() -> Iterator[Finding]:
    for font in _font_files():
        family = _family(font)
        text = font.with_name(f"{family}.LICENSE.txt")
        if not (family and text.exists() and _FONTS[family][1] in text.read_text(encoding="utf-8")):
            yield Finding("font-without-licence", font.name, f"{text.name} does not grant it")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
