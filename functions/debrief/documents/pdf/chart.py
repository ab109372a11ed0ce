"""Draw charts on a PDF page. Charts are SVG; only what documents/charts writes is read: few elements and attributes.

A general reader of SVG takes more time for this than for all else on the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element, fromstring

from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase.pdfmetrics import stringWidth

from debrief.documents.pdf import fonts
from debrief.documents.pdf.canvas import Pen, fill_color, line_color
from debrief.documents.pdf.pictures import Picture

Shape: TypeAlias = Callable[[Any], None]  # draws on a canvas; reportlab has no types

_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_ATTRIBUTES = {
    *("class", "x", "y", "width", "height", "cx", "cy", "r", "d"),
    *("fill", "fill-opacity", "stroke", "stroke-width", "text-anchor", "font-weight"),
}
_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}  # the part of a label that is left of its x coordinate


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as wide as the text. `alt` is what screen readers read."""

    shapes: Sequence[Shape] = field(repr=False)
    scale: float
    height: float
    alt: str

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        pen.flush()
        left, bottom = pen.canvas.absolutePosition(x, top - self.height)
        box = (left, bottom, left + width, bottom + self.height)
        with pen.tags.element("Figure", alt=self.alt, box=box), pen.content() as canvas:
            canvas.saveState()
            canvas.transform(self.scale, 0, 0, self.scale, x, top)
            for draw in self.shapes:
                draw(canvas)
            canvas.restoreState()


def chart(picture: Picture) -> Chart:
    """Return a picture's SVG as a chart, which several PDFs may draw."""
    root = fromstring(picture.body)  # noqa: S314  our own SVG
    size = float(root.attrib["font-size"])
    return Chart(
        [_shape(element, size) for element in root],
        picture.width / float(root.attrib["width"]),
        picture.height,
        picture.alt,
    )


def _shape(element: Element, size: float) -> Shape:
    """Return a shape. Raises ValueError if the element, or one of its attributes, is none that charts have."""
    kind = element.tag.rpartition("}")[2]
    if kind not in _KINDS or not _ATTRIBUTES.issuperset(element.keys()):
        raise ValueError(f"A PDF cannot draw this {kind} of a chart.")
    return _KINDS[kind](element, size)


def _rectangle(element: Element, _: float) -> Shape:
    x, y, width, height = (float(element.get(name, "0")) for name in ("x", "y", "width", "height"))
    return _painted(element, f"{fp_str(x, -y - height, width, height)} re")


def _path(element: Element, _: float) -> Shape:
    return _painted(element, path_operators(element.attrib["d"]))


def _circle(element: Element, _: float) -> Shape:
    x, y, radius = (float(element.attrib[name]) for name in ("cx", "cy", "r"))

    def draw(canvas: Any) -> None:
        canvas.addLiteral(fill_color(element.attrib["fill"]))
        canvas.circle(x, -y, radius, stroke=0, fill=1)

    return draw


def _label(element: Element, size: float) -> Shape:
    text, x, y = element.text or "", float(element.attrib["x"]), float(element.attrib["y"])
    font = (fonts.bold() if "font-weight" in element.attrib else fonts.regular())[0]

    def draw(canvas: Any) -> None:
        canvas.addLiteral(fill_color(element.attrib["fill"]))
        canvas.setFont(font, size)
        canvas.drawString(x - _BEFORE[element.attrib["text-anchor"]] * stringWidth(text, font, size), -y, text)

    return draw


_KINDS = {"rect": _rectangle, "path": _path, "circle": _circle, "text": _label}


def _painted(element: Element, outline: str) -> Shape:
    """Return a shape that fills an outline, draws it as a line, or both."""
    fill = element.attrib["fill"]
    if stroke := element.get("stroke"):
        width = fp_str(float(element.get("stroke-width", "1")))
        inside = "" if fill == "none" else f"{fill_color(fill)} "
        line = f"{inside}{line_color(stroke)} {width} w {outline} {'B' if inside else 'S'}"
        return lambda canvas: canvas.addLiteral(line)
    area, opacity = f"{fill_color(fill)} {outline} f", float(element.get("fill-opacity", "1"))

    def draw(canvas: Any) -> None:
        canvas.setFillAlpha(opacity)
        canvas.addLiteral(area)
        canvas.setFillAlpha(1)

    return draw if opacity < 1 else lambda canvas: canvas.addLiteral(area)


def path_operators(d: str) -> str:
    """Return the PDF operators of an SVG path of straight lines. SVG's y axis points down, a PDF's up."""
    x = y = 0.0
    operators = []
    for step, text in _STEP.findall(d):
        numbers = list(map(float, text.split()))
        match step:
            case "M" | "L":
                x, y = numbers
            case "H":
                (x,) = numbers
            case "V":
                (y,) = numbers
            case "h":
                x += numbers[0]
            case "v":
                y += numbers[0]
            case "Z":
                operators.append("h")
                continue
            case _:
                raise ValueError(f"A PDF cannot draw the step {step} of a chart's path.")
        operators.append(f"{fp_str(x, -y)} {'m' if step == 'M' else 'l'}")
    return " ".join(operators)
