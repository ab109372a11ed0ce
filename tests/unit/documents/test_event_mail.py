"""The mail on a virtual event: both parts say the same, and neither says anything about persons."""

from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from zoneinfo import ZoneInfo

import pytest

from debrief.documents.event.mail import event_notice, render_event_mail
from debrief.documents.mail.message import Attachment, Letter
from debrief.documents.presentation import Presentation
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


def test_the_subject_is_the_event_and_its_days() -> None:
    message = read(render_event_mail(event_samples.sample(), LOOK, LETTER))
    assert message["Subject"] == "Autumn customer days 2026 \N{EN DASH} Tue 17 November 2026 to Fri 20 November 2026"


def test_both_parts_hold_figures_sessions_and_links() -> None:
    for words in parts(render_event_mail(event_samples.sample(), LOOK, LETTER)):
        flat = " ".join(words.split())
        for wanted in (
            "118 people came",
            "76.3%",
            "best Closing and outlook (72 people), weakest",
            "Workshop: sensors",
            "Wed 18 Nov",
            "https://reports.example.com/r/abc",
        ):
            assert wanted in flat
        assert "You own this virtual event." in flat


def test_it_names_nobody_and_hostile_titles_are_text() -> None:
    plain, html = parts(render_event_mail(event_samples.sample(), LOOK, LETTER))
    assert not [name for name in NAMES if name in plain or name in html]
    assert "Ask the engineers <live>" not in html
    assert "example.org" not in plain


def test_a_later_mail_says_what_was_added() -> None:
    again = replace(LETTER, previous_figures={"sessions": 3.0, "people": 90.0})
    plain, _ = parts(render_event_mail(event_samples.sample(), LOOK, again))
    said = "Since your last email about this event: 4 sessions instead of 3, 118 people instead of 90."
    assert said in " ".join(plain.split())


def test_figures_are_in_the_readers_formats() -> None:
    plain, _ = parts(
        render_event_mail(event_samples.sample(), Presentation(ZoneInfo("Europe/Berlin"), language="de-DE"), LETTER)
    )
    assert "76,3" in plain


def test_the_pdf_travels_along_and_the_mail_is_the_same_every_time() -> None:
    pdf = Attachment("event-2026-11-17.pdf", "application/pdf", b"%PDF-1.4")
    body = render_event_mail(event_samples.sample(), LOOK, LETTER, [pdf])
    assert [one.get_filename() for one in read(body).iter_attachments()] == ["event-2026-11-17.pdf"]
    assert body == render_event_mail(event_samples.sample(), LOOK, LETTER, [pdf])


def test_another_revision_is_another_mail() -> None:
    first, second = (read(render_event_mail(event_samples.sample(revision=n), LOOK, LETTER)) for n in (1, 2))
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize("tier", ["full", "names", "totals"])
def test_every_tier_gets_the_same_words(tier: str) -> None:
    made = event_notice(event_samples.sample(), LOOK, replace(LETTER, tier=tier))
    assert made == event_notice(event_samples.sample(), LOOK, LETTER)


def test_many_sessions_are_cut_and_that_is_said() -> None:
    made = event_notice(event_samples.sample(34, 20, hours=2), LOOK, LETTER)
    assert len(made.rows) == 30
    assert "The table shows the first 30 of 34 sessions; the report has all." in made.notes


def test_nobody_came_is_said_plainly() -> None:
    assert "Nobody came who could be identified." in event_notice(event_samples.nobody(), LOOK, LETTER).lead
