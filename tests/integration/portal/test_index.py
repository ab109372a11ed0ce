"""The admin's index of the archive: what it finds, and what it never shows."""

from __future__ import annotations

import io
from dataclasses import replace
from email import message_from_bytes, policy
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.ledger.ledger import Delivery
from debrief.delivery.mail.addresses import recipient_id
from debrief.errors import NoRecipient
from debrief.model import Part
from debrief.pipeline.mailing.report_mail import write_mail
from debrief.portal.app import respond
from debrief.portal.http import Request
from debrief.portal.index_query import search_of
from support.index_page import BOSS, DAY, SESSION, VICE, ids, items, ledger_of, page, record, save
from support.mailed import PORTAL, Mailed, token_in, without_links
from support.world import END, START


def test_the_daily_line_leads_each_admin_to_the_index_by_a_link_of_their_own(mailed: Mailed) -> None:
    mails = mailed.mail_the_admins(BOSS, VICE)
    assert len(mails) == 2
    for path in mails:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        for kind in ("plain", "html"):
            body = message.get_body((kind,))
            assert body is not None
            link = f"{PORTAL}/i/{token_in(path.read_bytes())}"
            assert link in body.get_content()
            assert "Do not forward this email" in " ".join(body.get_content().split())
        assert message["List-Unsubscribe"] is None
    assert mailed.tokens[BOSS] != mailed.tokens[VICE]
    assert mailed.get("/i/{boss}").status == mailed.get("/i/{vice}").status == 200


def test_a_daily_line_that_is_made_again_is_the_same_mail(admins: Mailed) -> None:
    (path,) = [path for path in (admins.place.root / "outbox").glob("admin-*") if BOSS.encode() in path.read_bytes()]
    with admins.services() as services:
        (mail,) = [one for one in services.ledger.deliveries("admin") if one.address == BOSS]
        assert write_mail(services, mail).message == path.read_bytes()


def test_without_a_portal_the_daily_line_has_no_link(mailed: Mailed) -> None:
    delivery = Delivery("admin", 1, recipient_id(BOSS), BOSS, at=END, occasion="daily-2026-11-02")
    with mailed.services(portal_url="", admin_to=(BOSS,)) as services:
        before = mailed.dump()
        assert b"ndex" not in write_mail(services, delivery).message
        assert mailed.dump() == before
        with pytest.raises(NoRecipient):
            write_mail(services, replace(delivery, occasion="index-2026-11-02"))


def test_a_session_has_its_time_room_host_people_state_revision_and_files(admins: Mailed) -> None:
    found = page(admins)
    assert found.xpath("//h2")[0].text == "Mon 2 November 2026"
    (whole,) = [one for one in items(found) if SESSION in one]
    for words in ("09:00\N{EN DASH}10:01", "Sales, EMEA", "Host Ann Lee", "people", "figures may still change", "Sent"):
        assert words in whole
    links = found.xpath(f"//li[contains(., '{SESSION}')]//a")
    assert [(link.text, link.get("href")) for link in links] == [
        (label, f"{admins.tokens[BOSS]}/{SESSION}/{what}")
        for label, what in (
            ("Report", "report"),
            ("PDF", "pdf"),
            ("Full PDF", "full"),
            ("Workbook", "workbook"),
            ("All files (zip)", "zip"),
        )
    ]
    place = ", Sales, EMEA, Mon 2 November 2026, 09:00\N{EN DASH}10:01"
    assert {link.text_content().removeprefix(link.text) for link in links} == {place}


def test_no_two_links_of_the_index_say_the_same(admins: Mailed) -> None:
    links = [link.text_content() for link in page(admins).xpath("//main//a | //summary")]
    assert len(set(links)) == len(links)


