"""What the links in a mail open."""

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.ledger.ledger import Note
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.errors import Throttled
from debrief.portal.app import respond
from debrief.portal.http import Request
from debrief.segment import KEYS
from support.mailed import Mailed, without_links
from support.world import START

EVERYWHERE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}


def test_the_page_shows_the_session_and_the_files_with_their_sizes(mailed: Mailed) -> None:
    page = mailed.get("/r/{ann}")
    text = page.body.decode()
    assert page.status == 200
    for words in (
        "Session report",
        "Figures may still change until Tue 3 Nov, 10:01 UTC.",
        "Sales, EMEA",
        "Mon 2 November 2026, 09:00\N{EN DASH}10:01 UTC",
        "works until Wed 2 December 2026, 11:01 UTC",
    ):
        assert words in text
    for name, about in (
        ("report", "Web page"),
        ("pdf", "PDF"),
        ("full", "PDF"),
        ("workbook", "Excel workbook"),
    ):
        assert re.search(rf'href="{mailed.tokens["ann@example.com"]}/{name}".*{about}, \d+ kB', text)
    assert "changed since the mail" not in text


def test_the_times_are_the_recipients_own(mailed: Mailed) -> None:
    assert "Mon, November 2, 2026, 4:00\N{NO-BREAK SPACE}AM" in mailed.get("/r/{bea}").body.decode()


@pytest.mark.parametrize(
    ("who", "names"),
    [
        (
            "ann",
            {"report": "report.html", "pdf": "report.pdf", "full": "report-full.pdf", "attendees": "attendees.csv"},
        ),
        (
            "bea",
            {
                "report": "report-names.html",
                "pdf": "report-names.pdf",
                "full": "report-full-names.pdf",
                "attendees": "attendees-names.csv",
            },
        ),
        ("cy", {"report": "report-totals.html", "pdf": "report-totals.pdf", "full": "report-full-totals.pdf"}),
    ],
)
def test_everybody_gets_the_files_of_their_tier_and_no_others(mailed: Mailed, who: str, names: dict[str, str]) -> None:
    for what in ("report", "pdf", "full", "attendees"):
        answer = mailed.get(f"/r/{{{who}}}/{what}")
        if what in names:
            there = mailed.place.read(f"reports/date=2026-11-02/session=1_cue00001/{names[what]}")
            assert (answer.status, without_links(answer.body)) == (200, there)
        else:
            assert answer == mailed.get(f"/r/{{{who}}}/nothing")
            assert (
                f"{what}" not in mailed.get(f"/r/{{{who}}}").body.decode().split('class="files"')[1].split("</ul>")[0]
            )


def test_lists_for_follow_up_are_offered_to_those_who_may_see_everything_unless_nobody_is_on_them(
    mailed: Mailed,
) -> None:
    """Ann hosts the session; one guest left after three and a half minutes, another one stayed."""
    mailed.grow(stays=mailed.place.kaltura.account.rooms[0].runs[0].attendances[0].stays)
    token = mailed.tokens["ann@example.com"]
    _, lists = mailed.get("/r/{ann}").body.decode().split("For follow-up")
    assert re.findall(r'href="([^"]*)"><b>([^<]*)</b> <span class="quiet">([^<]*),', lists) == [
        (f"{token}/stayed-to-the-end", "Stayed to the end", "CSV for Excel, 1 row"),
        (f"{token}/left-early", "There for ten minutes or less", "CSV for Excel, 1 row"),
    ]
    answer = mailed.get("/r/{ann}/left-early")
    there = mailed.place.read("reports/date=2026-11-02/session=1_cue00001/follow-up/left-early.csv")
    assert (answer.status, answer.body) == (200, there)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.headers["content-disposition"] == 'attachment; filename="Sales-EMEA_2026-11-02_follow-up-left-early.csv"'
    )
    for who in ("bea", "cy"):
        assert b"For follow-up" not in mailed.get(f"/r/{{{who}}}").body
        assert {mailed.get(f"/r/{{{who}}}/{key}").status for key in KEYS} == {404}


