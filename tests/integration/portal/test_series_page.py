"""The page of a room in the portal: only the recipient's own sessions, and all of them for an admin."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from debrief.delivery.ledger.ledger import DIGEST, IN_DIGEST, Delivery, DeliveryState, Note
from debrief.delivery.ledger.suppressions import person_subject, session_subject
from debrief.delivery.mail.addresses import recipient_id
from debrief.model import Session
from debrief.pipeline.mailing.report_mail import write_mail
from debrief.pipeline.session.series import update_series
from debrief.pipeline.state.revisions import Revision
from debrief.portal.app import respond
from debrief.portal.http import Request, Response
from support.mailed import PORTAL, RULES, Mailed, mail_the_small_session
from support.world import END, START, World

PAGE = "reports/room=1_room0001/index.html"


@pytest.fixture
def mailed(small: World) -> Mailed:
    """Three recipients of one session; the room had another session, of which none of them got a report."""
    found = mail_the_small_session(small)
    (small.root / "rules.yaml").write_text(RULES + "series: yes\n")
    with found.services() as services:
        for week in (0, 1):
            end = END - timedelta(days=7) * week
            session = Session(f"1_cue0000{1 + week * 6}", "1_room0001", end - (END - START), end, "Sales, EMEA")
            figures = {"unique_attendees": 30.0 + week, "came_back": 7.0}
            update_series(services, session, figures, Revision(1, "final", ""))
    return found


def text(response: Response) -> str:
    assert response.status == 200
    return re.sub(r"<[^>]+>|\s+", " ", response.body.decode().partition("<script")[0])


@pytest.mark.parametrize("who", ["ann", "bea", "cy"])
def test_a_recipient_sees_the_sessions_whose_reports_they_got_whatever_their_tier(mailed: Mailed, who: str) -> None:
    response = mailed.get(f"/r/{{{who}}}/series")
    assert b"1_cue00007" not in response.body
    assert "1 session" in text(response)
    assert "This page has only the sessions whose reports you got." in text(response)
    assert "sandbox" in response.headers["content-security-policy"]
    assert b"@example.com" not in response.body


def test_times_are_in_the_recipients_zone(mailed: Mailed) -> None:
    assert "Times are in America/New_York." in text(mailed.get("/r/{bea}/series"))


def test_an_admin_sees_all_sessions_with_links_to_their_files(mailed: Mailed) -> None:
    mailed.mail_the_admins("dan@example.com")
    response = mailed.get("/i/{dan}/1_cue00001/series")
    assert "2 sessions" in text(response)
    assert b'href="../1_cue00007/report"' in response.body
    assert mailed.get("/i/{dan}/1_nocue/series").status == 404


def test_a_revoked_link_opens_no_page_and_a_room_without_a_page_has_none(mailed: Mailed) -> None:
    with mailed.services() as services:
        key = recipient_id("ann@example.com")
        services.ledger.put_note(Note("revoked", person_subject(key), mailed.place.clock.now))
    assert mailed.get("/r/{ann}/series").status == 404
    (mailed.place.root / "archive" / PAGE).write_text("not a page")
    assert mailed.get("/r/{bea}/series").status == 404
    (mailed.place.root / "archive" / PAGE).unlink()
    assert mailed.get("/r/{cy}/series").status == 404
    assert mailed.get("/r/nothing/series").status == 404


@pytest.fixture
def recurring(mailed: Mailed) -> Mailed:
    """As if the report had been compared with an earlier session."""
    with mailed.services() as services:
        record = services.ledger.session("1_cue00001")
        assert record
        figures = {**record.history[record.revision], "earlier_sessions": 1.0}
        services.ledger.save(replace(record, history={record.revision: figures}))
    return mailed


@pytest.mark.parametrize("path", ["/r/{ann}", "/r/{ann}/report", "/i/{dan}"])
def test_a_report_of_a_recurring_room_links_to_the_page(recurring: Mailed, path: str) -> None:
    recurring.mail_the_admins("dan@example.com")
    assert b"All sessions of this room" in recurring.get(path).body
    (recurring.place.root / "rules.yaml").write_text(RULES)
    assert b"All sessions of this room" not in recurring.get(path).body


@pytest.mark.parametrize("rules", ["not: [valid", None])
def test_a_wrong_rules_file_hides_the_link_and_not_the_report(recurring: Mailed, rules: str | None) -> None:
    path: Path = recurring.place.root / "rules.yaml"
    with recurring.services() as services:
        path.write_text(rules) if rules else path.unlink()
        recurring.place.clock.now += timedelta(minutes=6)
        response = respond(services, Request("GET", f"/r/{recurring.tokens['ann@example.com']}/report"))
    assert response.status == 200
    assert b"All sessions of this room" not in response.body


def test_the_email_about_a_session_of_a_recurring_room_links_to_the_page(recurring: Mailed) -> None:
    with recurring.services() as services:
        delivery = Delivery("1_cue00001", 1, recipient_id("ann@example.com"), "ann@example.com", "You host.", at=END)
        message = message_from_bytes(write_mail(services, delivery).message, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    assert re.search(rf"All sessions of this room: {PORTAL}/r/[a-z2-7]+/series", body.get_content())


@pytest.mark.parametrize("path", ["", "/series", "/pdf"])
@pytest.mark.parametrize(("who", "is_shown"), [("ann", True), ("bea", False), ("cy", False)])
def test_only_full_access_shows_an_email_address_in_a_rooms_name(
    mailed: Mailed, path: str, who: str, is_shown: bool
) -> None:
    name = "Room of zoe@example.org"
    with mailed.services() as services:
        record = services.ledger.session("1_cue00001")
        assert record
        services.ledger.save(replace(record, entry_name=name))
        session = Session("1_cue00001", "1_room0001", END - timedelta(hours=1), END, name)
        update_series(services, session, {"unique_attendees": 30.0}, Revision(1, "final", ""))
    response = mailed.get(f"/r/{{{who}}}{path}")
    assert response.status == 200
    assert ("zoe" in f"{response.headers}{response.body.decode(errors='ignore')}") == is_shown
    assert ("zoe@" in mailed.get(f"/u/{{{who}}}").body.decode()) == is_shown


@pytest.mark.parametrize(
    ("state", "reason", "is_shown"),
    [("sent", "", True), ("stopped", IN_DIGEST, True), ("stopped", "Unsubscribed.", False), ("pending", "", False)],
)
@pytest.mark.parametrize("is_revoked", [False, True])
def test_another_session_is_shown_if_its_report_came_alone_or_in_a_digest_and_its_links_are_not_revoked(
    mailed: Mailed, state: DeliveryState, reason: str, is_shown: bool, is_revoked: bool
) -> None:
    key = recipient_id("ann@example.com")
    with mailed.services() as services:
        mail = Delivery("1_cue00007", 1, key, "ann@example.com", "You host.", state, reason, at=END)
        services.ledger.add_delivery(mail)
        services.ledger.put_note(Note("listed", f"{key}/2026-W44/1_cue00007", END, "1 final 31"))
        digest = replace(mail, cue_point_id=DIGEST, state="sent", reason="", occasion="digest-2026-W44")
        services.ledger.add_delivery(digest)
        if is_revoked:
            now = mailed.place.clock.now
            services.ledger.put_note(Note("revoked", session_subject("1_cue00007"), now))
    response = mailed.get("/r/{ann}/series")
    assert (b"1_cue00007" in response.body) == (is_shown and not is_revoked)