def test_the_index_says_who_was_mailed_and_when(admins: Mailed) -> None:
    (emails,) = page(admins).xpath(f"//li[contains(., '{SESSION}')]//ul[@class='emails']")
    assert [email.text for email in emails] == [
        f"{who}@example.com: sent Mon 2 Nov, 11:01" for who in ("ann", "bea", "cy")
    ]
    with ledger_of(admins) as ledger:
        for delivery in ledger.deliveries(SESSION):
            ledger.forget(delivery)
    (emails,) = page(admins).xpath(f"//li[contains(., '{SESSION}')]//ul[@class='emails']")
    assert {email.text for email in emails} == {"an erased person: sent Mon 2 Nov, 11:01"}


def test_follow_up_lists_with_people_are_folded_below_the_files(admins: Mailed) -> None:
    admins.grow(stays=admins.place.kaltura.account.rooms[0].runs[0].attendances[0].stays)
    links = page(admins).xpath(f"//li[contains(., '{SESSION}')]//details//a")
    assert [(link.text, link.get("href").rpartition("/")[2]) for link in links] == [
        ("Stayed to the end", "stayed-to-the-end"),
        ("There for ten minutes or less", "left-early"),
    ]
    assert admins.get(f"/i/{{boss}}/{SESSION}/left-early").headers["content-type"] == "text/csv; charset=utf-8"


def test_a_zip_has_what_its_links_open_and_the_same_bytes_again(
    admins: Mailed, monkeypatch: pytest.MonkeyPatch
) -> None:
    admins.grow(stays=admins.place.kaltura.account.rooms[0].runs[0].attendances[0].stays)
    folder = admins.place.root / f"archive/reports/date=2026-11-02/session={SESSION}"
    answer = admins.get(f"/i/{{boss}}/{SESSION}/zip")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/zip")
    with ZipFile(io.BytesIO(answer.body)) as archive:
        names = archive.namelist()
        assert all(archive.read(name) == (folder / name).read_bytes() for name in names)
    assert {"report.html", "report.pdf", "report.xlsx", "follow-up/stayed-to-the-end.csv"} <= set(names)
    assert not {"summary.json", "manifest.json", "report-names.pdf"} & set(names)
    assert admins.get(f"/i/{{boss}}/{SESSION}/zip").body == answer.body
    assert admins.get("/r/{ann}/zip").status == 404
    monkeypatch.setattr("debrief.portal.session_zip.ZIP_LIMIT", 1000)
    assert "zip" not in page(admins).text_content()
    assert admins.get(f"/i/{{boss}}/{SESSION}/zip").status == 404


def test_its_files_are_those_that_hold_everything(admins: Mailed) -> None:
    for what, name in (
        ("report", "report.html"),
        ("pdf", "report.pdf"),
        ("full", "report-full.pdf"),
        ("workbook", "report.xlsx"),
        ("attendees", "attendees.csv"),
    ):
        answer = admins.get(f"/i/{{boss}}/{SESSION}/{what}")
        there = admins.place.read(f"reports/date=2026-11-02/session={SESSION}/{name}")
        assert (answer.status, without_links(answer.body)) == (200, there)


class Bucket(FolderArchive):
    """Hands out addresses, as S3 does."""

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> str:  # type: ignore[override]
        return f"https://bucket.example.com/{key}?seconds={seconds}&name={name}"


def test_a_bucket_gives_the_file_itself_for_five_minutes(admins: Mailed) -> None:
    with admins.services() as services:
        with_bucket = replace(services, archive=Bucket(admins.place.root / "archive"))
        answer = respond(with_bucket, Request("GET", f"/i/{admins.tokens[BOSS]}/{SESSION}/pdf"))
    assert answer.status == 302
    name = "Sales-EMEA_2026-11-02_report.pdf"
    assert answer.headers["location"].endswith(f"session={SESSION}/report.pdf?seconds=300&name={name}")


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("room=sales", True),
        ("room=1_room0001", True),
        ("room=sal%C3%A9s", False),
        ("host=ANN+lee", True),
        ("host=ann%40example.com", True),
        ("host=zed", False),
        ("text=emea+ann", True),
        ("text=1_cue", True),
        ("text=emea+zed", False),
        ("room=sales&host=zed", False),
        ("from=2026-11-02&to=2026-11-02", True),
        ("from=2026-11-02", True),
        ("from=2026-11-01&to=2026-11-01", False),
        ("to=2026-11-01", False),
        ("utm_source=mail&fbclid=x", True),
        ("room=nobody&room=sales", True),
        ("&&=&room", True),
    ],
)
def test_sessions_are_found_by_what_people_know_of_them(admins: Mailed, query: str, is_found: bool) -> None:
    found = page(admins, query)
    assert (SESSION in ids(found)) is is_found
    assert ("No session was found" in found.text_content()) is not is_found


