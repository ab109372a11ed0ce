"""No more reports, and back again."""

from datetime import timedelta

import pytest

from debrief.cli.main import main
from debrief.delivery.ledger.ledger import Delivery, Note
from debrief.delivery.ledger.suppressions import find_unsubscription
from debrief.delivery.mail.addresses import recipient_id
from debrief.pipeline.mailing.issue_links import issue_token
from debrief.portal.app import respond
from debrief.portal.http import Request
from support.mailed import Mailed

ONE_CLICK = "List-Unsubscribe=One-Click"
MULTIPART = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


def stopped(mailed: Mailed, who: str = "ann@example.com") -> tuple[bool, bool]:
    """Whether somebody gets no reports of the room, and of another one."""
    with mailed.services() as services:
        link = services.ledger.link(mailed.hash_of(who))
        assert link is not None
        ledger, key = services.ledger, link.recipient_id
        return find_unsubscription(ledger, key, "1_room0001") is not None, find_unsubscription(
            ledger, key, "1_other"
        ) is not None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(ONE_CLICK, "application/x-www-form-urlencoded"), (MULTIPART, "multipart/form-data; boundary=b")],
)
def test_the_one_click_of_an_email_program_stops_everything(mailed: Mailed, body: str, content_type: str) -> None:
    answer = mailed.post("/u/{ann}", body, content_type)
    assert answer.status == 200
    assert stopped(mailed) == (True, True)
    assert stopped(mailed, "bea@example.com") == (False, False)


def test_the_page_stops_one_room_or_all_and_takes_it_back(mailed: Mailed) -> None:
    assert "Sales, EMEA" in mailed.get("/u/{ann}").body.decode()
    seen = []
    for choice in ("room", "room-again", "all", "all", "all-again"):
        answer = mailed.post("/u/{ann}", f"choice={choice}")
        seen.append((answer.status, *stopped(mailed)))
    assert seen == [
        (200, True, False),
        (200, False, False),
        (200, True, True),
        (200, True, True),
        (200, False, False),
    ]


def test_the_page_names_whom_to_ask(mailed: Mailed) -> None:
    with mailed.services(contact="help@example.com") as services:
        answer = respond(services, Request("GET", f"/u/{mailed.tokens['ann@example.com']}", {}, b"", ""))
    assert b"help@example.com" in answer.body


def test_the_page_shows_the_current_status(mailed: Mailed) -> None:
    heads = ["Which reports do you want to stop?", "no more reports on this room", "You get no more reports<"]
    found = [mailed.get("/u/{ann}").body.decode()]
    for choice in ("room", "all"):
        mailed.post("/u/{ann}", f"choice={choice}")
        found.append(mailed.get("/u/{ann}").body.decode())
    assert [[head in page for head in heads] for page in found] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


@pytest.mark.parametrize(
    "body", ["", "choice=everything", "choice=all-again-again", "choice=-again", "x", "choice=room-"]
)
def test_a_choice_that_is_none_changes_nothing(mailed: Mailed, body: str) -> None:
    before = mailed.dump()
    assert mailed.post("/u/{ann}", body).status == 400
    assert mailed.dump() == before


def test_it_works_with_an_expired_and_with_a_revoked_link_which_show_nothing_else(mailed: Mailed) -> None:
    mailed.place.clock.now += timedelta(days=40)
    page = mailed.get("/u/{ann}")
    assert page.status == 200
    assert b"Sales" not in page.body
    main(["links", "revoke", "--session", "1_cue00001"], {"DEBRIEF_ARCHIVE": str(mailed.place.root / "archive")})
    assert mailed.post("/u/{ann}", ONE_CLICK).status == 200
    assert stopped(mailed) == (True, True)


@pytest.fixture
def with_channel(mailed: Mailed) -> Mailed:
    """The report also went to the channel `crm`."""
    with mailed.services() as services:
        now, address = mailed.place.clock.now, "channel:crm"
        sent = Delivery("1_cue00001", 1, recipient_id(address), address, "A rule.", "sent", at=now, tier="totals")
        services.ledger.add_delivery(sent)
        mailed.tokens["crm@channel"] = issue_token(services, sent, 1, now + timedelta(days=30))
    return mailed


@pytest.mark.parametrize("body", ["choice=all", "choice=room", "choice=weekly", ONE_CLICK])
def test_a_channels_link_unsubscribes_nothing_and_says_who_chooses_channels(with_channel: Mailed, body: str) -> None:
    before = with_channel.dump()
    pages = [with_channel.get("/u/{crm}"), with_channel.post("/u/{crm}", body)]
    assert [page.status for page in pages] == [200, 400]
    assert [b"Nothing was changed" in page.body for page in pages] == [False, True]
    for page in pages:
        assert b"An admin chooses in the rules file which channels get reports." in page.body
        assert b"<form" not in page.body
    assert with_channel.dump() == before
    report = with_channel.get("/r/{crm}")
    assert report.status == 200
    assert b"Unsubscribe" not in report.body
    assert b"is personal" not in report.body


def test_an_earlier_unsubscription_of_a_channel_is_shown_nowhere(
    with_channel: Mailed, capsys: pytest.CaptureFixture[str]
) -> None:
    with with_channel.services() as services:
        services.ledger.put_note(Note("unsubscribed", recipient_id("channel:crm"), with_channel.place.clock.now))
    archive = {"DEBRIEF_ARCHIVE": str(with_channel.place.root / "archive")}
    assert main(["links", "show", "--session", "1_cue00001"], archive) == 0
    assert "unsubscribed" not in capsys.readouterr().out
    with_channel.place.clock.now += timedelta(days=40)
    assert b"Subscribe again" not in with_channel.post("/r/{crm}/renew").body
