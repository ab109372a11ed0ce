"""The mail to one organizer."""

from __future__ import annotations

import email
import email.policy
import email.utils
import re
from dataclasses import replace
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from debrief.delivery.mail.addresses import from_header
from debrief.documents.mail.report import Attachment, Letter, render_mail
from debrief.documents.presentation import Presentation
from debrief.documents.text import sanitize
from debrief.documents.view.headline import headline_figures
from debrief.errors import BadSettings, NoRecipient
from debrief.model import Metric, Part, Summary, Tier
from support import summaries

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
LETTER = Letter(
    sender="Debrief <reports@example.org>",
    to="ana@example.org",
    why="You get this because you host this room.",
    contact="Webinar team <webinars@example.org>",
    file_links=[
        ("Report", "https://links.example.org/r/abc?x=1&y=2"),
        ("Attendees", "s3://bucket/reports/attendees.csv"),
    ],
    unsubscribe="https://links.example.org/u/" + "A1_-" * 40,
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


def test_text_and_html_give_the_same_five_figures() -> None:
    rows = rich(summaries.rich()).xpath("//td[@align='right']")
    figures = [" ".join(row.text_content().split()) for row in rows]
    assert figures == ["133 people", "42.9 min", "47.8 %", "49.4 %", "4"]
    words = plain(summaries.rich())
    assert all(figure.replace(" %", "%") in words for figure in figures)


def test_without_breakouts_the_fifth_figure_is_the_guests() -> None:
    assert "Guests: 0 people (of 3 attendees)" in plain(summaries.few())


def test_the_most_viewers_at_once_are_the_fifth_figure_where_they_are_known() -> None:
    words = plain(summaries.webinar())
    assert "Peak live viewers: 354 people (at 10:14; each open device counts)" in words
    assert "Breakouts: " not in words


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
        assert "Figures may still change until Wed 18 Nov, 11:02 CET." in words
        assert "s3://bucket/reports/attendees.csv" in words
    assert "https://links.example.org/r/abc?x=1&y=2" in plain(summaries.rich())


def test_only_web_addresses_become_links() -> None:
    odd = replace(
        LETTER,
        unsubscribe="",
        file_links=[("A", "javascript:alert(1)"), ("B", "/tmp/x y"), ("C", "https://x.org/?a=1&b=2")],
    )
    assert rich(summaries.few(), odd).xpath("//@href") == ["https://x.org/?a=1&b=2"]


def test_the_html_uses_only_what_mail_clients_know() -> None:
    document = rich(summaries.webinar())
    raw = lxml_html.tostring(document, encoding="unicode")
    assert not document.xpath("//svg | //img | //link | //script | //@background | //@onclick")
    dark, outlook = (sheet.text_content() for sheet in document.xpath("//head/style"))
    assert dark.strip().startswith("@media (prefers-color-scheme: dark) {")
    assert all(line.startswith("[data-ogs") for line in outlook.strip().splitlines())
    used = set(" ".join(document.xpath("//@class")).split())
    assert used <= set(re.findall(r"^\.(\w)", dark, re.MULTILINE)) == set(re.findall(r"\] \.(\w)", outlook))
    styles = " ".join(document.xpath("//@style"))
    assert not re.search(r"flex|grid|url\(|position|@media|var\(|float", styles)
    assert document.get("lang") == document.xpath("//body/div/@lang")[0] == "en"
    assert len(document.xpath("//h1")) == 1
    assert len(raw) < 60_000


def test_tables_of_layout_say_so_and_the_one_of_data_has_heads() -> None:
    document = rich(summaries.webinar(), replace(LETTER, previous_figures={"unique_attendees": 100.0}))
    (data,) = document.xpath("//table[not(@role='presentation')]")
    assert [head.text_content() for head in data.xpath(".//th[@scope='col']")] == ["Figure", "Before", "Now"]
    assert data.xpath(".//th[@scope='row']")


def test_every_text_has_its_own_ground_and_colour_so_that_a_dark_client_may_turn_both() -> None:
    document = rich(summaries.webinar())
    for paragraph in document.xpath("//p | //h1 | //h2 | //a"):
        assert re.search(r"(^|;)color:#", paragraph.get("style")), lxml_html.tostring(paragraph)
    grounds = document.xpath("//body/div/table[@bgcolor='#ffffff'] | //body/div/table//table[@width='600'][@bgcolor]")
    assert len(grounds) == 2
    assert document.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]