@pytest.mark.parametrize(("what", "suffix"), [("pdf", "report.pdf"), ("workbook", "report.xlsx")])
def test_a_file_is_saved_under_the_rooms_name_and_the_day(mailed: Mailed, what: str, suffix: str) -> None:
    disposition = mailed.get(f"/r/{{ann}}/{what}").headers["content-disposition"]
    assert disposition == f'attachment; filename="Sales-EMEA_2026-11-02_{suffix}"'


def test_a_report_runs_its_own_script_and_nothing_else(mailed: Mailed) -> None:
    answer = mailed.get("/r/{ann}/report")
    policy = answer.headers["content-security-policy"]
    stated = re.search(rb'http-equiv="Content-Security-Policy" content="([^"]*)"', answer.body)
    assert stated is not None
    assert policy == f"{stated[1].decode()}; frame-ancestors 'none'; sandbox allow-scripts allow-downloads"
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("who", "files"),
    [
        ("ann", ["pdf", "full", "workbook"]),
        ("bea", ["pdf", "full", "workbook"]),
        ("cy", ["pdf", "full", "workbook"]),
    ],
)
def test_a_report_in_the_portal_links_to_the_files_that_its_reader_may_see(
    mailed: Mailed, who: str, files: list[str]
) -> None:
    mailed.grow(stays=mailed.place.kaltura.account.rooms[0].runs[0].attendances[0].stays)
    lists = ["stayed-to-the-end", "left-early"] if who == "ann" else []
    body = mailed.get(f"/r/{{{who}}}/report").body
    (nav,) = re.findall(rb'<nav class="files".*?</nav>', body, re.DOTALL)
    links = re.findall(r'href="([^"]*)"', nav.decode())
    assert links == [*files, "./", *lists]
    for link in [*files, *lists]:
        assert mailed.get(f"/r/{{{who}}}/{link}").status == 200
    assert mailed.get(f"/r/{{{who}}}/").headers["location"] == f"../{mailed.tokens[f'{who}@example.com']}"
    assert not [token for token in mailed.tokens.values() if token.encode() in body]


def test_an_archived_report_links_to_nothing(mailed: Mailed) -> None:
    body = mailed.place.read("reports/date=2026-11-02/session=1_cue00001/report.html")
    assert set(re.findall(rb'href="([^"#]*)', body)) <= {b""}


def test_a_newer_revision_is_opened_and_said_to_be_newer(mailed: Mailed) -> None:
    before = mailed.get("/r/{cy}/report").body
    mailed.grow()
    assert mailed.get("/r/{cy}/report").body != before
    assert "This report was updated after your email" in mailed.get("/r/{cy}").body.decode()


def test_reading_changes_nothing_however_often(mailed: Mailed) -> None:
    before = mailed.dump()
    paths = ["/r/{ann}", "/r/{ann}/report", "/r/{ann}/pdf", "/r/{ann}/attendees", "/r/{ann}/renew", "/u/{ann}", "/r/x"]
    for _ in range(3):
        for path in paths:
            mailed.get(path)
            mailed.get(path, "HEAD")
    assert mailed.dump() == before
    assert len(mailed.place.mails()) == 3


def test_the_first_opening_of_a_day_is_noted_without_the_token(mailed: Mailed) -> None:
    for moment in (START + timedelta(hours=2), START + timedelta(hours=3), START + timedelta(days=1)):
        mailed.place.clock.now = moment
        mailed.get("/r/{ann}/pdf")
        mailed.get("/r/{ann}/pdf", "HEAD")
    notes = [row[2] for row in mailed.dump(opened=True) if row[:2] == ("marks", "opened")]
    assert [re.sub("/[0-9a-f]{16}/", "/who/", str(note)) for note in notes] == [
        "1_cue00001/who/2026-11-02/pdf",
        "1_cue00001/who/2026-11-03/pdf",
    ]
    assert mailed.tokens["ann@example.com"] not in str(mailed.dump(opened=True))


