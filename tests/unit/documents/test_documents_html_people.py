"""The attendees on the web page: rows to read, data for the script."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from debrief.documents import templates
from debrief.documents.charts import heatmap
from debrief.documents.html.report import render_html
from debrief.model import Summary
from support import summaries
from support.pages import LOOK, data, page, section, text

pytestmark = pytest.mark.slow

AWKWARD = "</script><script>alert(1)</script><!-- ]]> \u2028 {{ 1 }} \\u003c &lt;"


def one(**changes: Any) -> Summary:
    """A session of one attendee."""
    row = summaries.attendee(1, "Ana Souza", minutes=41.25, engagement_rate=0.6666) | changes
    return summaries.summary([row])


def facts(summary: Summary) -> dict[str, str]:
    """Return the text below the first attendee."""
    pairs = page(summary).xpath("(//tr[@class='more'])[1]//dl/div")
    return {pair[0].text_content(): " ".join(pair[1].text_content().split()) for pair in pairs}


def person(summary: Summary) -> dict[str, Any]:
    """The first attendee as the script gets it, by field."""
    people = data(summary)["people"]
    return dict(zip((key for key, _ in people["fields"]), people["rows"][0], strict=False))


def test_a_row_has_the_name_with_title_and_company_and_the_figures() -> None:
    known = {"title": "Head of Learning", "company": "Acme", "reactions": 1204, "chat_messages": 0, "polls_answered": 2}
    (row,) = section(one(**known), "attendees").xpath(".//tbody/tr[@class='person']")
    words = [cell.text_content().strip() for cell in row]
    assert words == [*("Ana SouzaHead of Learning, Acme", "user00001@example.org", "41.3", "66.7", "1,204", "0", "2")]


def test_what_is_known_of_a_person_is_below_and_what_is_not_is_left_out() -> None:
    known = {"role": "Marketing", "raised_hands": 2, "qna_threads": 0, "attachments_downloaded": 3, "title": None}
    assert facts(one(**known, known_to="6001")) == {
        "Type": "User",
        "Role": "Marketing",
        "Email": "user00001@example.org",
        "Minutes": "41.3 min",
        "Engagement": "66.7%",
        "Q&A threads opened": "0",
        "Attachments downloaded": "3",
        "Hands raised": "2",
        "Note": "Known from the attendee report only: the Summary page does not list this person.",
    }


def test_columns_that_nobody_has_anything_in_are_left_out() -> None:
    heads = section(one(email=""), "attendees").xpath(".//thead//th/@data-key")
    assert heads == ["name", "minutes", "engagement"]
    heads = section(one(reactions=0, breakout_minutes=3.0), "attendees").xpath(".//thead//th/@data-key")
    assert heads == ["name", "email", "minutes", "engagement", "breakout_minutes", "reactions"]


def test_the_data_has_every_attendee_and_the_page_the_first_hundred() -> None:
    many = summaries.webinar(300)
    assert len(data(many)["people"]["rows"]) == 303
    assert len(page(many).xpath("//table[@id='people']//tr[@class='person']")) == 100
    assert (
        "Without script this page shows the first 100 of 303. The workbook kept with this report lists all people."
        in text(many)
    )
    assert "Without script" not in text(summaries.few())


def test_rows_and_data_say_the_same() -> None:
    whole = summaries.webinar()
    people = data(whole)["people"]
    digits = dict(people["fields"])
    for row, values in zip(
        page(whole).xpath("//table[@id='people']//tr[@class='person']"), people["rows"], strict=False
    ):
        original = dict(zip(digits, values, strict=False))
        for cell in row.xpath("./td"):
            value, decimals = original[cell.get("data-cell")], digits[cell.get("data-cell")]
            printed = "\N{EN DASH}" if value is None or value == "" else value
            if isinstance(value, int | float):
                printed = f"{value:,.{decimals}f}"
            assert cell.text_content() == printed


def test_data_of_unknown_figures_is_null() -> None:
    assert person(one(minutes=None, engagement_rate=None))["minutes"] is None
    assert person(one())["reactions"] is None


@pytest.mark.parametrize("field", ["name", "email", "title", "company", "role", "industry", "country", "type"])
def test_no_text_of_a_person_ends_the_data_or_becomes_markup(field: str) -> None:
    hostile = one(**{field: AWKWARD})
    raw = render_html(hostile, LOOK).decode()
    document = lxml_html.document_fromstring(raw)
    assert [script.get("type") for script in document.xpath("//script")] == ["application/json", None]
    assert raw.count("<script>alert(1)</script>") == 0
    original = person(hostile)[{"type": "kind"}.get(field, field)]
    assert original.startswith("</script><script>alert(1)</script><!-- ]]>")


@given(st.text(max_size=60))
def test_any_name_at_all_gives_one_page_with_readable_data(name: str) -> None:
    raw = render_html(one(name=name, company=name), LOOK)
    document = lxml_html.document_fromstring(raw.decode())
    assert len(document.xpath("//script")) == 2
    json.loads(document.xpath("//script")[0].text)


def test_a_heatmap_is_drawn_by_height_and_described_in_words() -> None:
    shades = {"rows": [summaries.attendee(1, "Ana") | {"heatmap": "-eeen-"}], "total": 1, "shown": 1,
              "heatmap": {"from": "2026-11-17T09:00:00Z", "step_seconds": 60}}  # fmt: skip
    few = summaries.few()
    mapped = replace(few, sections={**few.sections, "attendees": shades})
    (svg,) = section(mapped, "attendees").xpath(".//tbody//svg")
    assert svg.get("viewbox") == "0 0 6 10"
    assert [path.get("d") for path in svg] == ["M1 0h3V10h-3z", "M4 5h1V10h-1z"]
    assert svg.get("aria-label") == "Heatmap: 3 min engaged, 1 min less engaged, 2 min not there"
    assert data(mapped)["people"]["rows"][0][-1] == [6, "M1 0h3V10h-3z", "M4 5h1V10h-1z", svg.get("aria-label")[9:]]
    assert "Heatmaps (1)" in text(mapped)


def test_a_heatmap_of_other_characters_is_none() -> None:
    assert not section(one(heatmap="ee<script>"), "attendees").xpath(".//tbody//svg")


@given(st.text("en-", min_size=1, max_size=300), st.sampled_from((0.5, 1.0, 2.0)))
def test_the_words_of_a_heatmap_account_for_every_minute(shades: str, step: float) -> None:
    minutes = map(float, re.findall(r"([\d.]+) min", heatmap.in_words(shades, step)))
    assert sum(minutes) == pytest.approx(len(shades) * step)
    assert sum(length for _, _, length in heatmap.runs(shades)) == len(shades)


def test_the_script_copies_rows_that_have_every_field_of_the_data() -> None:
    document = page(summaries.webinar())
    (template,) = document.xpath("//template")
    keys = {key for key, _ in data(summaries.webinar())["people"]["fields"]}
    assert {*template.xpath(".//@data-fact"), "name"} == keys
    assert set(template.xpath(".//@data-cell")) == set(document.xpath("//table[@id='people']//th/@data-key")) - {"name"}
    assert template.xpath(".//button[@aria-expanded='false']")


def test_what_only_works_with_script_is_hidden_without_it() -> None:
    found = section(summaries.webinar(), "attendees")
    assert found.xpath(".//*[@class='tools']/@hidden | .//*[@class='pager']/@hidden") == ["", ""]
    assert not found.xpath(".//table//tbody//button")


def test_every_element_that_the_script_asks_for_is_there() -> None:
    script = templates.source("report/report.js")
    whole = summaries.webinar()
    said = {"transcript": {"language": "en", "rows": [[30.0, 33.0, "Good morning."]]}}
    ids = set(page(replace(whole, sections={**whole.sections, **said})).xpath("//@id"))
    assert set(re.findall(r'byId\("(\w+)"\)', script)) <= ids
    assert {"find", "order", "back", "next", "found"} <= ids


def test_minutes_are_sorted_when_the_page_opens_and_no_other_column() -> None:
    heads = section(summaries.webinar(), "attendees").xpath(".//thead//th[@aria-sort]")
    assert [(head.get("data-key"), head.get("aria-sort")) for head in heads] == [("minutes", "descending")]