@pytest.mark.parametrize("name", ["marathon", "rich"])
def test_the_largest_mail_stays_far_below_what_clients_cut_off(name: str) -> None:
    large = summaries.marathon(2000) if name == "marathon" else summaries.rich(3000)
    part = parsed(large).get_body(("html",))
    assert part is not None
    assert len(part.get_content().encode()) < 60_000


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


def test_a_second_mail_says_so_and_shows_what_changed_in_both_parts() -> None:
    told_before = {"unique_attendees": 130.0, "presence_average": 42.9, "present_75": 0.44, "peak_live_viewers": 9.0}
    letter = replace(LETTER, previous_figures=told_before)
    assert str(parsed(summaries.rich(), letter)["Subject"]).startswith("Updated: Kundenforum")
    part = parsed(summaries.rich(), letter).get_body(("plain",))
    assert part is not None
    words = part.get_content()
    rows = rich(summaries.rich(), letter).xpath("//table[not(@role)]//tr[td]")
    headline_figures = [tuple(cell.text_content() for cell in row.xpath("th | td")) for row in rows]
    assert headline_figures == [
        ("Attendees", "130", "133"),
        ("Stayed at least 75%", "44.0%", "47.8%"),
        ("Engagement rate", "\N{EN DASH}", "49.4%"),
        ("Peak live viewers", "9", "\N{EN DASH}"),
    ]
    assert all(f"{label}: {before} before, now {now}" in words for label, before, now in headline_figures)


def test_a_second_mail_compares_no_stay_of_the_main_room_with_one_that_counts_breakouts() -> None:
    letter = replace(LETTER, previous_figures={"unique_attendees": 130.0, "minutes_average": 20.0, "stayed_75": 0.1})
    rows = rich(summaries.rich(), letter).xpath("//table[not(@role)]//tr[td]")
    assert [row.xpath("th | td")[0].text_content() for row in rows] == ["Attendees", "Engagement rate"]


def test_a_room_left_open_is_a_note_in_both_parts() -> None:
    few = summaries.few()
    left = few.metrics | {"attended_minutes": replace(few.metrics["attended_minutes"], value=40.0)}
    spans = {"spans": [{"from": "2026-11-17T09:00:00Z", "to": "2026-11-17T09:40:00Z"}]}
    summary = replace(few, metrics=left, sections={**few.sections, "attended_span": spans})
    for part in (plain(summary), rich(summary).text_content()):
        words = " ".join(part.split())
        assert "The room stayed open until 11:02. Shares are of the 40 minutes in which people attended." in words
        assert "of the 40.0 min in which people attended" in words
    assert "in which people attended" not in plain(few)


def test_a_second_mail_with_the_same_figures_has_no_table() -> None:
    rich_summary = summaries.rich()
    letter = replace(LETTER, previous_figures=headline_figures(rich_summary))
    assert str(parsed(rich_summary, letter)["Subject"]).startswith("Updated: ")
    assert not rich(rich_summary, letter).xpath("//table[not(@role)]")


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
def test_replies_go_to_whoever_runs_this(contact: str, reply_to: str | None) -> None:
    message = parsed(summaries.few(), replace(LETTER, contact=contact))
    assert (message["Reply-To"], message["Bcc"]) == (reply_to, None)