def test_a_head_has_the_headers_and_no_body(mailed: Mailed) -> None:
    page, head = mailed.get("/r/{ann}/report"), mailed.get("/r/{ann}/report", "HEAD")
    assert (head.status, head.headers, head.body) == (200, page.headers, b"")


class FullLedger(SqliteLedger):
    """Takes no mark just now."""

    def put_note(self, mark: Note) -> None:
        raise Throttled("The table is busy.")


def test_an_opening_that_cannot_be_noted_keeps_nobody_from_the_report(mailed: Mailed) -> None:
    ledger = FullLedger(mailed.place.root / "archive" / ".debrief" / "ledger.sqlite3")
    with mailed.services() as services, closing(ledger):
        request = Request("GET", f"/r/{mailed.tokens['ann@example.com']}/pdf")
        assert respond(replace(services, ledger=ledger), request).status == 200


def test_while_a_revision_is_written_the_file_is_asked_for_again_later(mailed: Mailed) -> None:
    folder = "reports/date=2026-11-02/session=1_cue00001"
    archive = FolderArchive(mailed.place.root / "archive")
    with archive.replacing(f"{folder}/manifest.json", archive.read(f"{folder}/manifest.json")):
        (mailed.place.root / "archive" / folder / "report.pdf").write_bytes(b"half a PDF")
        answer = mailed.get("/r/{ann}/pdf")
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")


def test_a_damaged_file_is_an_error_and_no_reason_to_try_again(mailed: Mailed) -> None:
    path = mailed.place.root / "archive/reports/date=2026-11-02/session=1_cue00001/report.pdf"
    path.write_bytes(b"half a PDF")
    answer = mailed.get("/r/{ann}/pdf")
    assert answer.status >= 500
    assert "retry-after" not in answer.headers


def test_what_is_no_longer_archived_is_said_to_be_gone(mailed: Mailed) -> None:
    for path in (mailed.place.root / "archive" / "reports").rglob("manifest.json"):
        path.unlink()
    for path in ("/r/{ann}", "/r/{ann}/pdf"):
        answer = mailed.get(path)
        assert answer.status == 410
        assert b"no longer available" in answer.body


class Bucket(FolderArchive):
    """Hands out addresses, as S3 does."""

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> str:  # type: ignore[override]
        return f"https://bucket.example.com/{key}?seconds={seconds}&name={name}"


def test_a_bucket_gives_the_file_itself_for_five_minutes(mailed: Mailed) -> None:
    with mailed.services() as services:
        with_bucket = replace(services, archive=Bucket(mailed.place.root / "archive"))
        answer = respond(with_bucket, Request("GET", f"/r/{mailed.tokens['bea@example.com']}/attendees"))
    assert (answer.status, answer.body) == (302, b"")
    assert answer.headers["location"] == (
        "https://bucket.example.com/reports/date=2026-11-02/session=1_cue00001/attendees-names.csv"
        "?seconds=300&name=Sales-EMEA_2026-11-02_attendees.csv"
    )
    assert EVERYWHERE.items() <= answer.headers.items()


@pytest.mark.parametrize(("limit", "status"), [(2_000_000, 200), (1000, 302)])
def test_a_report_in_a_bucket_has_its_links_unless_it_is_too_large_for_an_answer(
    mailed: Mailed, monkeypatch: pytest.MonkeyPatch, limit: int, status: int
) -> None:
    monkeypatch.setattr("debrief.portal.files.PAGE_LIMIT", limit)
    with mailed.services() as services:
        with_bucket = replace(services, archive=Bucket(mailed.place.root / "archive"))
        answer = respond(with_bucket, Request("GET", f"/r/{mailed.tokens['ann@example.com']}/report"))
    assert answer.status == status
    assert (b'<nav class="files"' in answer.body) is (status == 200)


