"""The sections of an email below its figures: polls, follow-up lists, the recording, moments, notes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mail_parts import LETTER, parsed, plain, rich

from debrief.documents.mail.report import Attachment
from debrief.model import Metric, Summary, Tier
from support import summaries


def with_polls(*rows: dict) -> Summary:
    section = {"scope": "session", "since": None, "later_sessions": False, "rows": list(rows)}
    base = summaries.few()
    return replace(base, sections={**base.sections, "polls": section})


def poll(question: str, votes: list[int], kind: str = "Single answer", correct: int = -1) -> dict:
    people = sum(votes)
    rows = [
        {"answer": f"Answer {place}", "participants": count, "rate": count / people if people else None}
        | {"correct": place == correct}
        for place, count in enumerate(votes)
    ]
    return {"question": question, "type": kind, "participants": people, "counted": "new", "answers": rows}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (poll("Why?", [1, 2, 0], correct=1), "Answer 1 (correct): 67% of 3 people"),
        (poll("Why?", [2, 2, 0]), "Answer 0 and Answer 1: 50% of 4 people each"),
        (poll("Why?", [2, 2, 2]), "3 answers were equally frequent, with 2 of 6 people each."),
        (poll("Why?", [0, 0]), "Nobody answered."),
        ({**poll("Why?", [], "Open ended"), "participants": 315}, "315 people took part. Kaltura lists no answers."),
        ({**poll("Why?", [0, 0]), "participants": 4}, "4 people took part. Kaltura lists no answers."),
        (poll("Why?", [1], "Open ended"), "1 person wrote an answer."),
        (poll("Why?", [1, 3], "Rating scale"), "Rated Answer 1: 75% of 4 people"),
        (poll("<b>Why</b>?", [1]), "Answer 0: 100% of 1 person"),
    ],
)
def test_each_poll_is_shown_by_its_top_answer(row: dict, words: str) -> None:
    for part in (plain(with_polls(row)), rich(with_polls(row)).text_content()):
        assert row["question"] in part
        assert words in part


def test_many_polls_are_cut_and_that_is_said_and_none_are_no_heading() -> None:
    many = with_polls(*[poll(f"Question {place}?", [1]) for place in range(11)])
    for part in (plain(many), rich(many).text_content()):
        assert "Question 7?" in part
        assert "Question 8?" not in part
        assert "3 more polls in the report." in part
    assert "Polls" not in plain(with_polls())
    unknown = replace(many, sections={**many.sections, "polls": {"unavailable": "The chat did not answer."}})
    assert "Polls" not in plain(unknown)


def segments(*rows: dict) -> Summary:
    base = summaries.few()
    return replace(base, sections={**base.sections, "segments": {"rows": list(rows), "people": 3, "staff": 0}})


LISTS = segments(
    {"key": "left-early", "people": 197, "formula": "x", "file": "a.csv"},
    {"key": "asked-a-question", "people": 1, "formula": "x", "file": "b.csv"},
    {"key": "came-back", "people": 0, "formula": "x", "file": "c.csv"},
    {"key": "first-time", "unavailable": "not known"},
)
LINKS = {"left-early": "https://x.org/r/t/left-early", "asked-a-question": "https://x.org/r/t/asked-a-question"}


def test_follow_up_lists_with_people_are_counted_and_linked() -> None:
    document = rich(LISTS, replace(LETTER, list_links=LINKS))
    linked = {link.text_content(): link.get("href") for link in document.xpath("//a") if "/t/" in link.get("href")}
    assert linked == {
        "1 asked a question": LINKS["asked-a-question"],
        "197 were there for ten minutes or less": LINKS["left-early"],
    }
    assert "came back" not in document.text_content()


@pytest.mark.parametrize("tier", ["names", "totals"])
def test_recipients_who_may_not_see_the_lists_get_the_counts_without_a_link(tier: Tier) -> None:
    document = rich(LISTS, replace(LETTER, list_links=LINKS, tier=tier))
    assert "197 were there for ten minutes or less" in document.text_content()
    assert not [href for href in document.xpath("//@href") if "/t/" in href]


def test_a_recording_is_named_with_its_id_and_an_unknown_one_with_the_reason() -> None:
    base = summaries.few()
    row = {"entry_id": "1_rec", "name": "Talk <1>", "plays": 81, "viewers": 1}
    for section, words in (
        ({"entries": [row], "viewers": [], "plays_by_day": []}, "Talk <1>, in Kaltura as 1_rec: 81 plays by 1 person."),
        ({"unavailable": "There is no recording."}, "There is no recording."),
    ):
        made = replace(base, sections={**base.sections, "recordings": section})
        for part in (plain(made), rich(made).text_content()):
            assert words in part


def test_the_strongest_moment_is_the_one_with_the_most_reactions() -> None:
    base = summaries.few()
    row = {"from": "2026-11-17T09:20:00Z", "to": "2026-11-17T09:23:00Z", "total": 41, "top": "heart", "counts": {}}
    made = replace(base, sections={**base.sections, "reactions": {"total": 41, "by_kind": {}, "moments": [row]}})
    assert "Strongest moment: 10:20\N{EN DASH}10:23, 41 reactions, most often Heart." in plain(made)


def test_the_lists_that_help_most_come_first_and_staff_is_explained_once() -> None:
    lists = segments(
        *({"key": key, "people": 3, "file": f"{key}.csv"} for key in ("stayed-to-the-end", "first-time", "left-early")),
        {"key": "used-to-come", "people": 2, "file": "used-to-come.csv"},
        {"key": "most-engaged", "people": 12, "file": "most-engaged.csv"},
        {"key": "asked-a-question", "people": 5, "file": "asked-a-question.csv"},
    )
    words = plain(lists)
    order = (
        "5 asked a question",
        "12 were the most engaged (top tenth)",
        "3 were there for ten",
        "2 usually come but were absent",
        "3 were here",
    )
    places = [words.index(line) for line in (*order, "3 stayed to the end")]
    assert places == sorted(places)
    assert words.count("Organizers and staff count as attendees, but are on no list.") == 1


def test_engaged_is_defined_once_and_unidentified_minutes_are_the_last_note() -> None:
    words = plain(summaries.rich())
    assert words.count("Engaged: the session\N{RIGHT SINGLE QUOTATION MARK}s tab was in focus or full screen") == 1
    notes = words.split("Notes", 1)[1].split("Report: ")[0]
    assert "whom Kaltura could not identify" in [line for line in notes.splitlines() if line.startswith("- ")][-1]
    unknown = replace(
        summaries.rich(), metrics={**summaries.rich().metrics, "engagement_rate": lost("engagement_rate")}
    )
    assert "Engaged:" not in plain(unknown)


def lost(key: str) -> Metric:
    return replace(summaries.rich().metrics[key], value=None, reason="no minutes were watched")


def test_the_link_to_the_summary_says_whether_it_is_attached() -> None:
    letter = replace(LETTER, file_links=[("Report as PDF", "https://r.example.org/pdf")])
    pdf = Attachment("report.pdf", "application/pdf", b"%PDF-")
    assert rich(summaries.rich(), letter).xpath("string(//a[@href='https://r.example.org/pdf'])") == "Report as PDF"
    html = parsed(summaries.rich(), letter, pdf).get_body(("html",))
    assert html is not None
    assert "Report as PDF (attached)</a>" in html.get_content()


def test_the_ids_are_a_reference_for_support() -> None:
    session = summaries.rich().session
    assert f"Reference for support: session {session.cue_point_id}, room {session.entry_id}" in plain(summaries.rich())
