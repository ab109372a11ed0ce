"""The page of plain.py as one would write it for Typst: a template, and the data beside it as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.plain import Content
from debrief.documents.pdf import fonts

TEMPLATE = """#let data = json("content.json")
#set page(paper: "a4", margin: 50pt, footer: context text(7.5pt)[
  Page #counter(page).display() of #counter(page).final().first()])
#set text(font: data.families, size: 9pt)
#set table(stroke: 0.75pt + rgb("#cccccc"))
#text(20pt, data.title) \\
#data.when
#table(columns: data.tiles.len() * (1fr,), inset: 5pt, ..data.tiles.map(tile => [
  #tile.label \\ #text(20pt)[#tile.value #tile.unit] \\ #tile.note]))
#for chart in data.charts { image(chart, width: 495pt) }
#text(13pt, weight: "bold")[Attendees]
#set text(7.2pt)
#table(columns: data.columns.map(column => column.width * 1fr), inset: (x: 1.5pt, y: 2.5pt),
  align: data.columns.map(column => if column.numeric { right } else { left }),
  table.header(..data.columns.map(column => table.cell(fill: rgb("#eeeeee"), align: left,
    text(6.8pt)[#column.head \\ #column.unit]))),
  ..data.rows.flatten())
"""


def lay_out(content: Content, folder: Path) -> None:
    """Write `page.typ` and what it reads."""
    charts = []
    for number, chart in enumerate(content.charts):
        charts.append(f"chart{number}.svg")
        (folder / charts[-1]).write_bytes(chart.body)
    data = {
        "title": content.title,
        "when": content.when,
        "families": list(fonts.FAMILIES),
        "charts": charts,
        "tiles": [{name: getattr(tile, name) for name in ("label", "value", "unit", "note")} for tile in content.tiles],
        "columns": [
            {name: getattr(column, name) for name in ("head", "unit", "width", "numeric")}
            for column in content.table.columns
        ],
        "rows": [[_breakable(cell) for cell in row] for row in content.table.rows],
    }
    (folder / "content.json").write_text(json.dumps(data))
    (folder / "page.typ").write_text(TEMPLATE)


def _breakable(cell: str) -> str:
    """Typst breaks no word by itself; the other pages say `overflow-wrap: anywhere`."""
    return cell.replace("@", "@\u200b").replace(".", ".\u200b") if "@" in cell else cell