def test_after_its_days_a_link_opens_nothing_and_offers_a_fresh_one(mailed: Mailed) -> None:
    mailed.place.clock.now += timedelta(days=30) - timedelta(seconds=1)
    assert mailed.get("/r/{ann}/pdf").status == 200
    mailed.place.clock.now += timedelta(seconds=1)
    for path, action in (("/r/{ann}", "{ann}/renew"), ("/r/{ann}/pdf", "renew")):
        answer = mailed.get(path)
        assert answer.status == 410
        assert f'action="{action.format(ann=mailed.tokens["ann@example.com"])}"' in answer.body.decode()
        assert "Sales" not in answer.body.decode()


@pytest.mark.parametrize("subject", ["person", "session"])
def test_a_revoked_link_is_answered_like_one_that_never_was(mailed: Mailed, subject: str) -> None:
    never = mailed.get("/r/{ann}".replace("{ann}", "a" * 32))
    with mailed.services() as services:
        link = services.ledger.link(mailed.hash_of("ann@example.com"))
        assert link is not None
        ids = {"person": link.recipient_id, "session": link.cue_point_id}
        services.ledger.put_note(Note("revoked", f"{subject}/{ids[subject]}", link.issued))
    for path in ("/r/{ann}", "/r/{ann}/report"):
        assert mailed.get(path) == never
    assert mailed.post("/r/{ann}/renew") == never
    assert (mailed.get("/r/{bea}").status == 404) is (subject == "session")
    mailed.place.clock.now += timedelta(days=31)
    assert mailed.get("/r/{ann}") == never


def test_a_link_that_was_issued_after_a_revocation_works(mailed: Mailed) -> None:
    with mailed.services() as services:
        link = services.ledger.link(mailed.hash_of("ann@example.com"))
        assert link is not None
        earlier = link.issued - timedelta(seconds=1)
        services.ledger.put_note(Note("revoked", f"person/{link.recipient_id}", earlier))
    assert mailed.get("/r/{ann}").status == 200


@given(st.text() | st.text("abcdefgh234567", min_size=32, max_size=32) | st.text(st.characters()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_text_for_a_token_is_not_found(mailed: Mailed, token: str) -> None:
    with mailed.services() as services:
        for path in (f"/r/{token}", f"/r/{token}/pdf", f"/u/{token}"):
            assert respond(services, Request("GET", path)).status == 404


@pytest.mark.parametrize("path", ["", "r", "//", "/r", "/r/", "/r/x/summary.json", "/r/x/pdf/", "/u/x/y", "/webhook"])
def test_any_other_path_is_not_found(mailed: Mailed, path: str) -> None:
    assert mailed.get(path).status == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/r/{ann}", "GET, HEAD"),
        ("/r/{ann}/pdf", "GET, HEAD"),
        ("/u/{ann}", "GET, HEAD, POST"),
        ("/r/{ann}/renew", "POST"),
    ],
)
def test_other_methods_learn_which_are_right(mailed: Mailed, path: str, allowed: str) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "OPTIONS", "BREW"} - set(allowed.split(", ")):
        answer = mailed.get(path, method)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)


def test_a_body_of_more_than_4_kb_is_refused(mailed: Mailed) -> None:
    assert mailed.post("/u/{ann}", "x" * 4096).status == 400
    assert mailed.post("/u/{ann}", "x" * 4097).status == 413


@pytest.mark.parametrize("path", ["/r/{ann}", "/r/x", "/r/{ann}/pdf", "/u/{ann}", "/robots.txt", "/favicon.ico", "/x"])
def test_every_answer_keeps_robots_frames_and_caches_away(mailed: Mailed, path: str) -> None:
    answer = mailed.ask("GET", path, {"x-forwarded-proto": "https"})
    assert EVERYWHERE.items() <= answer.headers.items()
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in mailed.get(path).headers


def test_no_page_names_the_address_it_was_mailed_to(mailed: Mailed) -> None:
    mailed.place.clock.now += timedelta(days=31)
    pages = [mailed.get("/r/{bea}"), mailed.post("/r/{bea}/renew"), mailed.get("/u/{bea}")]
    assert all(b"bea@" not in page.body for page in pages)
