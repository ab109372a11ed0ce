"""The report of a virtual event as page, PDF, table and JSON: complete, safe, the same every time."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html
from pypdf import PdfReader

from debrief.documents.access_tiers import attendee_rows_for, for_tier
from debrief.documents.data.csv_tables import excel_csv
from debrief.documents.data.summary_json import to_json
from debrief.documents.event import chart as event_chart
from debrief.documents.event.html import render_event_html
from debrief.documents.event.pdf import EventPdf
from debrief.documents.event.summary import SCHEMA, event_from_json, event_to_json
from debrief.documents.event.tables import attendee_rows
from debrief.documents.event.view import EventSessionView, build_event_view, event_tiles
from debrief.documents.mail.answers import polls_of
from debrief.documents.presentation import Presentation
from debrief.documents.text.locale_formats import PLAIN
from debrief.errors import BadRequest
from debrief.metrics.event import facts_of, summarize_event
from debrief.model import Finding, Summary
from support import event_samples, summaries

pytestmark = pytest.mark.slow

LOOK = Presentation(ZoneInfo("Europe/Berlin"))


@pytest.fixture(scope="module")
def summary() -> Summary:
    return event_samples.sample()


def page(summary: Summary) -> str:
    return render_event_html(summary, LOOK).decode()


def printed(summary: Summary) -> str:
    return "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(EventPdf(summary, LOOK).full())).pages)


def data_of(html: str) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', html).group(1))


def test_the_page_has_one_place_for_the_links_that_the_portal_adds(summary: Summary) -> None:
    assert page(summary).count("</header>\n") == 1
    assert page(replace(summary, session=replace(summary.session, entry_name="</header>\n"))).count("</header>\n") == 1


def test_no_head_of_a_row_or_column_is_blank(summary: Summary) -> None:
    document = lxml_html.document_fromstring(page(summary))
    assert all(head.text_content().strip() for head in document.xpath("//table[not(ancestor::template)]//th"))


def test_a_list_of_many_people_is_folded_below_the_search(summary: Summary) -> None:
    document = page(summary)
    assert document.index('id="find"') < document.index('<details class="list"') < document.index('id="people"')


def test_the_summary_is_read_as_it_was_written(summary: Summary) -> None:
    body = event_to_json(summary)
    assert json.loads(body)["schema"] == SCHEMA == "debrief.event/1"
    assert json.loads(body)["event"] == {
        "event_id": "77",
        "name": "Autumn customer days 2026",
        "start": "2026-11-17T09:00:00Z",
        "end": "2026-11-20T10:00:00Z",
    }
    again = event_from_json(body)
    assert (again.session, again.metrics, again.warnings) == (summary.session, summary.metrics, summary.warnings)
    assert event_to_json(again) == body


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"schema": "debrief.event/1"}', b'{"schema": 7}', b"\xff"])
def test_a_damaged_summary_is_refused_without_quoting_it(body: bytes) -> None:
    with pytest.raises(BadRequest):
        event_from_json(body)


def test_a_sessions_summary_is_no_event() -> None:
    with pytest.raises(BadRequest, match=r"debrief\.summary/1"):
        event_from_json(to_json(summaries.few()))


def test_the_page_has_sessions_comparison_overlap_and_people(summary: Summary) -> None:
    html = page(summary)
    for words in ("The sessions side by side", "Best and weakest", "Who came to both", "Who came to what"):
        assert f">{words}</h2>" in html
    assert "Ask the engineers &lt;live&gt;" in html
    assert "28 guests who were each seen in one session only" in html
    people = data_of(html)["people"]
    assert len(people["rows"]) == summary.sections["people"]["total"]
    assert [key for key, _ in people["fields"]][5:9] == ["s1", "s2", "s3", "s4"]


def test_hostile_names_are_text_and_nothing_is_loaded(summary: Summary) -> None:
    html = page(summary)
    assert "<script>alert('x')</script>" not in html
    assert "<img src=http" not in html
    assert "&lt;script&gt;" in html
    assert "default-src 'none'" in html
    assert not re.findall(r'(?:src|href)="(?!#)', html)


def test_the_page_and_the_pdf_are_the_same_every_time(summary: Summary) -> None:
    assert render_event_html(summary, LOOK) == render_event_html(summary, LOOK)
    assert EventPdf(summary, LOOK).brief() == EventPdf(summary, LOOK).brief()
    assert EventPdf(summary, LOOK).full() == EventPdf(summary, LOOK).full()


def test_the_pdf_says_what_the_page_says(summary: Summary) -> None:
    words = printed(summary)
    html = page(summary)
    for tile in build_event_view(summary, LOOK).tiles:
        assert tile.value in words
        assert tile.value in html
    for words_ in ("The sessions side by side", "Who came to both", "Who came to what", "Page 1 of"):
        assert words_ in words


def test_a_list_that_is_cut_says_so_in_both_with_both_numbers() -> None:
    summary = event_samples.sample(listed=10)
    for words in (page(summary), " ".join(printed(summary).split())):
        assert "10 of 118 are listed" in words
        assert "The workbook kept with this report lists all 118." in words


def test_an_event_of_many_sessions_has_no_column_for_each() -> None:
    summary = event_samples.sample(15, 40, hours=3)
    html = page(summary)
    assert 'data-key="s1"' not in html
    assert 'data-fact="s15"' in html
    assert "12 of 15 sessions" in html
    assert re.search(r"S1: \d+\.\d, S", printed(summary))


def test_nobody_at_all_is_one_calm_sentence_and_no_list() -> None:
    summary = event_samples.nobody()
    for words in (page(summary), printed(summary)):
        assert "Nobody attended this event." in words
    assert 'id="attendees"' not in page(summary)


def test_names_show_no_address_and_no_id(summary: Summary) -> None:
    seen = for_tier(summary, "names")
    for words in (page(seen), printed(seen)):
        assert "example.org" not in words.replace("127.0.0.1", "")
        assert "José Ñandú" in words
    rows = attendee_rows(summary.sections["sessions"]["rows"], summary.sections["people"]["rows"])
    body = excel_csv(attendee_rows_for(rows, "names")).decode("utf-8-sig")
    assert "example.org" not in body
    assert "José Ñandú" in body


def test_totals_name_nobody(summary: Summary) -> None:
    seen = for_tier(summary, "totals")
    for words in (page(seen), printed(seen)):
        assert "José Ñandú" not in words
        assert "118" in words
        assert "Who came to both" in words


def test_the_table_has_a_row_a_person_and_a_column_a_session(summary: Summary) -> None:
    rows = attendee_rows(summary.sections["sessions"]["rows"], summary.sections["people"]["rows"])
    body = excel_csv(rows)
    assert body.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(read) == 118
    heads = [name for name in read[0] if name.startswith("S")]
    assert heads[2] == "S3 Ask the engineers <live> (1_cue00002), minutes"
    for person in read:
        there = [float(person[head]) for head in heads if person[head]]
        assert int(person["sessions"]) == len(there)
        assert float(person["minutes_total"]) == pytest.approx(sum(there))
    assert not [one for person in read for one in person.values() if one[:1] in {"=", "+", "-", "@", "\t"}]


def test_a_bar_is_split_into_new_people_and_those_seen_before(summary: Summary) -> None:
    view = build_event_view(summary, LOOK)
    chart = event_chart.visitors(view.session_list)
    assert chart.count('class="bar"') == 4
    assert chart.count('class="again"') == 3
    assert ">S4<" in chart


def test_times_are_in_the_readers_zone(summary: Summary) -> None:
    assert "Tue 17 Nov, 10:00" in page(summary)
    assert "Tue 17 Nov, 01:00" in render_event_html(summary, Presentation(ZoneInfo("America/Los_Angeles"))).decode()


def of_many(count: int = 60) -> Summary:
    """An event of many sessions, whose every table is longer than the summary shows."""
    poll = {"question": "Why? " * 30, "type": "Single answer", "participants": 9, "counted": "new"}
    answer = {"answer": "Because " * 30, "participants": 9, "rate": 1.0, "correct": False}
    places = [{"code": None, "name": f"Country {n}", "live_viewers": n, "recording_viewers": 0} for n in range(40)]
    devices = [{"device": f"Device {n}", "live_viewers": n, "recording_viewers": 1} for n in range(9)]
    sections = {
        "polls": {"rows": [{**poll, "answers": [answer] * 4}] * 3},
        "countries": {"rows": places},
        "devices": {"rows": devices},
    }
    made = [
        replace(one, session=replace(one.session, entry_name="A long name of a session " * 4), sections=sections)
        for number in range(count)
        for one in [event_samples.session(number, event_samples._crowd(number, 40), hours=2)]
    ]
    findings = [Finding("SESSIONS_MISSING", f"Note {n} of the event is long. " * 4) for n in range(12)]
    return summarize_event(event_samples.EVENT, facts_of(made), attendee_limit=50, findings=findings)


def test_the_summary_has_at_most_four_pages_and_the_full_report_has_what_it_lacks(summary: Summary) -> None:
    for made in (summary, of_many(), event_samples.nobody()):
        report = EventPdf(made, LOOK)
        brief, full = (PdfReader(io.BytesIO(body)) for body in (report.brief(), report.full()))
        assert len(brief.pages) <= 4
        words = " ".join(" ".join(one.extract_text() for one in brief.pages).split())
        assert "The full report has" in words
        assert "How each figure is computed" not in words
        assert "Definitions" in " ".join(one.extract_text() for one in full.pages)


def test_a_nearly_empty_last_page_of_the_summary_is_avoided_by_less_space_between_sections() -> None:
    def pages(note: str) -> list[str]:
        made = replace(of_many(3), warnings=[Finding("SESSIONS_MISSING", note)] * 3)
        return [one.extract_text() for one in PdfReader(io.BytesIO(EventPdf(made, LOOK).brief())).pages]

    short = pages("A note of this event. " * 5)  # with the usual space, only the reference is on a fourth page
    assert len(short) == 3
    assert "Reference for support" in short[-1]
    assert len(pages("A note of this event. " * 30)) == 4  # too much for three pages


def test_the_event_shows_journeys_polls_places_and_what_is_not_known() -> None:
    made = of_many(3)
    one = made.sections["journeys"]
    assert sum(row["people"] for row in one["rows"]) + one["others"]["people"] == one["people"]
    assert made.sections["countries"]["rows"][0]["live_viewers"] == 39 * 3
    assert made.sections["countries"]["rows"][0]["live_share"] is None  # no session knows its live viewers
    html = page(made)
    for words in ("Which sessions people came to", "Polls", "Countries", "Devices"):
        assert f">{words}</h2>" in html
    assert "Not known" not in html
    assert "Not known, because Kaltura did not give it: polls of all sessions" in page(event_samples.sample())


@pytest.mark.parametrize(("people", "words"), [(315, "Kaltura lists no answers"), (0, "Nobody answered")])
@pytest.mark.parametrize("kind", ["Open ended", "Single answer"])
def test_a_poll_without_answers_says_why_on_page_pdf_and_email(kind: str, people: int, words: str) -> None:
    poll = {"question": "One word?", "type": kind, "participants": people, "counted": "new", "session": 0}
    base = event_samples.sample()
    made = replace(base, sections={**base.sections, "polls": {"rows": [{**poll, "answers": []}], "unknown": []}})
    assert page(made).count(words) == 2  # top answers, all answers
    assert words in printed(made)
    assert polls_of([{**poll, "answers": []}], "", PLAIN).lines[0].top.endswith(f"{words}.")


@pytest.mark.parametrize("draw", [event_chart.visitors, event_chart.shares])
def test_bars_of_few_sessions_spread_over_the_whole_chart(draw: Callable[..., str]) -> None:
    sessions = [EventSessionView(f"S{n}", "Talk", 9, 4, 0.5, 0.5) for n in range(1, 4)]
    starts = [float(x) for x in re.findall(r'<rect class="bar" x="([\d.]+)"', draw(sessions))]
    third = event_chart.WIDE.width / 3
    assert [int(x // third) for x in starts] == [0, 1, 2]


def test_no_tier_below_full_has_the_lists_files_and_totals_have_no_written_answers() -> None:
    poll = {"question": "One word?", "type": "Open ended", "participants": 1, "counted": "new", "session": 0}
    answers = [{"answer": "ann@example.org says hi", "participants": 1, "rate": 1.0, "correct": False}]
    lists = [{"key": "came-once", "people": 3, "formula": "Came once.", "file": "follow-up-came-once.csv"}]
    base = event_samples.sample()
    made = replace(
        base,
        sections={
            **base.sections,
            "polls": {"rows": [{**poll, "answers": answers}], "unknown": []},
            "segments": {"people": 3, "staff": 0, "guests_left_out": 0, "rows": lists},
        },
    )
    assert "ann@example.org" in page(made)
    for tier in ("names", "totals"):
        seen = for_tier(made, tier)
        assert "file" not in seen.sections["segments"]["rows"][0]
        assert seen.sections["journeys"] == made.sections["journeys"]
        assert "a link to each list" not in page(seen)
    assert "ann@example.org" not in page(for_tier(made, "totals")) + printed(for_tier(made, "totals"))


def test_a_summary_of_an_earlier_version_has_the_page_it_had(summary: Summary) -> None:
    new = {"journeys", "polls", "countries", "devices", "segments"}
    old = replace(summary, sections={name: one for name, one in summary.sections.items() if name not in new})
    for words in (page(old), printed(old)):
        assert "The sessions side by side" in words
        assert "Which sessions people came to" not in words


def test_an_unknown_figure_has_its_own_reason() -> None:
    sample = event_samples.sample()
    why = "Kaltura gives no engagement rate"
    rate = replace(sample.metrics["engagement_rate"], value=None, reason=why)
    tile = event_tiles(replace(sample, metrics={**sample.metrics, "engagement_rate": rate}))[-1]
    assert tile.note == why


def test_the_text_of_the_second_chart_names_the_file_with_both_figures() -> None:
    drawn = event_chart.shares([EventSessionView("S1", "Keynote", 3, 3, 0.5, 0.5)])
    assert "the workbook has these figures" in drawn
