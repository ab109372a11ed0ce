"""The mail on a virtual event: both parts say the same, and neither says anything about persons."""

from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from debrief.documents.event.mail import event_page, render_event_mail
from debrief.documents.mail.message import Attachment, Letter
from debrief.documents.presentation import Presentation
from debrief.model import Finding, Tier
from support import event_samples
from support.summaries import NAMES

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
LETTER = Letter(
    "Debrief <debrief@example.com>",
    "owner@example.com",
    "You own this virtual event.",
    "Ines Morvan <ines@example.com>",
    [("Report", "https://reports.example.com/r/abc/report")],
    "https://reports.example.com/u/abc",
)


def read(body: bytes) -> EmailMessage:
    return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(body)  # type: ignore[return-value]


def parts(body: bytes) -> list[str]:
    message = read(body)
    return [message.get_body((kind,)).get_content() for kind in ("plain", "html")]


def test_the_subject_is_the_event_its_days_and_how_many_came() -> None:
    message = read(render_event_mail(event_samples.sample(), LOOK, LETTER))
    assert message["Subject"] == (
        "Event report: Autumn customer days 2026, Tue 17 Nov to Fri 20 Nov \N{EN DASH} 118 attendees"
    )
    bare = read(render_event_mail(event_samples.sample(), LOOK, replace(LETTER, has_figure_in_subject=False)))
    assert bare["Subject"] == "Event report: Autumn customer days 2026, Tue 17 Nov to Fri 20 Nov"


def test_both_parts_hold_verdict_figures_sessions_and_links() -> None:
    for words in parts(render_event_mail(event_samples.sample(), LOOK, LETTER)):
        flat = " ".join(words.split())
        for wanted in (
            "118 people came to 4 sessions",
            "76.3",
            "Workshop: sensors",
            "Wed 18 Nov",
            "Average share attended: highest in",
            "https://reports.example.com/r/abc",
        ):
            assert wanted in flat
        assert "You own this virtual event." in flat


def test_bars_are_as_wide_as_sessions_are_large() -> None:
    page = event_page(event_samples.sample(), LOOK, LETTER)
    widths = [bar.new + bar.again for bar in page.sessions]
    assert max(widths) == 100
    people = [int(bar.people) for bar in page.sessions]
    assert sorted(range(4), key=widths.__getitem__) == sorted(range(4), key=people.__getitem__)
    assert page.sessions[0].again == 0
    assert event_page(event_samples.nobody(), LOOK, LETTER).figures == ()


def test_it_names_nobody_and_hostile_titles_are_text() -> None:
    plain, html = parts(render_event_mail(event_samples.sample(), LOOK, LETTER))
    assert not [name for name in NAMES if name in plain or name in html]
    assert "Ask the engineers <live>" not in html
    assert "example.org" not in plain


def test_a_later_mail_says_what_was_added() -> None:
    again = replace(LETTER, previous_figures={"sessions": 3.0, "people": 90.0})
    body = render_event_mail(event_samples.sample(), LOOK, again)
    assert read(body)["Subject"].startswith("Updated: Autumn customer days")
    for words in parts(body):
        assert "Changed since your last email" in words
    plain, _ = parts(body)
    assert "Sessions: 3 before, now 4" in plain
    assert "Attendees: 90 before, now 118" in plain


def test_figures_are_in_the_readers_formats() -> None:
    event = replace(event_samples.sample(), warnings=(Finding("SEVERAL_IDS", "1,250 people came twice."),))
    plain, _ = parts(render_event_mail(event, Presentation(ZoneInfo("Europe/Berlin"), language="de-DE"), LETTER))
    assert "76,3" in plain
    assert "1.250 people came twice." in plain


def test_the_pdf_travels_along_and_the_mail_is_the_same_every_time() -> None:
    pdf = Attachment("event-2026-11-17.pdf", "application/pdf", b"%PDF-1.4")
    body = render_event_mail(event_samples.sample(), LOOK, LETTER, [pdf])
    assert [one.get_filename() for one in read(body).iter_attachments()] == ["event-2026-11-17.pdf"]
    assert body == render_event_mail(event_samples.sample(), LOOK, LETTER, [pdf])


