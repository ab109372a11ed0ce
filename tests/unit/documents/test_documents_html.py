"""The report as a web page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from debrief.documents import templates
from debrief.documents.html.report import render_html
from debrief.model import Metric, Summary
from support import summaries
from support.pages import LOOK, page, text

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("make", [summaries.rich, summaries.webinar, summaries.nobody])
def test_the_same_summary_gives_the_same_bytes(make: Callable[[], Summary]) -> None:
    assert render_html(make(), LOOK) == render_html(make(), LOOK)


def test_the_head_says_what_when_who_and_how_final() -> None:
    words = text(summaries.few())
    assert "Tue 17 November 2026, 10:00\N{EN DASH}11:02 CET (Europe/Berlin)" in words
    assert "62.0 min" in words
    assert "Host: Dr. Marta Kowalska" in words
    assert "Session report \N{MIDDLE DOT} Final" in words
    assert "Updated" in words


def test_every_main_figure_has_a_unit_and_says_what_it_is_a_share_of() -> None:
    for tile in page(summaries.rich()).xpath("//dl[@class='tiles']/div"):
        assert tile.xpath(".//span[@class='unit']")[0].text_content()
        assert tile.xpath("./dd[@class='note']")[0].text_content()


def test_names_are_text_whatever_they_hold() -> None:
    document = page(summaries.rich())
    assert len(document.xpath("//script")) == 2
    assert not document.xpath("//img | //b[contains(., 'corner')]")
    assert "{{ 7 * 7 }} {% raw %} ${x}" in text(summaries.rich())
    assert "<script>alert('x')</script>" in text(summaries.rich())


def _digest(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def test_the_page_has_one_place_for_the_links_that_the_portal_adds() -> None:
    hostile = replace(summaries.few(), session=replace(summaries.SESSION, entry_name="</header>\n"))
    for summary in (summaries.webinar(), summaries.nobody(), hostile):
        assert render_html(summary, LOOK).count(b"</header>\n") == 1


def test_the_page_may_load_nothing_and_its_style_and_script_are_named_by_hash() -> None:
    document = page(summaries.webinar())
    policy = document.xpath("//meta[@http-equiv='Content-Security-Policy']")[0].get("content")
    (style,), (script,) = document.xpath("//style"), document.xpath("//script[not(@type)]")
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{_digest(style.text)}'; script-src 'sha256-{_digest(script.text)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    assert not document.xpath("//*[@style or @src or @srcset or @action or @data or starts-with(@href, 'http')]")
    assert not document.xpath("//@*[starts-with(name(), 'on')] | //iframe | //object | //embed | //link | //base")


def test_the_script_makes_elements_from_no_text() -> None:
    script = templates.source("report/report.js")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|fetch|XMLHttp|import", script
    )
    assert "</" not in script


def test_every_table_has_a_caption_and_every_head_a_scope() -> None:
    document = page(summaries.webinar())
    assert all(table.xpath("./caption") for table in document.xpath("//table"))
    assert all(head.get("scope") in {"col", "row"} for head in document.xpath("//th"))


def test_the_chart_has_its_figures_as_a_table() -> None:
    rows = page(summaries.few()).xpath("//*[@id='stayed']//details//tbody/tr")
    people = [int(row.xpath("./td")[0].text_content()) for row in rows]
    assert sum(people) == 3


def test_ids_are_unique_and_every_reference_leads_somewhere() -> None:
    document = page(summaries.webinar())
    ids = document.xpath("//@id")
    led = [*document.xpath("//@aria-labelledby | //@for | //@aria-describedby"), *document.xpath("//a/@href")]
    assert len(ids) == len(set(ids))
    assert {name.removeprefix("#") for name in led} <= set(ids)


def test_a_session_that_nobody_attended_is_a_calm_page_without_tables() -> None:
    document = page(summaries.nobody())
    assert "Nobody attended this session." in document.text_content()
    assert not document.xpath("//table | //svg | //dl | //nav")
    assert "nan" not in text(summaries.nobody()).lower()


def test_a_part_of_the_attendees_is_said_with_both_numbers() -> None:
    assert "20 of 300 are listed" in text(summaries.crowd(300, shown=20))
    assert "The workbook kept with this report lists all 300." in text(summaries.crowd(300, shown=20))
    assert "Listed here" not in text(summaries.crowd(300))


def test_unidentified_viewers_are_named_and_their_minutes_noted() -> None:
    words = text(summaries.rich())
    assert "could not identify" in words
    assert "Not identified" in words
    assert "could not identify" not in text(summaries.few())


@pytest.mark.parametrize("section", sorted(summaries.webinar().sections.keys() - {"counts"}))
def test_a_section_that_cannot_be_had_is_left_out_and_the_reason_is_in_one_line(section: str) -> None:
    whole = summaries.webinar()
    broken = replace(whole, sections={**whole.sections, section: {"unavailable": "the report was refused"}})
    assert text(broken).count("the report was refused") == 1


def test_sections_and_metrics_may_be_missing() -> None:
    bare = replace(summaries.few(), sections={}, metrics={})
    assert "Attendees" not in text(bare)


def test_a_metric_without_a_value_shows_its_reason() -> None:
    few = summaries.few()
    lost = Metric(None, "ratio", "minutes engaged", "6001", "no minutes were reported")
    words = text(replace(few, metrics={**few.metrics, "engagement_rate": lost}))
    assert "No minutes were reported" in words
    assert "Minutes engaged. Not available: no minutes were reported" in words


def test_breakouts_without_times_or_participants_are_listed() -> None:
    room = {
        "entry_id": "1_b", "cue_point_id": "1_c", "name": "", "initiator": "", "start": None, "end": None,
        "minutes": None, "participants": None, "engagement_rate": None,
    }  # fmt: skip
    document = page(summaries.summary([summaries.attendee(1, "Ana")], breakouts=[room]))
    cells = [cell.text_content() for cell in document.xpath("//*[@id='breakouts']//tbody/tr/*")]
    dash = "\N{EN DASH}"
    assert cells == ["1_b", f"?{dash}?", dash, dash, dash, dash]


def test_viewers_who_are_all_unidentified_leave_no_empty_chart() -> None:
    unknown = summaries.attendee(1, "", user_id="Unknown", email="", type="")
    stayed = {"people": 0, "bins": [{"from_minutes": 0.0, "to_minutes": 5.0, "people": 0}]}
    viewed = summaries.summary([unknown], minutes_stayed=stayed)
    assert not page(viewed).xpath("//svg[@class='chart']")
    assert "no attendee could be identified" in text(viewed)


def test_a_session_without_duration_or_end_is_printed() -> None:
    still_open = replace(summaries.SESSION, end=summaries.START, entry_name="", host_user_id="")
    words = text(summaries.summary([], session=still_open))
    assert "from Tue 17 November 2026, 10:00 CET" in words
    assert "1_room0001" in words


def test_breakout_minutes_and_mails_have_columns_only_when_there_are_any() -> None:
    rows = [summaries.attendee(1, "Ana", email="")]
    heads = [head.text_content() for head in page(summaries.summary(rows)).xpath("//*[@id='attendees']//thead//th")]
    assert not any("Email" in head or "Breakouts" in head for head in heads)
    assert "Email" in text(summaries.few())


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_has_the_contrast_of_wcag_aa_in_light_dark_and_print() -> None:
    themes = re.findall(r":root \{(.*?)\}", templates.source("report/report.css"), re.DOTALL)
    assert len(themes) == 3
    for theme in themes:
        color = dict(re.findall(r"--(\w+): (#\w{6})", theme))
        assert all(_contrast(color[name], color["paper"]) >= 4.5 for name in ("ink", "quiet", "accent"))
        assert all(_contrast(color[name], color["faint"]) >= 4.5 for name in ("ink", "quiet"))
        assert all(_contrast(color[name], color["paper"]) >= 3 for name in ("bar", "half", "edge"))


def test_every_width_of_a_column_has_its_rule() -> None:
    rules = set(re.findall(r"^\.(w\w+) \{ width", templates.source("report/report.css"), re.MULTILINE))
    used = {name.split()[0] for name in page(summaries.webinar()).xpath("//col/@class")}
    assert used - {"wname"} <= rules


def test_a_long_session_is_counted_in_minutes_throughout() -> None:
    day = replace(summaries.SESSION, end=summaries.START + timedelta(hours=9))
    assert "540.0 min" in text(summaries.summary([summaries.attendee(1, "Ana")], session=day))
