"""A fresh link for an expired one."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from debrief.delivery.ledger.ledger import Note
from debrief.orders import DeliveryOrder
from debrief.pipeline.mailing.deliver import deliver
from support.mailed import Mailed, token_in
from support.world import World

DAY = datetime(2026, 12, 5, 9, tzinfo=UTC)


@pytest.fixture
def late(mailed: Mailed) -> Mailed:
    """The small session's mails, when their links have expired."""
    mailed.run()  # the check that made it final
    mailed.place.clock.now = DAY
    mailed.run()
    return mailed


def send(late: Mailed, orders: tuple[DeliveryOrder, ...]) -> list[bytes]:
    before = late.place.mails()
    with late.services() as services:
        for order in orders:
            assert deliver(services, order) == "sent"
    return [late.place.root.joinpath("outbox", name).read_bytes() for name in late.place.mails().keys() - before.keys()]


def test_a_fresh_link_goes_to_the_first_address_and_opens_the_same_tier(late: Mailed) -> None:
    answer = late.post("/r/{bea}/renew")
    assert answer.status == 200
    (mail,) = send(late, answer.orders)
    assert message_from_bytes(mail, policy=policy.default)["To"] == "bea@example.com"
    late.tokens["fresh@"] = token_in(mail)
    assert late.tokens["fresh@"] not in (late.tokens["bea@example.com"], late.tokens["ann@example.com"])
    names = late.place.read("reports/date=2026-11-02/session=1_cue00001/attendees-names.csv")
    assert late.get("/r/{fresh}/attendees").body == names
    assert late.get("/r/{bea}").status == 410


def test_asked_twice_on_a_day_it_answers_the_same_and_mails_once(late: Mailed) -> None:
    first, second = late.post("/r/{ann}/renew"), late.post("/r/{ann}/renew")
    assert (first.status, first.headers, first.body) == (second.status, second.headers, second.body)
    assert (len(first.orders), second.orders) == (1, ())
    late.place.clock.now += timedelta(days=1)
    assert [order.occasion for order in late.post("/r/{ann}/renew").orders] == ["link-2026-12-06"]


def test_on_a_day_with_a_new_revision_it_still_mails_once(late: Mailed) -> None:
    assert len(late.post("/r/{ann}/renew").orders) == 1
    with late.services() as services:
        link = services.ledger.link(late.hash_of("ann@example.com"))
        assert link is not None
        before = len(list(services.ledger.deliveries(link.cue_point_id)))
    for path in (late.place.root / "archive" / "reports").rglob("manifest.json"):
        path.write_text(re.sub('"revision": [0-9]+', '"revision": 9', path.read_text()))
    assert late.post("/r/{ann}/renew").orders == ()
    with late.services() as services:
        assert len(list(services.ledger.deliveries(link.cue_point_id))) == before


def test_a_mail_that_was_asked_for_and_not_handed_on_is_found_by_the_next_run(late: Mailed) -> None:
    late.post("/r/{ann}/renew")
    with late.services() as services:
        (open_mail,) = services.ledger.open_deliveries()
    assert (open_mail.occasion, open_mail.address) == ("link-2026-12-05", "ann@example.com")


def test_a_link_that_still_works_needs_no_fresh_one(mailed: Mailed) -> None:
    answer = mailed.post("/r/{ann}/renew")
    assert (answer.status, answer.headers["location"]) == (303, f"../{mailed.tokens['ann@example.com']}")
    assert answer.orders == ()


def test_nothing_is_mailed_to_an_address_that_bounced(late: Mailed) -> None:
    with late.services() as services:
        link = services.ledger.link(late.hash_of("ann@example.com"))
        assert link is not None
        services.ledger.put_note(Note("suppressed", link.recipient_id, DAY))
    before = late.dump()
    answer = late.post("/r/{ann}/renew")
    assert b"were returned" in answer.body
    assert answer.orders == ()
    assert late.dump() == before


def test_what_is_no_longer_archived_is_not_promised(late: Mailed) -> None:
    for path in (late.place.root / "archive" / "reports").rglob("manifest.json"):
        path.unlink()
    answer = late.post("/r/{ann}/renew")
    assert (answer.status, answer.orders) == (410, ())


def test_an_unknown_token_gets_no_mail(small: World, late: Mailed) -> None:
    before = late.dump()
    assert late.post(f"/r/{'a' * 32}/renew").status == 404
    assert late.dump() == before