def test_nothing_said_it_goes_back_thirty_days(admins: Mailed) -> None:
    inputs = page(admins).xpath("//input[@type='date']/@value")
    assert inputs == ["2026-10-04", "2026-11-02"]
    save(admins, record(29 * 24), record(30 * 24))
    assert ids(page(admins))[-1] == f"1_old{29 * 24:05}"


def test_days_are_those_of_the_installation(admins: Mailed) -> None:
    late = replace(record(1), end=START.replace(hour=23, minute=30) - DAY)
    save(admins, late)
    assert late.cue_point_id not in ids(page(admins, "from=2026-11-02&to=2026-11-02"))
    with admins.services(timezone="Asia/Tokyo") as services:
        answer = respond(services, Request("GET", f"/i/{admins.tokens[BOSS]}", query="from=2026-11-02&to=2026-11-02"))
    assert late.cue_point_id in answer.body.decode()
    assert "time zone Asia/Tokyo); at most 400" in answer.body.decode()


def test_every_state_is_shown_with_its_reason_and_without_links_to_what_is_not_there(admins: Mailed) -> None:
    save(
        admins,
        record(1, state="waiting", reason="It is too fresh."),
        record(2, state="skipped", reason="Its room is not one of OnlyRooms."),
        record(3, state="failed", reason="Kaltura refuses."),
        record(4, revision=1, history={1: {"unique_attendees": 1.0}}),
        record(5, kind="event", cue_point_id="event-77", entry_name="Days"),
        record(6, kind="joint", cue_point_id="joint-1_a", parts=(Part("1_a", START, END), Part("1_b", START, END))),
        record(7, merged_id="joint-1_a"),
        record(8, parent_entry_id="1_room0009"),
        record(9, start=END - 2 * DAY),
    )
    found = page(admins)
    for line, (words) in zip(
        items(found)[-9:],
        (
            "Waiting It is too fresh.",
            "Skipped Its room is not one of OnlyRooms.",
            "Failed Kaltura refuses.",
            "1 person",
            "Virtual event",
            "Interrupted session, 2 parts",
            "Part of an interrupted session",
            "Breakout room",
            "Sat 31 Oct, 10:01 \N{EN DASH} 01:01",
        ),
        strict=True,
    ):
        assert words in line
    assert "Its files were deleted" in items(found)[-6]
    assert not found.xpath("//li[contains(., '1_old')]//a")


def test_a_damaged_manifest_hides_no_other_session(admins: Mailed) -> None:
    save(admins, record(1))
    (admins.place.root / f"archive/reports/date=2026-11-02/session={SESSION}/manifest.json").write_text("{")
    found = page(admins)
    assert {"1_old00001", SESSION} <= set(ids(found))
    assert "The manifest is damaged" in found.text_content()


def test_the_latest_come_first_fifty_a_page(admins: Mailed) -> None:
    before = len(ids(page(admins)))
    save(admins, *(record(number) for number in range(1, 121)))
    first, second, third = (page(admins, f"page={number}") for number in (1, 2, 3))
    listed = [*ids(first), *ids(second), *ids(third)]
    assert [len(ids(one)) for one in (first, second, third)] == [50, 50, 20 + before]
    assert listed[before:] == [f"1_old{number:05}" for number in range(1, 121)]
    assert f"{120 + before} sessions, showing 51 to 100" in second.text_content()
    assert [link.get("rel") for link in second.xpath("//nav/a")] == ["prev", "next"]
    assert ids(page(admins, "page=999")) == ids(third)


