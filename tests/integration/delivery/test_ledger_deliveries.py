"""What every ledger does with deliveries, links and notes: SQLite and DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_samples import DELIVERY, FULL_DELIVERY, LINK, MARK, NOW

from debrief.delivery.ledger.ledger import (
    Delivery,
    DeliveryState,
    Ledger,
    Note,
)


def test_a_delivery_is_new_once(ledger: Ledger) -> None:
    assert ledger.add_delivery(DELIVERY)
    assert not ledger.add_delivery(replace(DELIVERY, address="other@example.org"))
    assert ledger.delivery("1_cue", 1, DELIVERY.recipient_id) == DELIVERY


def test_a_sent_delivery_stays_sent_when_it_is_added_again(ledger: Ledger) -> None:
    ledger.add_delivery(DELIVERY)
    sent = ledger.move(DELIVERY, "sent", at=NOW)
    assert not ledger.add_delivery(DELIVERY)
    assert ledger.delivery("1_cue", 1, DELIVERY.recipient_id) == sent


def test_revisions_and_recipients_are_deliveries_of_their_own(ledger: Ledger) -> None:
    for revision, recipient in [(10, "a"), (2, "b"), (2, "a"), (1, "c")]:
        assert ledger.add_delivery(replace(DELIVERY, revision=revision, recipient_id=recipient))
    assert ledger.add_delivery(replace(DELIVERY, cue_point_id="1_cue2"))
    found = [(delivery.revision, delivery.recipient_id) for delivery in ledger.deliveries("1_cue")]
    assert found == [(1, "c"), (2, "a"), (2, "b"), (10, "a")]


@pytest.mark.parametrize("delivery", [DELIVERY, FULL_DELIVERY], ids=["defaults", "everything"])
def test_a_delivery_is_read_back_field_by_field(ledger: Ledger, delivery: Delivery) -> None:
    ledger.add_delivery(delivery)
    key = (delivery.cue_point_id, delivery.revision, delivery.recipient_id, delivery.occasion)
    assert ledger.delivery(*key) == delivery
    assert list(ledger.deliveries("1_cue")) == [delivery]


def test_each_occasion_is_a_delivery_of_its_own(ledger: Ledger) -> None:
    for recipient, occasion in [("b", ""), ("a", "link-2026-11-25"), ("a", ""), ("a", "link-2026-11-24")]:
        assert ledger.add_delivery(replace(DELIVERY, recipient_id=recipient, occasion=occasion))
        assert not ledger.add_delivery(replace(DELIVERY, recipient_id=recipient, occasion=occasion, why="Again."))
    in_order = [("a", ""), ("a", "link-2026-11-24"), ("a", "link-2026-11-25"), ("b", "")]
    assert [(one.recipient_id, one.occasion) for one in ledger.deliveries("1_cue")] == in_order
    assert [(one.recipient_id, one.occasion) for one in ledger.open_deliveries()] == in_order


def test_a_claim_on_one_occasion_is_none_on_another(ledger: Ledger) -> None:
    fresh = replace(DELIVERY, occasion="link-2026-11-24")
    ledger.add_delivery(DELIVERY)
    ledger.add_delivery(fresh)
    claimed = ledger.move(fresh, "claimed", at=NOW)
    assert ledger.delivery("1_cue", 1, DELIVERY.recipient_id, fresh.occasion) == claimed
    assert ledger.delivery("1_cue", 1, DELIVERY.recipient_id) == DELIVERY


def test_of_two_that_claim_the_same_delivery_the_second_gets_nothing(ledger: Ledger) -> None:
    ledger.add_delivery(DELIVERY)
    claimed = ledger.move(DELIVERY, "claimed", at=NOW)
    assert claimed == replace(DELIVERY, state="claimed", at=NOW)
    assert ledger.move(DELIVERY, "claimed", at=NOW) is None
    assert ledger.delivery("1_cue", 1, DELIVERY.recipient_id) == claimed


def test_a_delivery_that_is_not_there_cannot_be_moved(ledger: Ledger) -> None:
    assert ledger.move(DELIVERY, "claimed", at=NOW) is None
    assert ledger.delivery("1_cue", 1, DELIVERY.recipient_id) is None


@pytest.mark.parametrize("end", ["sent", "refused", "unknown"])
def test_open_deliveries_are_the_pending_and_the_claimed(ledger: Ledger, end: DeliveryState) -> None:
    for recipient in ("a", "b", "c"):
        ledger.add_delivery(replace(DELIVERY, recipient_id=recipient))
    claimed = ledger.move(replace(DELIVERY, recipient_id="b"), "claimed", at=NOW)
    gone = ledger.move(replace(DELIVERY, recipient_id="c"), end, at=NOW, reason="Why.")
    assert claimed is not None
    assert gone is not None
    assert (gone.state, gone.reason, gone.at) == (end, "Why.", NOW)
    assert [(delivery.recipient_id, delivery.state) for delivery in ledger.open_deliveries()] == [
        ("a", "pending"),
        ("b", "claimed"),
    ]


def test_a_throttled_mail_goes_back_to_pending_and_can_be_claimed_again(ledger: Ledger) -> None:
    ledger.add_delivery(DELIVERY)
    claimed = ledger.move(DELIVERY, "claimed", at=NOW)
    assert claimed is not None
    pending = ledger.move(claimed, "pending", at=NOW, reason="SES limits the sending rate now.")
    assert pending is not None
    assert ledger.move(pending, "claimed", at=NOW + timedelta(minutes=1)) is not None


def test_the_claim_says_which_revision_the_mail_holds_and_later_moves_keep_it(ledger: Ledger) -> None:
    ledger.add_delivery(DELIVERY)
    claimed = ledger.move(replace(DELIVERY, mailed=4), "claimed", at=NOW)
    assert claimed == replace(DELIVERY, state="claimed", at=NOW, mailed=4)
    sent = ledger.move(claimed, "sent", at=NOW)
    assert sent is not None
    assert sent.mailed == 4
    assert ledger.delivery("1_cue", 1, DELIVERY.recipient_id) == sent


def test_a_link_is_new_once_and_found_by_its_hash_alone(ledger: Ledger) -> None:
    other = replace(LINK, token_hash="cd" * 32)
    assert ledger.add_link(LINK)
    assert ledger.add_link(other)
    assert not ledger.add_link(replace(LINK, recipient_id="somebody-else", tier="full"))
    assert ledger.link(LINK.token_hash) == LINK
    assert ledger.link(other.token_hash) == other
    assert ledger.link(LINK.token_hash.upper()) is None


def test_an_expired_link_is_still_found(ledger: Ledger) -> None:
    old = replace(LINK, issued=NOW - timedelta(days=900), expires=NOW - timedelta(days=870))
    ledger.add_link(old)
    assert ledger.link(LINK.token_hash) == old


def test_a_later_mark_replaces_an_earlier_one(ledger: Ledger) -> None:
    later = replace(MARK, at=NOW + timedelta(hours=1), detail="")
    ledger.put_note(MARK)
    assert ledger.note("opened", MARK.subject) == MARK
    ledger.put_note(later)
    assert ledger.note("opened", MARK.subject) == later
    assert list(ledger.notes("opened")) == [later]


def test_a_mark_of_one_kind_is_none_of_another(ledger: Ledger) -> None:
    ledger.put_note(Note("suppressed", "0123456789abcdef", NOW))
    assert ledger.note("unsubscribed", "0123456789abcdef") is None
    assert list(ledger.notes("unsubscribed")) == []


def test_marks_come_by_subject_and_only_those_that_start_so(ledger: Ledger) -> None:
    subjects = ["b", "a/é", "a/", "a/2", "a/10", "a", "A/1", "a%", "a/\U0001f600", "%", "a_"]
    for subject in subjects:
        ledger.put_note(Note("opened", subject, NOW))
    assert [mark.subject for mark in ledger.notes("opened", "a/")] == ["a/", "a/10", "a/2", "a/é", "a/\U0001f600"]
    assert [mark.subject for mark in ledger.notes("opened", "%")] == ["%"]
    assert [mark.subject for mark in ledger.notes("opened")] == sorted(subjects)


def test_a_claim_says_nothing_of_the_address(ledger: Ledger) -> None:
    ledger.add_delivery(DELIVERY)
    found = ledger.delivery("1_cue", 1, DELIVERY.recipient_id)
    assert found is not None
    assert found.address == "anna@example.org"
    assert "anna" not in repr(found)


def test_a_forgotten_delivery_keeps_its_id_and_state_and_nothing_of_the_person(ledger: Ledger) -> None:
    ledger.add_delivery(FULL_DELIVERY)
    ledger.forget(FULL_DELIVERY)
    left = replace(FULL_DELIVERY, address="", why="", timezone="", language="")
    assert list(ledger.deliveries(DELIVERY.cue_point_id)) == [left]
    ledger.compact()
    assert list(ledger.all_deliveries()) == [left]
