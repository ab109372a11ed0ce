"""Colours of a page's texts and shapes, computed from its HTML and style sheets, in light and in dark mode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import cssselect2
import tinycss2
from lxml import html as lxml_html

from support.contrast import Color, hexadecimal

_WHITE = "#ffffff"
_UNDRAWN = {"script", "style", "template", "title", "head", "option", "select", "input"}
_INHERITED = {"color", "fill", "stroke"}


class Look(NamedTuple):
    """A text or a shape: its colour, what is below it, and where."""

    ink: Color
    ground: Color
    where: str


class Page:
    """A page in one colour scheme."""

    def __init__(self, body: bytes | str, scheme: str) -> None:
        self.root = lxml_html.document_fromstring(body)
        self.matcher = cssselect2.Matcher()
        self.values: dict[Any, dict[str, str]] = {}
        for sheet in self.root.iter("style"):
            self._read(tinycss2.parse_stylesheet(sheet.text or "", skip_comments=True, skip_whitespace=True), scheme)
        self._compute(cssselect2.ElementWrapper.from_html_root(self.root), {})

    def texts(self) -> Iterator[Look]:
        """Every element that has a text of its own."""
        for element in self._drawn():
            words = " ".join(part.strip() for part in element.xpath("text()")).strip()
            if not words:
                continue
            is_svg = element.tag == "text"
            ink = self._value(element, "fill" if is_svg else "color")
            yield Look(hexadecimal(ink), self._below(element), f"{_named(element)}: {words[:40]}")

    def shapes(self) -> Iterator[tuple[str, Look]]:
        """The class of each shape of a drawing, and its colour: of its outline, or else of its area."""
        for element in self._drawn():
            if element.tag not in {"rect", "path", "circle", "line"}:
                continue
            paints = (self._value(element, name) for name in ("stroke", "fill"))
            ink = next((paint for paint in paints if paint.startswith("#")), None)
            if ink:
                yield element.get("class") or "", Look(hexadecimal(ink), self._page_ground(element), _named(element))

    def _drawn(self) -> Iterator[Any]:
        for element in self.root.iter(lxml_html.etree.Element):
            if not _UNDRAWN & {element.tag, *(above.tag for above in element.iterancestors())}:
                yield element

    def _below(self, element: Any) -> Color:
        """A label's ground is the last shape that is drawn before it at its place, or else the page's."""
        if element.tag == "text":
            for shape in element.itersiblings(preceding=True):
                if _is_inside(element, shape):
                    return hexadecimal(self._value(shape, "fill"))
        return self._page_ground(element)

    def _page_ground(self, element: Any) -> Color:
        for above in (element, *element.iterancestors()):
            ground = self.values.get(above, {}).get("background-color", "")
            if ground.startswith("#"):
                return hexadecimal(ground)
        return hexadecimal(_WHITE)

    def _value(self, element: Any, name: str) -> str:
        return self.values[element].get(name, "#000000" if name != "stroke" else "none")

    def _read(self, rules: Any, scheme: str) -> None:
        for rule in rules:
            if rule.type == "at-rule" and rule.lower_at_keyword == "media":
                if f"prefers-color-scheme: {scheme}" in tinycss2.serialize(rule.prelude):
                    self._read(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), scheme)
            elif rule.type == "qualified-rule" and "::" not in tinycss2.serialize(rule.prelude):
                declarations = _declarations(rule.content)
                for selector in _selectors(rule.prelude):
                    self.matcher.add_selector(selector, declarations)

    def _compute(self, wrapper: Any, above: dict[str, str]) -> None:
        element, given = wrapper.etree_element, list[tuple[tuple[Any, ...], str, str]]()
        for name, attribute in (("background-color", "bgcolor"), ("fill", "fill"), ("stroke", "stroke")):
            if element.get(attribute):
                given.append(((False, (-1, 0, 0), 0), name, element.get(attribute)))
        for specificity, order, _, declarations in self.matcher.match(wrapper):
            given += [((important, specificity, order), name, value) for name, value, important in declarations]
        given += [
            ((important, (9, 9, 9), 0), name, value) for name, value, important in _declarations(element.get("style"))
        ]
        values = {name: value for name, value in above.items() if name in _INHERITED or name.startswith("--")}
        values |= {name: value for _, name, value in sorted(given, key=lambda entry: entry[0])}
        values = {
            name: re.sub(r"var\((--[\w-]+)\)", lambda found: values.get(found[1], "none"), value)
            for name, value in values.items()
        }
        self.values[element] = {name: above.get(name, value) if value == "inherit" else value
                                for name, value in values.items()}  # fmt: skip
        for child in wrapper.iter_children():
            self._compute(child, self.values[element])


def _declarations(content: Any) -> list[tuple[str, str, bool]]:
    """Names, values and whether they are important; `background` with only a colour is `background-color`."""
    parsed = tinycss2.parse_declaration_list(content or "", skip_comments=True, skip_whitespace=True)
    return [
        (
            "background-color" if each.lower_name == "background" else each.lower_name,
            tinycss2.serialize(each.value).strip(),
            bool(each.important),
        )
        for each in parsed
        if each.type == "declaration"
    ]


def _selectors(prelude: Any) -> list[Any]:
    """A rule's selectors; none if one is about what a reader does, such as `:hover`, or is not known."""
    try:
        return list(cssselect2.compile_selector_list(prelude))
    except cssselect2.SelectorError:
        return []


def _is_inside(text: Any, shape: Any) -> bool:
    x, y = float(text.get("x")), float(text.get("y")) - 3
    if shape.tag == "circle":
        return abs(x - float(shape.get("cx"))) + abs(y - float(shape.get("cy"))) <= float(shape.get("r"))
    if shape.tag == "rect" and shape.get("x"):
        left, top, width, height = (float(shape.get(name)) for name in ("x", "y", "width", "height"))
        return left <= x <= left + width and top <= y <= top + height
    return False


def _named(element: Any) -> str:
    return f"{element.tag}.{element.get('class') or ''}"
