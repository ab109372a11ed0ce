"""The headers of an email, its sender, recipient and attachments."""

from __future__ import annotations

import email
import email.policy
import email.utils
import re
from dataclasses import replace
from datetime import timedelta
from email.header import decode_header, make_header

import pytest
from mail_parts import LETTER, LOOK, PDF, parsed, rich

from debrief.delivery.mail.addresses import from_header
from debrief.documents.mail.report import Letter, render_mail
from debrief.documents.text import sanitize
from debrief.errors import BadSettings, NoRecipient
from debrief.model import Summary
from support import summaries


def test_the_same_mail_has_the_same_bytes_with_crlf_and_short_lines() -> None:
    raw = render_mail(summaries.rich(), LOOK, LETTER, [PDF])
    assert raw == render_mail(summaries.rich(), LOOK, LETTER, [PDF])
    lines = raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 998


def test_the_head_names_one_recipient_the_room_the_date_and_how_many_came() -> None:
    message = parsed(summaries.rich())
    assert message["To"] == "ana@example.org"
    assert message["From"] == "Debrief <reports@example.org>"
    room = "Kundenforum Frühjahr: what's next for the platform"
    assert message["Subject"] == f"Report: {room}, Tue 17 Nov \N{EN DASH} 133 attendees"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == summaries.SESSION.end
    assert not message.defects


@pytest.mark.parametrize(
    ("summary", "letter", "ending"),
    [
        (summaries.rich(), replace(LETTER, has_figure_in_subject=False), ", Tue 17 Nov"),
        (summaries.rich(), replace(LETTER, tier="totals"), ", Tue 17 Nov \N{EN DASH} 133 attendees"),
        (summaries.nobody(), LETTER, ", Tue 17 Nov \N{EN DASH} no attendees"),
        (summaries.crowd(1), LETTER, ", Tue 17 Nov \N{EN DASH} 1 attendee"),
    ],
)
def test_the_subject_says_how_many_came_unless_a_setting_forbids_it(
    summary: Summary, letter: Letter, ending: str
) -> None:
    assert str(parsed(summary, letter)["Subject"]).endswith(ending)


def test_a_sender_without_a_name_gets_the_one_of_the_settings() -> None:
    bare = replace(LETTER, sender="reports@example.org", sender_name="Webinar reports")
    assert parsed(summaries.few(), bare)["From"] == "Webinar reports <reports@example.org>"
    assert parsed(summaries.few(), replace(LETTER, sender_name="Other"))["From"] == "Debrief <reports@example.org>"
    hostile = replace(bare, sender_name='x\r\nBcc: a@b.c, "y" <z@example.org>')
    message = parsed(summaries.few(), hostile)
    assert message["Bcc"] is None
    assert message["From"].addresses[0].addr_spec == "reports@example.org"


@pytest.mark.parametrize("name", ["Webinar reports", "報告" * 50, "Zoë " * 25, "x" * 100, "😀" * 100])
def test_the_sender_is_short_enough_for_ses_and_its_address_is_as_it_was_typed(name: str) -> None:
    letter = replace(LETTER, sender="Reports@Example.ORG", sender_name=name)
    header = from_header(render_mail(summaries.few(), LOOK, letter))
    assert len(header) <= 320
    assert email.utils.parseaddr(header)[1] == "Reports@Example.ORG"
    shown = str(make_header(decode_header(email.utils.parseaddr(header)[0])))
    assert shown
    assert sanitize.clean(name).startswith(shown)


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


def test_attachments_travel_unchanged() -> None:
    (part,) = parsed(summaries.few(), LETTER, PDF).iter_attachments()
    assert part.get_filename() == "report.pdf"
    assert part.get_content_type() == "application/pdf"
    assert part.get_content() == PDF.body


def test_no_repr_shows_an_address() -> None:
    assert "ana@" not in repr(LETTER)


def test_a_long_link_to_stop_the_mails_stays_whole_in_its_header() -> None:
    raw = render_mail(summaries.few(), LOOK, LETTER)
    assert f"\r\nList-Unsubscribe: <{LETTER.unsubscribe}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert rich(summaries.few()).xpath(f"//a[@href='{LETTER.unsubscribe}']")


@pytest.mark.parametrize(
    "link", ["", "https://x.org/\r\nBcc: e@x.org", "javascript:alert(1)", "https://x.org/>,<mailto:e@x.org"]
)
def test_what_is_no_link_is_no_header(link: str) -> None:
    message = parsed(summaries.few(), replace(LETTER, unsubscribe=link))
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"], message["Bcc"]) == (None, None, None)


@pytest.mark.parametrize(
    ("contact", "reply_to"),
    [
        ("Webinar team <webinars@example.org>", "webinars@example.org"),
        ("webinars@example.org", "webinars@example.org"),
        ("Webinar team, webinars@example.org", "webinars@example.org"),
        ("Room 4.12", None),
        ("a@example.org or b@example.org", None),
        ("a@example.org\r\nBcc: b@x.org", None),
        ("", None),
    ],
)
def test_replies_go_to_the_operator(contact: str, reply_to: str | None) -> None:
    message = parsed(summaries.few(), replace(LETTER, contact=contact))
    assert (message["Reply-To"], message["Bcc"]) == (reply_to, None)


def test_no_repr_shows_a_link() -> None:
    assert "links.example.org" not in repr(LETTER)


@pytest.mark.parametrize("room", ["What's new this autumn: sensors, sync & sharing", "Kundenforum Frühjahr " * 6])
def test_no_line_of_the_head_ends_with_a_blank_that_readers_would_show_twice(room: str) -> None:
    summary = summaries.crowd(3)
    summary = replace(summary, session=replace(summary.session, entry_name=room))
    head = render_mail(summary, LOOK, LETTER).partition(b"\r\n\r\n")[0]
    assert not re.search(rb"[ \t]\r\n", head)
    assert parsed(summary)["Subject"].startswith("Report: " + " ".join(room.split())[:40])


def test_an_update_is_dated_after_the_first_mail() -> None:
    summary = summaries.crowd(3)
    end = summary.session.end
    for minutes in (45, 360):
        made = parsed(replace(summary, check_minutes=minutes))
        assert email.utils.parsedate_to_datetime(made["Date"]) == end + timedelta(minutes=minutes)
