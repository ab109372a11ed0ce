"""The short email that is not a report."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from debrief.documents.mail.message import Letter
from debrief.documents.mail.notice import Notice, render_notice
from debrief.documents.presentation import Presentation
from debrief.errors import NoRecipient

LETTER = Letter("Debrief <reports@example.org>", "admin@example.org", "You are named as the admin.", "Ops")
LINK = "https://links.example.org/r/abc"
NOTICE = Notice(
    "Debrief, 2026-11-17: 2 sessions",
    "2 sessions ended: 1 sent, 1 failed.",
    ("Session", "Room", "Stands", "Why"),
    [("1_a", "All-hands <b>", "sent", ""), ("1_b", "W" * 90, "failed", "Kaltura refused it.")],
    ["Last compared at 06:58."],
    [("Open the report", LINK)],
)
AT = datetime(2026, 11, 17, 6, tzinfo=UTC)


def raw(notice: Notice = NOTICE, letter: Letter = LETTER, key: str = "admin/1/x/daily") -> bytes:
    return render_notice(notice, letter, Presentation(ZoneInfo("Europe/Berlin")), message_key=key, date=AT)


def parts(notice: Notice = NOTICE, letter: Letter = LETTER) -> tuple[EmailMessage, str, lxml_html.HtmlElement]:
    message = email.message_from_bytes(raw(notice, letter), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return message, str(plain.get_content()), lxml_html.document_fromstring(html.get_content())


def test_the_same_notice_has_the_same_bytes_and_every_key_and_recipient_another_id() -> None:
    assert raw() == raw()
    others = [raw(), raw(key="admin/1/x/problem"), raw(letter=replace(LETTER, to="b@example.org"))]
    assert len({email.message_from_bytes(one)["Message-ID"] for one in others}) == 3


def test_both_parts_say_the_same() -> None:
    message, plain, html = parts()
    assert message["Subject"] == NOTICE.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == AT
    page = html.text_content()
    for words in (NOTICE.lead, "All-hands <b>", "Kaltura refused it.", *NOTICE.notes, LETTER.why, "run by Ops"):
        assert words in plain
        assert words in page
    assert "1_a | All-hands <b> | sent\n" in plain.replace("\r", "")
    assert LINK in plain
    assert html.xpath("//a/@href") == [LINK]


def test_the_table_has_heads_and_its_long_words_may_break() -> None:
    _, _, html = parts()
    (table,) = html.xpath("//table[not(@role)]")
    assert [head.text for head in table.xpath(".//th[@scope='col']")] == list(NOTICE.head)
    assert table.xpath(".//wbr")
    assert "W" * 90 in table.text_content()


@pytest.mark.parametrize(
    "changes", [{"rows": ()}, {"head": ()}, {"notes": ()}, {"buttons": ()}, {"rows": (), "head": ()}]
)
def test_what_is_not_there_leaves_nothing_behind(changes: dict[str, Any]) -> None:
    _, plain, html = parts(replace(NOTICE, **changes))
    assert NOTICE.lead in plain
    assert bool(html.xpath("//table[not(@role)]")) == bool("rows" not in changes)


def test_hostile_words_add_no_header_and_no_markup() -> None:
    words = "x\r\nBcc: e@example.org <script>alert(1)</script> \u202e" + "y" * 5000
    message, plain, html = parts(Notice(words, words, (words,), [(words,)], [words], [(words, "javascript:alert(1)")]))
    assert message["Bcc"] is None
    assert not html.xpath("//script | //a[starts-with(@href, 'javascript')]")
    assert "\u202e" not in plain
    assert len(plain) < 20_000


def test_a_recipient_that_is_no_address_is_refused() -> None:
    with pytest.raises(NoRecipient):
        raw(letter=replace(LETTER, to="nobody"))


def test_no_repr_shows_a_link() -> None:
    assert LINK not in repr(NOTICE)