def test_the_foot_says_why_who_and_how_to_stop() -> None:
    foot = plain(summaries.few()).partition("\n-- ")[2] or plain(summaries.few())
    assert "You get this because you host this room." in foot
    assert "run by Webinar team <webinars@example.org>. Replies go there." in foot
    assert f"Unsubscribe: {LETTER.unsubscribe}" in foot
    part = parsed(summaries.few(), replace(LETTER, unsubscribe="", contact="")).get_body(("plain",))
    assert part is not None
    assert "To get no more of these emails, ask the person who runs Debrief for you." in part.get_content()


def test_a_copy_of_totals_names_nobody() -> None:
    raw = render_mail(summaries.webinar(), LOOK, replace(LETTER, tier="totals"))
    assert b"Kowalska" not in raw
    assert b"Host" not in raw
    assert b"Kowalska" in render_mail(summaries.webinar(), LOOK, replace(LETTER, tier="names"))


@pytest.mark.parametrize(
    ("hours", "zone", "words"),
    [
        (24.0, "Europe/Berlin", "Figures may still change until Wed 18 Nov, 11:02 CET."),
        (6.0, "Europe/Berlin", "Figures may still change until Tue 17 Nov, 17:02 CET."),
        (24.0, "America/Sao_Paulo", "Figures may still change until Wed 18 Nov, 07:02 UTC-03."),
    ],
)
def test_both_parts_say_until_when_the_figures_may_change(hours: float, zone: str, words: str) -> None:
    presentation = Presentation(ZoneInfo(zone), last_check_hours=hours)
    message = email.message_from_bytes(render_mail(summaries.rich(), presentation, LETTER), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        assert words in part.get_content()
        assert "Final" not in part.get_content()


def test_final_figures_are_called_final_and_no_revision_is_named() -> None:
    final = replace(summaries.rich(), state="final", revision=3)
    for words in (plain(final), rich(final).text_content()):
        assert "Final" in words
        assert "may still change" not in words
        assert "evision" not in words


GERMAN, AMERICAN = (
    Presentation(ZoneInfo("Europe/Berlin"), language="de-DE"),
    Presentation(ZoneInfo("America/New_York"), language="en-US"),
)


def test_figures_and_dates_stand_in_the_recipients_formats_and_the_text_stays_english() -> None:
    message = email.message_from_bytes(render_mail(summaries.webinar(), GERMAN, LETTER), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain_part, html_part = message.get_body(("plain",)), message.get_body(("html",))
    assert plain_part is not None
    assert html_part is not None
    assert "Average stay: 42,8 min (69,0\N{NO-BREAK SPACE}% of the session" in plain_part.get_content()
    assert '<html lang="en">' in html_part.get_content()
    american = email.message_from_bytes(render_mail(summaries.webinar(), AMERICAN, LETTER), policy=email.policy.default)
    assert ", Tue Nov 17 \N{EN DASH} " in str(american["Subject"])


def earlier(summary: Summary, sessions: int, **means: float) -> Summary:
    told_ = [{"cue_point_id": f"1_{n}", "start": "2026-11-10T09:00:00Z"} for n in range(sessions)]
    return replace(summary, sections={**summary.sections, "earlier": {"sessions": told_, "figures": means}})


@pytest.mark.parametrize(
    ("means", "words"),
    [
        ({"unique_attendees": 119.4}, "\N{BLACK UP-POINTING TRIANGLE} 14 more than usual (119)"),
        ({"presence_average": 45.2}, "\N{BLACK DOWN-POINTING TRIANGLE} 2.3 min less than usual (45.2 min)"),
        ({"present_75": 0.4777}, "= the same as usual (47.8%)"),
        ({"engagement_rate": 0.45}, "\N{BLACK UP-POINTING TRIANGLE} 4.4 points more than usual (45.0%)"),
    ],
)
def test_each_figure_is_set_beside_the_rooms_own_last_sessions(means: dict[str, float], words: str) -> None:
    compared = earlier(summaries.rich(), 3, **means)
    for part in (plain(compared), rich(compared).text_content()):
        assert words in part
        assert "is the mean of this room's last 3 sessions." in part


def test_minutes_of_sessions_of_another_length_are_set_beside_each_other_as_shares() -> None:
    made = earlier(summaries.rich(), 2, presence_share=0.5)
    section = {**made.sections["earlier"], "instead": {"presence_average": "presence_share"}}
    compared = replace(made, sections={**made.sections, "earlier": section})
    share = summaries.rich().metrics["presence_share"].value
    assert isinstance(share, float)
    assert f"{share * 100 - 50:.1f} points more than usual (50.0% of the session)" in plain(compared)


def test_one_earlier_session_is_last_time_and_none_is_said() -> None:
    assert "11 more than last time (122)" in plain(earlier(summaries.rich(), 1, unique_attendees=122))
    assert "this room's last session of Tue 10 Nov." in plain(earlier(summaries.rich(), 1, unique_attendees=122))
    assert "Better or worse than usual: not known yet. No earlier report about this room can be compared" in plain(
        earlier(summaries.rich(), 0)
    )
    assert "usual" not in plain(summaries.rich())


def test_an_interrupted_session_shows_its_parts() -> None:
    start = summaries.SESSION.start
    parts = (
        Part("1_a", start, start + timedelta(minutes=31)),
        Part("1_b", start + timedelta(minutes=43), start + timedelta(minutes=62)),
    )
    joint = replace(summaries.rich(), session=replace(summaries.SESSION, parts=parts))
    for part in (plain(joint), rich(joint).text_content()):
        assert "10:00\N{EN DASH}10:31 and 10:43\N{EN DASH}11:02, interrupted for 12 minutes" in part


def test_an_inbox_shows_the_verdict_beside_the_subject() -> None:
    (preheader,) = rich(summaries.rich()).xpath("//body/div/div[contains(@style, 'display:none')]")
    assert preheader.text_content().startswith(
        "134 people took part: 133 in the main room and 1 only in a breakout. They stayed 43 of 62 minutes"
    )


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


def test_every_colour_of_text_and_ground_has_a_dark_counterpart() -> None:
    document = rich(summaries.webinar(), replace(LETTER, list_links={"asked-a-question": "https://x.org/a"}))
    wanted = {"color:#1d2529": "i", "color:#566168": "q", "color:#0b6470": "a", "background-color:#ffffff": "g"}
    for element in document.xpath("//body//*[@style]"):
        style = f";{element.get('style')}"
        for colour, name in wanted.items():
            if f";{colour}" in style and element.tag != "b":
                assert name in element.get("class", "").split(), lxml_html.tostring(element)[:200]
        if "border-top:1px" in style:
            assert "r" in element.get("class", "").split()


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
def test_each_poll_is_told_by_its_top_answer(row: dict, words: str) -> None:
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
        "2 used to come",
        "3 were here",
    )
    places = [words.index(line) for line in (*order, "3 stayed to the end")]
    assert places == sorted(places)
    assert words.count("Organizers and staff count as attendees, but are on no list.") == 1


def test_engaged_is_defined_once_and_unidentified_minutes_are_the_last_note() -> None:
    words = plain(summaries.rich())
    assert words.count("Engaged: the session was in front or full screen") == 1
    notes = words.split("Notes", 1)[1].split("Report: ")[0]
    assert "whom Kaltura could not identify" in [line for line in notes.splitlines() if line.startswith("- ")][-1]
    unknown = replace(
        summaries.rich(), metrics={**summaries.rich().metrics, "engagement_rate": lost("engagement_rate")}
    )
    assert "Engaged:" not in plain(unknown)


def lost(key: str) -> Metric:
    return replace(summaries.rich().metrics[key], value=None, reason="no minutes were watched")


def test_a_large_base_has_no_decimals() -> None:
    large = replace(summaries.rich().metrics["minutes_total"], value=92279.9)
    made = replace(summaries.rich(), metrics={**summaries.rich().metrics, "minutes_total": large})
    assert "of all 92,280 minutes" in plain(made)
    small = replace(made, metrics={**made.metrics, "minutes_total": replace(large, value=92.4)})
    assert "of all 92.4 minutes" in plain(small)


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
