"""The admin's index of the archive: who may open it, and for how long."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from debrief.cli.main import main
from debrief.delivery.ledger.ledger import Delivery, Note
from debrief.delivery.mail.addresses import recipient_id
from debrief.pipeline.mailing.report_mail import write_mail
from debrief.portal.app import respond
from debrief.portal.http import Request
from support.index_page import BOSS, DAY, SESSION, VICE, ledger_of, record, save
from support.mailed import PORTAL, Mailed, token_in
from support.world import END

UNKNOWN = "a" * 32


@pytest.mark.parametrize("path", ["", f"/{SESSION}/pdf", "/renew"])
def test_a_report_s_token_is_unknown_to_the_index(admins: Mailed, path: str) -> None:
    method = "POST" if path == "/renew" else "GET"
    for who in ("{ann}", "{bea}", "{cy}"):
        assert admins.ask(method, f"/i/{who}{path}") == admins.ask(method, f"/i/{UNKNOWN}{path}")
    assert admins.ask(method, f"/i/{UNKNOWN}{path}").status == 404


def test_the_link_to_an_admin_s_own_report_opens_no_index(mailed: Mailed) -> None:
    mailed.admins = ("ann@example.com",)
    assert mailed.get("/r/{ann}").status == 200
    for path in ("", f"/{SESSION}/pdf"):
        assert mailed.get(f"/i/{{ann}}{path}") == mailed.get(f"/i/{UNKNOWN}{path}")
    assert mailed.post("/i/{ann}/renew") == mailed.post(f"/i/{UNKNOWN}/renew")


@pytest.mark.parametrize("is_expired", [False, True])
def test_an_admin_s_token_opens_nothing_but_the_index(admins: Mailed, is_expired: bool) -> None:
    admins.place.clock.now += 8 * DAY * is_expired
    before = admins.dump(opened=True)
    for path in ("/r/{t}", "/r/{t}/report", "/r/{t}/attendees", "/u/{t}"):
        assert admins.get(path.format(t="{boss}")) == admins.get(path.format(t=UNKNOWN))
    for path in ("/r/{t}/renew", "/r/{t}/index", "/u/{t}"):
        answer = admins.post(path.format(t="{boss}"), "choice=all")
        assert (answer.status, answer.orders) == (404, ())
    assert admins.dump(opened=True) == before


def test_an_address_that_has_left_the_settings_opens_nothing_any_more(admins: Mailed) -> None:
    admins.admins = (VICE, "not an address")
    for path in ("", f"/{SESSION}/pdf"):
        assert admins.get(f"/i/{{boss}}{path}") == admins.get(f"/i/{UNKNOWN}{path}")
        assert admins.get(f"/i/{{vice}}{path}").status == 200
    admins.place.clock.now += 8 * DAY
    assert admins.get("/i/{boss}").status == 404
    assert admins.post("/i/{boss}/renew").status == 404
    admins.admins = (BOSS.upper(),)
    assert admins.get("/i/{boss}").status == 410


def test_an_admin_s_links_are_revoked_like_anybody_s(admins: Mailed) -> None:
    environ = {"DEBRIEF_ARCHIVE": str(admins.place.root / "archive")}
    assert main(["links", "revoke", "--person", "Boss@Example.com"], environ) == 0
    for path in ("", f"/{SESSION}/pdf"):
        assert admins.get(f"/i/{{boss}}{path}") == admins.get(f"/i/{UNKNOWN}{path}")
    assert admins.get("/i/{vice}").status == 200
    admins.place.clock.now += 8 * DAY
    assert admins.post("/i/{boss}/renew").status == 404


@pytest.mark.parametrize(("link_days", "days"), [(30.0, 7), (2.0, 2)])
def test_it_works_for_seven_days_or_as_long_as_other_links_if_that_is_less(
    mailed: Mailed, link_days: float, days: int
) -> None:
    with mailed.services(admin_to=(BOSS,), link_days=link_days) as services:
        delivery = Delivery("admin", 1, recipient_id(BOSS), BOSS, at=END, occasion="daily-2026-11-02")
        message = write_mail(services, delivery).message
        assert f"works for {days} days" in " ".join(message.decode().split())
        link = Request("GET", f"/i/{token_in(message)}")
        mailed.place.clock.now += days * DAY - timedelta(seconds=1)
        assert respond(services, link).status == 200
        mailed.place.clock.now += timedelta(seconds=1)
        answer = respond(services, link)
    assert answer.status == 410
    assert b"Sales" not in answer.body


def test_an_expired_link_is_renewed_by_mail_once_a_day(admins: Mailed) -> None:
    assert admins.post("/i/{boss}/renew").headers["location"] == f"../{admins.tokens[BOSS]}"
    admins.place.clock.now += 8 * DAY
    for path, action in (("", "{t}/renew"), (f"/{SESSION}/pdf", "../renew")):
        body = admins.get(f"/i/{{boss}}{path}").body.decode()
        assert f'action="{action.format(t=admins.tokens[BOSS])}"' in body
    answers = [admins.post("/i/{boss}/renew") for _ in range(3)]
    assert [len(answer.orders) for answer in answers] == [1, 0, 0]
    assert len({(answer.status, answer.body) for answer in answers}) == 1
    assert answers[0].orders[0].occasion == "index-2026-11-10"


def asked_for_on_the_report_page(mailed: Mailed) -> bytes:
    """The mail that an admin gets who presses the button on the page of a report."""
    (action,) = re.findall(r'action="([^"]*/index)"', mailed.get("/r/{ann}").body.decode())
    answer = mailed.post(f"/r/{action}")
    assert (answer.status, len(answer.orders)) == (200, 1)
    (order,) = answer.orders
    with mailed.services() as services:
        mail = services.ledger.delivery(order.cue_point_id, order.revision, order.recipient_id, order.occasion)
        assert mail is not None
        assert mail.address == mailed.admins[0]
        return write_mail(services, mail).message


def test_the_page_of_an_admin_s_report_has_the_link_mailed(mailed: Mailed) -> None:
    mailed.admins = ("Ann@example.com",)
    mail = asked_for_on_the_report_page(mailed)
    assert b"Debrief: your link to the index" in mail
    mailed.tokens["ann-as-admin@"] = token_in(mail)
    assert mailed.get("/i/{ann-as-admin}").status == 200
    assert mailed.tokens["ann-as-admin@"] not in mailed.get("/r/{ann}").body.decode()
    assert mailed.post("/r/{ann}/index").orders == ()


def test_nobody_else_is_shown_that_there_is_an_index(admins: Mailed) -> None:
    for who in ("ann", "bea", "cy"):
        assert b"ndex" not in re.sub(rb"noindex", b"", admins.get(f"/r/{{{who}}}").body).partition(b"<body")[2]
        answer = admins.post(f"/r/{{{who}}}/index")
        assert (answer, answer.orders) == (admins.post(f"/r/{UNKNOWN}/index"), ())


def test_an_address_that_bounced_gets_no_link(mailed: Mailed) -> None:
    mailed.admins = ("ann@example.com",)
    with ledger_of(mailed) as ledger:
        ledger.put_note(Note("suppressed", recipient_id("ann@example.com"), END))
    answer = mailed.post("/r/{ann}/index")
    assert b"No new link" in answer.body
    assert answer.orders == ()


def test_a_revoked_or_expired_report_has_no_link_mailed(mailed: Mailed) -> None:
    mailed.admins = ("ann@example.com",)
    mailed.place.clock.now += 31 * DAY
    assert mailed.post("/r/{ann}/index").status == 404


def test_reading_changes_nothing_but_the_note_that_it_was_opened(admins: Mailed) -> None:
    before, mails = admins.dump(), admins.place.mails()
    paths = [
        "/i/{boss}",
        "/i/{boss}?room=x&page=2",
        "/i/{boss}?page=x",
        f"/i/{{boss}}/{SESSION}/pdf",
        "/i/{boss}/renew",
    ]
    for path in paths * 2:
        head, got = admins.get(path, "HEAD"), admins.get(path)
        assert (head.status, head.headers, head.body) == (got.status, got.headers, b"")
    assert (admins.dump(), admins.place.mails()) == (before, mails)
    who = recipient_id(BOSS)
    notes = [row[2] for row in admins.dump(opened=True) if row[:2] == ("marks", "opened")]
    assert notes == [f"{SESSION}/{who}/2026-11-02/pdf", f"admin/{who}/2026-11-02/index"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/i/{boss}", "GET, HEAD"), (f"/i/{{boss}}/{SESSION}/pdf", "GET, HEAD"), ("/i/{boss}/renew", "POST")],
)
def test_other_methods_learn_which_are_right(admins: Mailed, path: str, allowed: str) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "BREW"} - set(allowed.split(", ")):
        answer = admins.get(path, method)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path", ["/x", "/x/y", "//pdf", "/1_nocue/pdf", "/%FF/pdf", "/%00/pdf", f"/{SESSION}/summary.json", "/a/b/pdf"]
)
def test_any_other_path_of_the_index_is_not_found(admins: Mailed, path: str) -> None:
    assert admins.get(f"/i/{{boss}}{path}").status == 404


def test_a_file_that_is_not_kept_is_said_to_be_gone(admins: Mailed) -> None:
    save(admins, record(1))
    assert admins.get("/i/{boss}/1_old00001/pdf").status == 410


def test_an_id_of_any_letters_has_links_that_work(admins: Mailed) -> None:
    odd = "1 ü/%.~"
    save(admins, record(1, cue_point_id=odd))
    assert admins.get("/i/{boss}/1%20%C3%BC%2F%25%2E%7E/pdf").status == 410


def test_what_an_admin_opened_is_listed_with_the_session(admins: Mailed, capsys: pytest.CaptureFixture[str]) -> None:
    admins.get(f"/i/{{boss}}/{SESSION}/attendees")
    environ = {"DEBRIEF_ARCHIVE": str(admins.place.root / "archive"), "DEBRIEF_ADMIN_TO": BOSS}
    assert main(["links", "show", "--session", SESSION], environ) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "index" in line]
    assert line.split()[0] == BOSS
    assert line.endswith("attendees 2026-11-02")


def test_a_query_means_nothing_to_any_other_page(admins: Mailed) -> None:
    for path in ("/r/{ann}", "/u/{ann}", "/robots.txt", "/r/x"):
        assert admins.get(f"{path}?room=x&page=nonsense&%FF") == admins.get(path)


def test_an_admin_s_link_is_one_line_of_a_mail(admins: Mailed) -> None:
    assert len(f"{PORTAL}/i/{admins.tokens[BOSS]}") < 78
