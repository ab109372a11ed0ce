"""The sections of the Summary page on the web page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from debrief.documents.view.build import build_view
from debrief.model import Metric, Summary
from support import page_sections, summaries
from support.pages import LOOK, cells, data, page, section, text

pytestmark = pytest.mark.slow

DASH = "\N{EN DASH}"


def changed(name: str, **changes: Any) -> Summary:
    """The sample webinar with one section changed."""
    whole = summaries.webinar()
    return replace(whole, sections={**whole.sections, name: {**whole.sections[name], **changes}})


def tiles_of(summary: Summary) -> dict[str, tuple[str, str]]:
    """Every tile by its label: the figure with its unit, and the note."""
    return {
        found.xpath("./dt")[0].text: tuple(part.text_content() for part in found.xpath("./dd"))
        for found in page(summary).xpath("//dl[starts-with(@class, 'tiles')]/div")
    }


@pytest.mark.parametrize(
    ("label", "figure", "note"),
    [
        ("Total viewers", "483people", "live, recording or both"),
        ("Live viewers", "412people", "during the session"),
        ("Recording viewers", "96people", "afterwards"),
        ("Peak live viewers", "354people", "at 10:14; each open device counts"),
        ("Average minutes live", "47.3min", "of live viewers, breakouts not counted"),
        ("Recording plays", "163plays", "times that playback started"),
        ("Live engagement rate", "71.2%", "of the time that people watched live"),
        ("Sent reactions", "38.1%", "of 412 live viewers; 935 reactions"),
        ("Wrote in the chat", "24.6%", "of people logged in to the chat; 512 messages"),
        ("Answered polls", "57.4%", "of people logged in to the chat"),
        ("Opened Q&A threads", "5.2%", "of people logged in to the chat; 31 threads"),
        ("Downloaded attachments", "13.3%", "of 412 live viewers; 88 downloads"),
    ],
)
def test_every_figure_of_the_summary_page_has_its_unit_and_says_what_it_is_a_share_of(
    label: str, figure: str, note: str
) -> None:
    assert tiles_of(summaries.webinar())[label] == (figure, note)


def test_a_figure_that_is_unknown_says_why_and_its_count_is_left_out() -> None:
    whole = summaries.webinar()
    lost = Metric(None, "ratio", "users who wrote", "70001", "nobody logged in to the chat")
    metrics = {key: metric for key, metric in whole.metrics.items() if key != "qna_threads_count"}
    shown = tiles_of(replace(whole, metrics={**metrics, "chat_users_rate": lost}))
    assert shown["Wrote in the chat"] == (DASH, "Nobody logged in to the chat")
    assert shown["Opened Q&A threads"] == ("5.2%", "of people logged in to the chat")


def test_the_viewers_stand_first_where_the_attendee_report_knows_nobody() -> None:
    webcast = summaries.summary([])
    line = page_sections.timeline(webcast.session, 388)
    webcast = replace(webcast, metrics={**webcast.metrics, **page_sections.metrics(webcast.session, line)})
    document = page(webcast)
    assert document.xpath("//section[@id='figures']//dt")[0].text == "Total viewers"
    assert "Nobody attended" not in text(webcast)
    assert "Median stay" not in tiles_of(webcast)


def test_the_timeline_says_when_most_were_there_and_when_half_had_gone() -> None:
    words = section(summaries.webinar(), "timeline").text_content()
    assert "Peak live viewers: 354, in minute 15 (10:14)." in words
    assert "From minute 59 (10:58) on, viewers were fewer than half of the peak." in words


@pytest.mark.parametrize(("minutes", "lost", "last_row"), [(721, 1, DASH), (1442, 2, DASH), (1443, 1, "9")])
def test_the_last_row_of_a_long_session_is_a_dash_if_its_minutes_are_unknown(
    minutes: int, lost: int, last_row: str
) -> None:
    viewers = [9] * (minutes - lost) + [None] * lost
    engagement = [0.5] * (minutes - lost) + [None] * lost
    summary = changed("timeline", viewers=viewers, engagement=engagement, reactions={"clap": viewers})
    *_, before, last = build_view(summary, LOOK).timeline.section.table.rows
    assert (before[2], last[2]) == ("9", last_row)
    assert (last[4] == DASH) == (last_row == DASH)


def test_minutes_without_figures_at_the_end_do_not_say_that_people_left() -> None:
    minutes = len(summaries.webinar().sections["timeline"]["viewers"])
    summary = changed("timeline", viewers=[300] * (minutes - 9) + [None] * 9)
    assert "fewer than half" not in section(summary, "timeline").text_content()


def test_the_marks_of_the_chart_are_explained_and_the_strongest_moment_is_named() -> None:
    words = section(summaries.webinar(), "timeline").text_content()
    assert f"1{DASH}5: the moments with the most reactions (179, 136, 113, 104 and 88), 1 the strongest." in words
    assert f"Strongest moment: 10:52{DASH}10:56, 179 reactions, most often Clap." in words
    assert "Hatched: breakouts." in words


def test_a_moment_with_fewer_than_three_reactions_is_no_mark() -> None:
    rows = [
        {**row, "total": total, "counts": {"clap": total}}
        for total, row in zip((7, 3, 2, 1), summaries.webinar().sections["reactions"]["moments"], strict=False)
    ]
    assert (
        "reactions (7 and 3), 1 the strongest" in section(changed("reactions", moments=rows), "timeline").text_content()
    )
    weak = section(changed("reactions", moments=rows[2:]), "timeline").text_content()
    assert "Strongest moment" not in weak
    assert "moments with the most reactions" not in weak
    assert len(cells(section(changed("reactions", moments=rows), "moments").xpath(".//table")[0])) == 4


def test_the_timeline_has_its_figures_as_a_table_and_as_data_for_every_minute() -> None:
    whole = summaries.webinar()
    (table,) = section(whole, "timeline").xpath(".//table")
    series = data(whole)["timeline"]
    assert len(cells(table)) == len(series["viewers"]) == 62
    assert cells(table)[14] == ["15", "10:14", "354", "83.3", "7"]
    assert [series[key][14] for key in ("minutes", "clock", "viewers", "engagement", "reactions")] == [
        *("15", "10:14"), 354, "83.3%", 7,
    ]  # fmt: skip


def test_a_very_long_session_has_a_table_in_steps_and_data_for_every_minute() -> None:
    minutes = 12_000
    long = changed(
        "timeline",
        viewers=[minute % 7 for minute in range(minutes)],
        engagement=[None if minute % 7 == 0 else 0.5 for minute in range(minutes)],
        reactions={"clap": [1] * minutes, "heart": [0] * minutes},
    )
    (table,) = section(long, "timeline").xpath(".//table")
    assert table.xpath("./caption")[0].text == "The session in steps of 20 minutes"
    assert cells(table)[1] == [f"21{DASH}40", "10:20", "6", "50.0", "20"]
    assert len(cells(table)) == 600
    assert len(data(long)["timeline"]["viewers"]) == minutes


def test_a_minute_without_viewers_has_no_engagement() -> None:
    empty = changed("timeline", viewers=[0, 4], engagement=[None, 1.0], reactions={"clap": [0, 0]})
    (table,) = section(empty, "timeline").xpath(".//table")
    assert cells(table) == [["1", "10:00", "0", DASH, "0"], ["2", "10:01", "4", "100.0", "0"]]


def test_a_timeline_that_nobody_watched_is_left_out() -> None:
    empty = changed("timeline", viewers=[0, 0], engagement=[None, None], reactions={})
    assert "Minute by minute: Kaltura counted no live viewer in any minute." in text(empty)
    assert not page(empty).xpath("//*[@id='timeline']")


def test_times_are_right_when_the_clock_changes_on_the_way() -> None:
    shifted = changed("timeline", **{"from": "2026-10-25T00:58:00Z"})
    assert data(shifted)["timeline"]["clock"][:4] == ["02:58", "02:59", "02:00", "02:01"]


def test_the_top_moments_are_ranked_with_all_their_kinds() -> None:
    (table,) = section(summaries.webinar(), "moments").xpath(".//table")
    kinds = "Clap 94, Heart 60, Smile 12, Wow 8, Thinking 5"
    assert cells(table)[0] == ["1", f"10:52{DASH}10:56", f"53{DASH}56", "179", kinds]
    assert [int(row[3]) for row in cells(table)] == [179, 136, 113, 104, 88]


def test_every_poll_opens_to_all_its_answers() -> None:
    polls = section(summaries.webinar(), "polls").xpath(".//details")
    assert len(polls) == 6
    summary = " ".join(polls[1].xpath("./summary")[0].text_content().split())
    assert summary == "Was möchtet ihr als Nächstes sehen? Multiple answer 171 people"
    assert cells(polls[1].xpath(".//table")[0])[:2] == [["Synchronisierung", "143", "83.6"], ["共有", "97", "56.7"]]


def test_the_correct_answer_is_named_in_words() -> None:
    table = section(summaries.webinar(), "polls").xpath(".//details[3]//table")[0]
    assert cells(table)[1] == ["2006", "Correct", "97", "64.7"]
    assert "Correct" not in section(summaries.webinar(), "polls").xpath(".//details[1]")[0].text_content()


def test_an_open_poll_without_answers_says_so() -> None:
    opened = changed("polls", rows=[{"question": "Why?", "type": "Open ended", "participants": 1, "answers": []}])
    words = section(opened, "polls").text_content()
    assert "1 person" in words
    assert "Kaltura lists no answers" in words


def test_a_blank_answer_or_question_is_a_dash() -> None:
    answer = {"answer": " ", "participants": 1, "rate": 1.0, "correct": False}
    poll = {"question": "\u200b", "type": "Single answer", "participants": 1, "answers": [answer]}
    (found,) = section(changed("polls", rows=[poll]), "polls").xpath(".//details")
    assert cells(found.xpath(".//table")[0]) == [["\N{EN DASH}", "1", "100.0"]]
    assert found.xpath("string(./summary/span[@class='question'])") == "\N{EN DASH}"


def test_a_share_above_one_and_a_share_unknown_are_drawn_within_the_bar() -> None:
    answers = [
        {"answer": "A", "participants": 3, "rate": 1.5, "correct": False},
        {"answer": "B", "participants": 0, "rate": None, "correct": False},
    ]
    poll = {"question": "Q", "type": "Rating scale", "participants": 2, "answers": answers}
    bars = section(changed("polls", rows=[poll]), "polls").xpath(".//svg/rect[@class='bar']/@width")
    assert bars == ["100.0"]


def test_recordings_have_plays_by_day_a_table_each_for_recordings_and_viewers() -> None:
    found = section(summaries.webinar(), "recordings")
    days, entries, viewers = (cells(table) for table in found.xpath(".//table"))
    assert days[0] == ["Tue 17 Nov", "61"]
    assert entries == [
        ["Recording: the whole session", "151", "402", "96", "2,210.5", "41.0"],
        ["1_rec00002", "12", "20", "9", "31.0", DASH],
    ]
    assert viewers[1] == ["user00001", "3", "5", "52.5", "17.5", "77.0"]


def test_more_viewers_of_a_recording_than_are_listed_are_said_with_both_numbers() -> None:
    viewer = summaries.webinar().sections["recordings"]["viewers"][0]
    many = changed("recordings", viewers=[viewer] * 700)
    assert "500 of 700 viewers are listed; summary.json lists all." in text(many)


def test_countries_have_shares_and_open_to_regions_and_cities() -> None:
    found = section(summaries.webinar(), "countries")
    countries, places = (cells(table) for table in found.xpath(".//table"))
    assert countries[0] == ["Germany", "171", "41.5", "40"]
    assert places[:4] == [
        ["Germany", "Berlin", "", "88", "20"],
        ["Germany", "Berlin", "Berlin", "88", "29"],
        ["Germany", "Bayern", "", "83", "20"],
        ["Germany", "Bayern", "München", "61", "20"],
    ]
    assert found.xpath(".//details//table") == found.xpath(".//table")[1:]


def test_of_many_countries_ten_are_shown_and_the_others_folded() -> None:
    row = summaries.webinar().sections["countries"]["rows"][0] | {"regions": []}
    many = [row | {"country": f"Land {number}", "live_share": (41 - number) / 100} for number in range(41)]
    found = section(changed("countries", rows=many), "countries")
    shown, folded = (cells(table) for table in found.xpath(".//table"))
    assert ([row[0] for row in shown], [row[0] for row in folded]) == (
        [f"Land {number}" for number in range(10)],
        [f"Land {number}" for number in range(10, 41)],
    )
    assert found.xpath("./details/summary")[0].text == "The other 31 countries"
    bars = found.xpath(".//details//rect[@class='bar']/@width")
    assert bars[0] == "31.0"


def test_devices_have_shares() -> None:
    (table,) = section(summaries.webinar(), "devices").xpath(".//table")
    assert cells(table)[0] == ["Computer", "322", "78.2", "61"]


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("polls", {"rows": []}, "There were no polls."),
        ("recordings", {"plays_by_day": [], "entries": [], "viewers": []}, "No recording was played."),
        ("countries", {"rows": []}, "Kaltura does not know the country of any viewer."),
        ("devices", {"rows": []}, "Kaltura does not know the kind of device of any viewer."),
        ("breakouts", {"rows": []}, "This session had no breakout rooms."),
        ("reactions", {"total": 0, "by_kind": {}, "moments": []}, "Nobody sent a reaction."),
        ("attendees", {"rows": [], "total": 0, "shown": 0}, "Nobody is listed."),
    ],
)
def test_an_empty_section_is_left_out_and_its_sentence_is_in_the_line_at_the_end(
    name: str, changes: dict[str, Any], sentence: str
) -> None:
    document = page(changed(name, **changes))
    id_ = {"reactions": "moments"}.get(name, name)
    assert not document.xpath(f"//*[@id='{id_}'] | //a[@href='#{id_}']")
    (line,) = document.xpath("//main/*[last()][self::p]")
    assert line.text_content().startswith("Not in this report. ")
    assert line.text_content().count(sentence) == 1


def test_sections_that_are_missing_for_the_same_reason_share_it() -> None:
    nothing = {"unavailable": "no minute-by-minute data"}
    webinar = summaries.webinar()
    without = replace(webinar, sections={**webinar.sections, "timeline": nothing, "reactions": nothing})
    assert "Not in this report. Minute by minute and top moments: no minute-by-minute data." in text(without)
    assert "Not in this report" not in text(webinar)


def test_the_page_is_ordered_by_what_is_asked() -> None:
    ids = [str(id_) for id_ in page(summaries.webinar()).xpath("//main/section/@id")]
    asked = ["figures", "timeline", "polls", "stayed", "moments", "breakouts", "countries", "recordings", "attendees"]
    assert [id_ for id_ in ids if id_ in asked] == asked
    assert ids[-1] == "definitions"


def test_a_list_of_more_than_a_page_is_folded_below_the_search_that_opens_it() -> None:
    for people, is_open in ((3, True), (26, False)):
        found = section(summaries.crowd(people), "attendees")
        (search,) = found.xpath(".//input[@id='find']")
        (folded,) = found.xpath("./details")
        assert search not in folded.iter()
        assert (folded.get("open") is not None) is is_open
        assert f"List of {people} attendees" in folded.xpath("./summary")[0].text_content()
        assert len(folded.xpath(".//tr[@class='person']")) >= people


@pytest.mark.parametrize("make", [summaries.webinar, summaries.few, summaries.nobody])
def test_the_contents_lead_to_every_section(make: Callable[[], Summary]) -> None:
    document = page(make())
    led = [link.removeprefix("#") for link in document.xpath("//nav/details/ul//a/@href")]  # folded on a phone
    sections = document.xpath("//main/section/@id")
    assert set(sections) - set(led) <= {"figures", "group-2"}
    assert led == [name for name in sections if name in led]


def test_every_chart_has_a_table_and_a_name() -> None:
    for chart in page(summaries.webinar()).xpath("//svg[@class='chart']"):
        assert "the table has the same figures" in chart.get("aria-label")
        assert chart.xpath("./ancestor::figure//details//table")


def test_definitions_hold_the_time_of_the_peak_in_the_organizers_zone() -> None:
    rows = cells(section(summaries.webinar(), "definitions").xpath(".//table")[0])
    assert [
        "Time of the peak",
        "10:14 CET",
        "The first minute with the peak number of viewers.",
        "Minute-by-minute report",
    ] in rows
