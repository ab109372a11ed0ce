"""A report's head, tiles, charts and attendee list as plain data, and as the page that one would write of them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import jinja2

from debrief.documents import templates
from debrief.documents.pdf import attendees, fonts, pictures
from debrief.documents.presentation import Presentation
from debrief.documents.text import figures
from debrief.documents.view.build import build_view
from debrief.documents.view.model import Table
from debrief.documents.view.tile import Tile
from debrief.model import Summary

LOOK = Presentation(ZoneInfo("Europe/Berlin"))

# The usual habits: one table, a class at every cell, and borders and padding at every class. Only the foot has to be
# said in two ways.
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>
{% for face in faces %}
@font-face { font-family: "{{ face.family }}"; src: url("{{ folder }}/{{ face.file }}");
  {%- if face.bold %} font-weight: bold;{% endif %} }
{% endfor %}
{% if pisa %}
@page { size: a4; @frame content { left: 50pt; top: 50pt; width: 495pt; height: 730pt; }
  @frame foot { -pdf-frame-content: foot; left: 50pt; top: 800pt; width: 495pt; height: 14pt; } }
{% else %}
@page { size: a4; margin: 50pt;
  @bottom-left { content: "Page " counter(page) " of " counter(pages); font-size: 7.5pt; } }
{% endif %}
html { font-family: {% for family in families %}"{{ family }}"{{ ", " if not loop.last }}{% endfor %}; }
body { font-size: 9pt; margin: 0; }
h1, h2, p { margin: 0 0 4pt 0; }
table { width: 100%; table-layout: fixed; border-collapse: collapse; overflow-wrap: anywhere; }
p.figure { font-size: 20pt; }
img.chart { width: 495pt; }
td.tile { border: 1px solid #cccccc; padding: 5pt; vertical-align: top; }
th.head { border: 1px solid #cccccc; padding: 2.5pt 1.5pt; font-size: 6.8pt; text-align: left; background: #eeeeee; }
td.text { border: 1px solid #cccccc; padding: 2.5pt 1.5pt; font-size: 7.2pt; text-align: left; }
td.number { border: 1px solid #cccccc; padding: 2.5pt 1.5pt; font-size: 7.2pt; text-align: right; }
</style></head><body>
{% if pisa %}<div id="foot">Page <pdf:pagenumber/> of <pdf:pagecount/></div>{% endif %}
<h1>{{ title }}</h1><p>{{ when }}</p>
<table><tr>{% for tile in tiles %}
<td class="tile"><p>{{ tile.label }}</p><p class="figure">{{ tile.value }} {{ tile.unit }}</p>
<p>{{ tile.note }}</p></td>
{% endfor %}</tr></table>
{% for chart in charts %}
<p><img class="chart" src="data:image/{{ chart.kind }};base64,{{ chart.body|base64 }}"></p>{% endfor %}
<h2>Attendees</h2>
<table repeat="1"><thead><tr>{% for column in table.columns %}
<th class="head" style="width: {{ (100 * column.width / table.columns|sum("width"))|round(1) }}%">{{ column.head }}<br>
{{- column.unit }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in table.rows %}
<tr>{% for cell in row %}
<td class="{{ "number" if table.columns[loop.index0].numeric else "text" }}">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></body></html>"""


@dataclass(frozen=True)
class Content:
    """What all engines print."""

    title: str
    when: str
    tiles: list[Tile]
    charts: list[pictures.Picture]
    table: Table


def content(summary: Summary) -> Content:
    view = build_view(summary, LOOK)
    assert view.attendees
    table = attendees.everybody(view.attendees, figures.tick(summary.session.duration_minutes))
    return Content(view.room, view.when, list(view.tiles), list(pictures.pictures(view, LOOK).values()), table)


def html(content: Content, *, pisa: bool = False) -> str:
    """The page, for xhtml2pdf (pisa) or for whatever knows CSS for paged media."""
    environment = jinja2.Environment(autoescape=True)
    environment.filters["base64"] = lambda body: base64.b64encode(body).decode()
    template = environment.from_string(PAGE)
    folder, faces, families = templates.fonts_dir(), fonts.FACES, fonts.FAMILIES
    return template.render(vars(content), pisa=pisa, folder=folder, faces=faces, families=families)
