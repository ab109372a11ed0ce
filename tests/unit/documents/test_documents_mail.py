"""The mail to one organizer."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from debrief.documents.mail import Attachment, Letter, render_mail
from debrief.documents.view import Look
from debrief.errors import BadSettings, NoRecipient
from debrief.model import Summary
from support import summaries

LOOK = Look(ZoneInfo("Europe/Berlin"))
LETTER = Letter(
    sender="Debrief <reports@example.org>",
    to="ana@example.org",
    why="You get this because you host this room.",
    files=[("Report", "https://links.example.org/r/abc?x=1&y=2"), ("Attendees", "s3://bucket/reports/attendees.csv")],
)
PDF = Attachment("report.pdf", "application/pdf", b"%PDF-1.4\r\n\x00\xff")


def parsed(summary: Summary, letter: Letter = LETTER, *attachments: Attachment) -> EmailMessage:
    raw = render_mail(summary, LOOK, letter, attachments)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def plain(summary: Summary) -> str:
    part = parsed(summary).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def rich(summary: Summary, letter: Letter = LETTER) -> lxml_html.HtmlElement:
    part = parsed(summary, letter).get_body(("html",))
    assert part is not None
    return lxml_html.document_fromstring(part.get_content())


def test_the_same_mail_has_the_same_bytes_with_crlf_and_short_lines() -> None:
    raw = render_mail(summaries.rich(), LOOK, LETTER, [PDF])
    assert raw == render_mail(summaries.rich(), LOOK, LETTER, [PDF])
    lines = raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 998


def test_the_head_names_one_recipient_the_room_and_the_date_only() -> None:
    message = parsed(summaries.rich())
    assert message["To"] == "ana@example.org"
    assert message["From"] == "Debrief <reports@example.org>"
    assert message["Subject"] == "Kundenforum Frühjahr: what's next for the platform \N{EN DASH} Tue 17 November 2026"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == summaries.SESSION.end
    assert not message.defects


def test_the_message_id_tells_recipients_and_revisions_apart_without_naming_them() -> None:
    few = summaries.few()
    mails = [parsed(few), parsed(few, replace(LETTER, to="bob@example.org")), parsed(replace(few, revision=3))]
    ids = {str(message["Message-ID"]) for message in mails}
    assert len(ids) == 3
    assert all(re.fullmatch("<[0-9a-f]{40}@example.org>", name) for name in ids)


@pytest.mark.parametrize("name", ["Q3\r\nBcc: evil@example.org", "Q3\u2028Bcc: evil@example.org", "\ud800" * 500])
def test_a_room_name_cannot_add_headers(name: str) -> None:
    few = summaries.few()
    message = parsed(replace(few, session=replace(few.session, entry_name=name)))
    assert message["Bcc"] is None
    assert message.get_body(("html",)) is not None


@pytest.mark.parametrize("to", ["", "ana", "a@x.org, b@x.org", "a@x.org\r\nBcc: b@x.org", "Ana <a@x.org>", "ä@x.org"])
def test_a_recipient_that_is_not_one_plain_address_is_refused_without_being_named(to: str) -> None:
    with pytest.raises(NoRecipient) as caught:
        render_mail(summaries.few(), LOOK, replace(LETTER, to=to))
    assert not to or to not in str(caught.value)


@pytest.mark.parametrize("sender", ["", "Debrief", "a@x.org\nBcc: b@x.org, c@x.org"])
def test_a_sender_that_is_no_address_is_a_mistake_of_the_settings(sender: str) -> None:
    with pytest.raises(BadSettings):
        render_mail(summaries.few(), LOOK, replace(LETTER, sender=sender))


def test_text_and_html_give_the_same_five_figures() -> None:
    rows = rich(summaries.rich()).xpath("//td[@align='right']")
    figures = [" ".join(row.text_content().split()) for row in rows]
    assert figures == ["133 people", "43.1 min", "48.1 %", "49.4 %", "4 rooms"]
    words = plain(summaries.rich())
    assert all(figure.replace(" %", "%") in words for figure in figures)


def test_without_breakouts_the_fifth_figure_is_the_guests() -> None:
    assert "Guests: 0 people (of 3 attendees)" in plain(summaries.few())


def test_the_most_viewers_at_once_are_the_fifth_figure_where_they_are_known() -> None:
    words = plain(summaries.webinar())
    assert "Most viewers at once: 354 people (live, in the same minute)" in words
    assert "Breakouts" not in words


def test_of_a_webcast_that_no_room_knows_the_viewers_are_told() -> None:
    webcast = summaries.webinar()
    nobody = replace(webcast.metrics["unique_attendees"], value=0)
    words = plain(replace(webcast, metrics={**webcast.metrics, "unique_attendees": nobody}))
    assert "Live viewers: 412 people (during the session)" in words
    assert "Stayed at least" not in words


def test_a_session_that_nobody_attended_is_said_in_one_sentence() -> None:
    assert "Nobody attended this session." in plain(summaries.nobody())
    assert "Nobody attended this session." in rich(summaries.nobody()).text_content()


def test_the_mail_says_why_it_came_how_final_it_is_and_where_the_files_are() -> None:
    for words in (plain(summaries.rich()), rich(summaries.rich()).text_content()):
        assert "You get this because you host this room." in words
        assert "Provisional" in words
        assert "s3://bucket/reports/attendees.csv" in words
    assert "https://links.example.org/r/abc?x=1&y=2" in plain(summaries.rich())


def test_only_web_addresses_become_links() -> None:
    odd = replace(LETTER, files=[("A", "javascript:alert(1)"), ("B", "/tmp/x y"), ("C", "https://x.org/?a=1&b=2")])
    assert rich(summaries.few(), odd).xpath("//@href") == ["https://x.org/?a=1&b=2"]


def test_the_html_uses_only_what_mail_clients_know() -> None:
    document = rich(summaries.rich())
    raw = lxml_html.tostring(document, encoding="unicode")
    assert not document.xpath("//svg | //img | //link | //script")
    assert "flex" not in raw
    assert all(table.get("role") == "presentation" for table in document.xpath("//table"))
    assert document.get("lang") == document.xpath("//body/div/@lang")[0] == "en"
    assert len(raw) < 100_000


def test_notes_are_escaped() -> None:
    assert "Q&A <b>corner</b>" in rich(summaries.rich()).text_content()
    assert "Q&A <b>corner</b>" in plain(summaries.rich())


def test_attachments_travel_unchanged() -> None:
    (part,) = parsed(summaries.few(), LETTER, PDF).iter_attachments()
    assert part.get_filename() == "report.pdf"
    assert part.get_content_type() == "application/pdf"
    assert part.get_content() == PDF.body


def test_no_repr_shows_an_address() -> None:
    assert "ana@" not in repr(LETTER)
