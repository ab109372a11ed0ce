"""The figures and the layout of the email to one organizer, in text and HTML."""

from __future__ import annotations

import email
import email.policy
import email.utils
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html
from mail_parts import LETTER, LOOK, parsed, plain, rich

from debrief.documents.mail.report import render_mail
from debrief.documents.presentation import Presentation
from debrief.documents.view.headline import headline_figures
from debrief.model import Finding, Part, Summary
from support import summaries


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


def test_of_a_webcast_that_no_room_knows_the_viewers_are_named() -> None:
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


def test_the_foot_says_why_who_and_how_to_stop() -> None:
    foot = plain(summaries.few()).partition("\n-- ")[2] or plain(summaries.few())
    assert "You get this because you host this room." in foot
    assert "run by Webinar team <webinars@example.org>. Replies go to this contact." in foot
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


def test_figures_in_warnings_are_in_the_recipients_formats_too() -> None:
    warned = replace(summaries.webinar(), warnings=(Finding("KALTURA_DISAGREES", "Kaltura estimates 1,250 people."),))
    message = email.message_from_bytes(render_mail(warned, GERMAN, LETTER), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    for part in map(message.get_body, (("plain",), ("html",))):
        assert part is not None
        assert "Kaltura estimates 1.250 people." in part.get_content()


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


def test_a_large_base_has_no_decimals() -> None:
    large = replace(summaries.rich().metrics["minutes_total"], value=92279.9)
    made = replace(summaries.rich(), metrics={**summaries.rich().metrics, "minutes_total": large})
    assert "of all 92,280 minutes" in plain(made)
    small = replace(made, metrics={**made.metrics, "minutes_total": replace(large, value=92.4)})
    assert "of all 92.4 minutes" in plain(small)
