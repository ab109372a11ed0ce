"""What recipients may see who may not see everything."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from debrief.documents.access_tiers import TOTALS_ONLY, attendee_rows_for, for_tier
from debrief.documents.data import csv_tables
from debrief.documents.data.summary_json import to_json
from debrief.documents.html.report import render_html
from debrief.documents.mail.report import Letter, render_mail
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.documents.redaction import WITHHELD
from debrief.model import AttendeeRow, Finding, Person, SessionData, Summary, Tier
from support import summaries

pytestmark = pytest.mark.slow

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
LETTER = Letter("reports@example.org", "ana@example.org", "You asked for it.")
ADDRESS = "qmail{}@planted.example"
LESS: list[Tier] = ["names", "totals"]


def name(number: int) -> str:
    return f"Qname{number} Qfamily{number}"


def person(number: int, kind: str) -> dict[str, Any]:
    """Somebody whose name is one, or only the id or the address over again, or holds the address."""
    user_id, address = f"qid{number}x", ADDRESS.format(number)
    names = {"name": name(number), "id": user_id.upper(), "address": address, "both": f"{name(number)} ({address})"}
    if kind == "address as id":
        user_id = address
    return summaries.attendee(number, names.get(kind, "")) | {"user_id": user_id, "email": address, "title": user_id}


KINDS = ["name", "id", "address", "both", "blank", "address as id"]


def planted(kinds: list[str], *, whole: bool = False) -> Summary:
    """A summary with a person of each kind, and the same persons wherever else one can stand."""
    people = [person(number, kind) for number, kind in enumerate(kinds)]
    base = summaries.webinar(60) if whole else summaries.few()
    rows = [*people, *base.sections["attendees"]["rows"]]
    viewers = [
        {
            "user_id": one["user_id"],
            "name": one["name"] or one["user_id"],
            "plays": 1,
            "impressions": 1,
            "minutes": 2.0,
            "average_minutes": 2.0,
            "completion_rate": 0.5,
        }
        for one in [*people, person(900, "name")]
    ]
    breakouts = [
        base_row | {"initiator": initiator}
        for base_row, initiator in zip(
            summaries.rich(1).sections["breakouts"]["rows"],
            (people[0]["user_id"], people[0]["name"], ADDRESS.format(77), "qid77x"),
            strict=True,
        )
    ]
    answer = {"answer": f"Write to {ADDRESS.format(5)}", "participants": 2, "rate": 1.0, "correct": False}
    poll = {"question": "What did Qasker say?", "type": "Open ended", "participants": 2, "answers": [answer]}
    sections = {
        **base.sections,
        "attendees": {**base.sections["attendees"], "total": len(rows), "shown": len(rows), "rows": rows},
        "recordings": {"plays_by_day": [], "entries": [], "viewers": viewers},
        "breakouts": {"rows": breakouts},
        "polls": {"rows": [poll]},
        "new": {"rows": [{"who": name(0)}], "text": "qid0x"},
    }
    host_id = "qid800x"
    return replace(
        base,
        session=replace(base.session, host_user_id=host_id, entry_name=f"Room of {ADDRESS.format(3)}"),
        host=Person(host_id, name(800), ADDRESS.format(800)),
        sections=sections,
        warnings=(Finding("X", f"Somebody wrote to {ADDRESS.format(6)}."),),
    )


def text_of(summary: Summary, tier: Tier) -> str:
    letter = replace(LETTER, tier=tier)
    mail = render_mail(summary, LOOK, letter).replace(b"=\r\n", b"").decode()
    seen = for_tier(summary, tier)
    return "\n".join((to_json(seen).decode(), render_html(seen, LOOK).decode(), mail)).casefold()


def pdf_of(summary: Summary) -> str:
    return " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(PdfReport(summary, LOOK).full())).pages
    ).casefold()


@settings(max_examples=25)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
def test_names_without_ids_and_addresses(kinds: list[str]) -> None:
    words = text_of(planted(kinds), "names")
    assert "planted.example" not in words
    assert "qid" not in words
    for number, kind in enumerate(kinds):
        if kind in {"name", "both"}:
            assert name(number).casefold() in words
    assert name(800).casefold() in words
    assert name(900).casefold() in words


@settings(max_examples=25)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
def test_totals_without_any_person(kinds: list[str]) -> None:
    words = text_of(planted(kinds), "totals")
    assert not [word for word in ("planted.example", "qid", "qname", "qfamily") if word in words]


@pytest.mark.parametrize("tier", LESS)
def test_the_pdf_of_a_copy_keeps_to_it_too(tier: Tier) -> None:
    words = pdf_of(for_tier(planted(KINDS, whole=True), tier))
    assert "planted.example" not in words
    assert "qid" not in words
    assert ("qfamily0" in words) is (tier == "names")


def test_the_whole_summary_is_left_alone() -> None:
    whole = planted(KINDS, whole=True)
    assert for_tier(whole, "full") is whole
    words = text_of(whole, "full")
    assert all(word in words for word in ("planted.example", "qid0x", "qname0", "qasker"))


@pytest.mark.parametrize("tier", LESS)
def test_a_copy_of_a_copy_is_the_same(tier: Tier) -> None:
    once = for_tier(planted(KINDS, whole=True), tier)
    assert for_tier(once, tier) == once


@pytest.mark.parametrize("tier", LESS)
@pytest.mark.parametrize(
    "make", [summaries.webinar, summaries.rich, summaries.nobody], ids=["webinar", "rich", "nobody"]
)
def test_every_figure_stays(tier: Tier, make: Any) -> None:
    whole = make()
    seen = for_tier(whole, tier)
    assert {key: metric.value for key, metric in seen.metrics.items()} == {
        key: metric.value for key, metric in whole.metrics.items()
    }
    for section in ("timeline", "countries", "devices", "minutes_stayed", "reactions"):
        assert (section in seen.sections) == (section in whole.sections)
    assert render_html(seen, LOOK)


SECTIONS = (
    *("attended", "attended_span", "attendees", "breakouts", "countries", "counts", "devices", "earlier"),
    *("minutes_stayed", "overlap", "people", "polls", "reactions", "recordings", "segments", "sessions"),
    *("standouts", "timeline"),
)


@pytest.mark.parametrize("tier", LESS)
def test_a_copy_keeps_every_section_that_is_known_and_no_other_and_each_with_its_reason(tier: Tier) -> None:
    reason = {"unavailable": "Kaltura did not answer."}
    whole = replace(summaries.few(), sections=dict.fromkeys((*SECTIONS, "new"), reason))
    seen = for_tier(whole, tier).sections
    lists = {"attendees", "people"} if tier == "totals" else set()
    assert seen == {name: {"unavailable": TOTALS_ONLY} if name in lists else reason for name in SECTIONS}


@pytest.mark.parametrize("tier", LESS)
def test_a_copy_keeps_the_counts_of_lists_for_follow_up_without_their_files(tier: Tier) -> None:
    row = {"name": "Left early", "people": 3, "file": "left-early.csv"}
    seen = for_tier(replace(summaries.few(), sections={"segments": {"rows": [row]}}), tier)
    assert seen.sections == {"segments": {"rows": [{"name": "Left early", "people": 3}]}}


def test_the_host_of_a_copy_has_a_name_and_neither_id_nor_address() -> None:
    seen = for_tier(planted(["name"]), "names")
    assert seen.host == Person("", name(800))
    assert seen.session.host_user_id == ""
    assert for_tier(planted(["name"]), "totals").host is None


def test_totals_say_why_there_is_no_list_and_how_many_would_be_in_it() -> None:
    seen = for_tier(summaries.webinar(), "totals")
    assert seen.sections["attendees"] == {"unavailable": TOTALS_ONLY, "total": 143}
    assert TOTALS_ONLY in render_html(seen, LOOK).decode()
    assert "Nobody attended" not in render_html(seen, LOOK).decode()


def test_totals_keep_plays_breakouts_and_the_counts_of_polls() -> None:
    seen = for_tier(summaries.webinar(), "totals")
    whole = summaries.webinar().sections
    assert seen.sections["recordings"]["plays_by_day"] == whole["recordings"]["plays_by_day"]
    assert [row["participants"] for row in seen.sections["breakouts"]["rows"]] == [9, 10, 11, None]
    polls = {row["type"]: row for row in seen.sections["polls"]["rows"]}
    assert [one["answer"] for one in polls["Open ended"]["answers"]] == ["Written answers are not shown in this copy."]
    assert [one["answer"] for one in polls["Single answer"]["answers"]] == [
        one["answer"] for row in whole["polls"]["rows"] if row["type"] == "Single answer" for one in row["answers"]
    ]


@pytest.mark.parametrize(("participants", "rate"), [(2, 1.0), (0, None), (None, None)])
def test_what_people_wrote_into_a_poll_is_one_answer_of_all_who_took_part(
    participants: int | None, rate: float | None
) -> None:
    whole = planted(["name"])
    poll = whole.sections["polls"]["rows"][0] | {"participants": participants}
    seen = for_tier(replace(whole, sections={**whole.sections, "polls": {"rows": [poll]}}), "totals")
    ((answer,),) = [row["answers"] for row in seen.sections["polls"]["rows"]]
    assert (answer["participants"], answer["rate"], answer["correct"]) == (participants, rate, False)


def test_names_keep_titles_companies_and_kinds_of_people() -> None:
    whole = planted(["name", "id"])
    rows = whole.sections["attendees"]["rows"]
    words = [row | {"title": "Head of Sales", "company": f"Acme {place}"} for place, row in enumerate(rows)]
    sections = {**whole.sections, "attendees": {**whole.sections["attendees"], "rows": words}}
    seen = for_tier(replace(whole, sections=sections), "names").sections["attendees"]["rows"]
    for key in ("title", "company", "type"):
        assert [row[key] for row in seen] == [row[key] for row in words]


def test_a_person_without_any_id_stays_nobody_in_particular() -> None:
    whole = planted(["name"])
    nobody = whole.sections["attendees"]["rows"][0] | {"user_id": None, "name": "Nemo Nobody"}
    sections = {**whole.sections, "attendees": {"total": 1, "shown": 1, "rows": [nobody]}}
    (seen,) = for_tier(replace(whole, sections=sections), "names").sections["attendees"]["rows"]
    assert (seen["user_id"], seen["name"], seen["email"]) == ("", "Nemo Nobody", "")


def test_names_keep_one_number_for_one_person_throughout() -> None:
    seen = for_tier(planted(["blank", "id"]), "names").sections
    by_id = [row["user_id"] for row in seen["attendees"]["rows"][:2]]
    assert by_id == ["attendee 1", "attendee 2"] == [row["user_id"] for row in seen["recordings"]["viewers"][:2]]


def test_an_unidentified_viewer_stays_unidentified() -> None:
    seen = for_tier(summaries.rich(), "names").sections["attendees"]["rows"]
    assert [row["user_id"] for row in seen].count("Unknown") == 1


HEADER = (*AttendeeRow._fields, *csv_tables.ADDED_COLUMNS)


def csv_rows() -> list[csv_tables.Row]:
    people = [
        AttendeeRow("1_r", "1_c", "ann", "Ann Lee", "ann@planted.example", "User", "3", "0.5"),
        AttendeeRow("1_r", "1_c", "ann", "ANN", "ann@planted.example", "User", "4", "0.5"),
        AttendeeRow("1_r", "1_c", "bo@planted.example", "bo@planted.example", "", "Guest", "4", "0.5"),
        AttendeeRow("1_r", "1_c", "Unknown", "Unknown", "", "", "9", ""),
        AttendeeRow("1_r", "1_c", "", "", "", "", "9", ""),
    ]
    session = summaries.SESSION
    added = {"bo@planted.example": ("", "Head (bo@planted.example)", *[""] * 10)}
    return csv_tables.attendees(SessionData(session, attendees=people), added)


def test_the_names_csv_keeps_its_columns_and_which_rows_are_one_persons() -> None:
    rows = attendee_rows_for(csv_rows(), "names")
    assert rows[0] == HEADER
    assert len(rows) == 6
    assert [(row[2], row[3], row[4]) for row in rows[1:]] == [
        ("", "", ""),
        ("Unknown", "Unknown", ""),
        ("attendee 1", "", ""),
        ("attendee 1", "Ann Lee", ""),
        ("attendee 2", "", ""),
    ]
    body = csv_tables.excel_csv(rows).decode("utf-8-sig")
    assert "planted" not in body
    assert f"Head ({WITHHELD})" in body


def test_the_other_tiers_of_the_csv_are_everything_and_the_header() -> None:
    assert attendee_rows_for(csv_rows(), "full") == list(csv_rows())
    assert attendee_rows_for(csv_rows(), "totals") == [HEADER]
    assert attendee_rows_for([], "names") == []