def test_another_page_is_the_same_search_and_its_address_holds_nothing_else(admins: Mailed) -> None:
    save(admins, *(record(number, entry_name="Straße & <Co>") for number in range(1, 61)))
    (link,) = page(admins, "room=stra%C3%9Fe+%26&host=&text=&utm=1").xpath("//nav/a/@href")
    token, _, query = link.partition("?")
    assert token == admins.tokens[BOSS]
    assert query == "room=Stra%C3%9Fe+%26&from=2026-10-04&to=2026-11-02&page=2".replace("S", "s", 1)
    assert len(ids(page(admins, query))) == 10


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=yesterday", "A date is not valid"),
        ("from=2026-02-30", "A date is not valid"),
        ("to=2026-W01-1", "A date is not valid"),
        ("to=9999-12-31", "A date is not valid"),
        ("from=0001-01-01", "A date is not valid"),
        ("from=%D9%A2%D9%A0%D9%A2%D9%A6-11-01", "A date is not valid"),
        ("from=2026-11-03&to=2026-11-02", "“From” is later than “To”"),
        ("from=2026-12-01", "“From” is later than “To”"),
        ("from=2025-09-28&to=2026-11-02", "covers 401 days; at most 400"),
        ("from=2000-01-01", "at most 400 are possible"),
        ("page=0", "The page is not valid"),
        ("page=-1", "The page is not valid"),
        ("page=1e9", "The page is not valid"),
        ("page=%D9%A2", "The page is not valid"),
        ("page=" + "9" * 100, "The page is not valid"),
        ("room=" + "x" * 101, "at most 100 characters"),
        ("room=%FF", "The search is not valid"),
        ("room=\xe9", "The search is not valid"),
        ("&".join(f"x{number}=1" for number in range(30)), "The search is not valid"),
        ("room=" + "%41" * 2000, "The search is not valid"),
    ],
)
def test_a_search_that_is_a_mistake_is_said_to_be_one(admins: Mailed, query: str, sentence: str) -> None:
    answer = admins.get(f"/i/{{boss}}?{query}")
    assert answer.status == 400
    assert sentence in answer.body.decode()
    assert b'class="sessions"' not in answer.body
    assert admins.get(f"/i/{{boss}}?{query}", "HEAD").body == b""


def test_four_hundred_days_are_not_too_many(admins: Mailed) -> None:
    assert SESSION in ids(page(admins, "from=2025-09-29&to=2026-11-02"))


@given(st.text(max_size=200) | st.from_regex(r"(from|to|page|room|host|text)=[^&]{0,30}(&page=\d+)?", fullmatch=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_no_query_is_answered_with_anything_but_a_page(admins: Mailed, query: str) -> None:
    with admins.services() as services:
        answer = respond(services, Request("GET", f"/i/{admins.tokens[BOSS]}", query=query))
    assert answer.status in {200, 400}
    assert answer.headers["content-type"].startswith("text/html")


@given(st.text(), st.dates())
def test_every_search_spans_at_most_four_hundred_days_or_has_a_problem(query: str, today: object) -> None:
    search = search_of(query, END.date())
    assert search.problem or 1 <= (search.last - search.first).days + 1 <= 400


def test_names_cannot_break_out_of_the_page(admins: Mailed) -> None:
    hostile = '"><script>alert(1)</script>'
    save(admins, record(1, entry_name=hostile, host_name=hostile, reason=hostile, state="failed"))
    answer = admins.get("/i/{boss}?room=%22%3E%3Cscript%3E")
    assert b"<script" not in answer.body
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert items(lxml_html.document_fromstring(answer.body.decode()))


def test_no_attendee_is_on_the_page_unless_they_were_mailed(admins: Mailed) -> None:
    body = admins.get("/i/{boss}").body
    for name in (b"Guest 7", b"Zed", b"zed@", b"9f2c41", BOSS.encode()):
        assert name not in body