def test_another_revision_is_another_mail() -> None:
    first, second = (read(render_event_mail(event_samples.sample(revision=n), LOOK, LETTER)) for n in (1, 2))
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize("tier", ["full", "names", "totals"])
def test_every_tier_gets_the_same_words(tier: Tier) -> None:
    made = event_page(event_samples.sample(), LOOK, replace(LETTER, tier=tier))
    assert made == event_page(event_samples.sample(), LOOK, LETTER)


def test_only_those_who_may_see_all_get_links_to_lists_of_people() -> None:
    summary = event_samples.sample()
    rows = [{"key": "came-to-all", "people": 7, "formula": "x", "file": "y.csv"}]
    summary = replace(summary, sections={**summary.sections, "segments": {"rows": rows, "people": 9, "staff": 0}})
    linked = replace(LETTER, list_links={"came-to-all": "https://reports.example.com/r/abc/came-to-all"})
    for tier in get_args(Tier):
        for words in parts(render_event_mail(summary, LOOK, replace(linked, tier=tier))):
            assert "7 came to every session" in words
            assert ("/came-to-all" in words) is (tier == "full")


def test_a_session_links_to_its_own_report_if_the_recipient_has_one() -> None:
    summary = event_samples.sample()
    first = summary.sections["sessions"]["rows"][0]["cue_point_id"]
    linked = replace(LETTER, session_links={first: "https://reports.example.com/r/own", "1_x": "https://x.org/no"})
    for words in parts(render_event_mail(summary, LOOK, linked)):
        assert words.count("https://reports.example.com/r/own") == 1
        assert "https://x.org/no" not in words


def test_the_polls_of_all_sessions_are_shown_by_their_top_answers() -> None:
    summary = event_samples.sample()
    answer = {"answer": "Blue", "participants": 3, "rate": 0.75, "correct": False}
    row = {"session": 0, "question": "Which?", "type": "Single answer", "participants": 4, "answers": [answer]}
    summary = replace(summary, sections={**summary.sections, "polls": {"rows": [row], "unknown": []}})
    for words in parts(render_event_mail(summary, LOOK, LETTER)):
        assert "Blue: 75% of 4 people" in words


def test_many_sessions_are_cut_and_that_is_said() -> None:
    body = render_event_mail(event_samples.sample(34, 20, hours=2), LOOK, LETTER)
    made = event_page(event_samples.sample(34, 20, hours=2), LOOK, LETTER)
    assert len(made.sessions) == 30
    for words in parts(body):
        assert "These are the first 30 of 34 sessions; the report has all." in words
        assert len(words.encode()) < 100_000


def test_nobody_came_is_said_plainly() -> None:
    assert event_page(event_samples.nobody(), LOOK, LETTER).verdict == "Kaltura identified nobody in this event."


def test_both_parts_say_what_is_not_compared_and_that_figures_stay() -> None:
    for words in parts(render_event_mail(event_samples.sample(), LOOK, LETTER)):
        flat = " ".join(words.split())
        assert "Better or worse than usual: not known. Reports compare sessions of a room, but not events." in flat
        assert "These figures will not change any more." in flat
        assert "The report of each session says when people left, and has the session" in flat
        assert "new people: they came to no earlier session of this event." in flat
        assert "visits: one person in two sessions counts twice" in flat


def test_guests_who_are_not_on_the_list_of_one_session_are_counted() -> None:
    sample = event_samples.sample()
    rows, letter = [{"key": "came-once", "people": 9, "formula": ""}], replace(LETTER, list_links={})

    def words(left_out: int) -> str:
        changed = {"rows": rows, "people": 10, "staff": 1, "guests_left_out": left_out}
        return parts(
            render_event_mail(replace(sample, sections={**sample.sections, "segments": changed}), LOOK, letter)
        )[0]

    assert "239 guests without an email address are not on the list of people who came to one session." in words(239)
    assert "1 guest without an email address is not on the list of people who came to one session." in words(1)
    assert "not on the list of people who came" not in words(0)
