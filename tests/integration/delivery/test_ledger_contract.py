"""What holds for every ledger: SQLite and DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.delivery.ledger.ledger import (
    Delivery,
    DeliveryState,
    Ledger,
    Link,
    Note,
    NoteKind,
    SessionRecord,
    SessionState,
)
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.errors import Conflict
from debrief.model import Part
from support.aws import LEDGER, make_table, moto_aws

END = datetime(2024, 8, 1, 10, 1, tzinfo=UTC)
NOW = datetime(2024, 8, 1, 11, 30, 0, 123456, tzinfo=UTC)
WAITING = SessionRecord("1_cue", "1_entry", END - timedelta(hours=1), END)
FULL = SessionRecord(
    "1_full",
    "1_entry",
    END - timedelta(hours=1),
    END,
    entry_name='Zoë\'s "room" ✓ \x00 #1; DROP TABLE',
    parent_entry_id="1_parent",
    state="exported",
    reason="Because.",
    revision=3,
    content_hash="abc",
    due=NOW,
    asked=NOW,
    begun=True,
    kind="joint",
    merged_id="joint-1_full",
    parts=(Part("1_a", END - timedelta(hours=1), END - timedelta(minutes=30)), Part('1_"b', END, NOW)),
    virtual_event_id="77",
    history={1: {"attendees": 41.0, "minutes": 1 / 3}, 2: {}, 10: {"attendees": 43.0}},
)
DELIVERY = Delivery("1_cue", 1, "0123456789abcdef", "anna@example.org", "You host the room.")
FULL_DELIVERY = replace(
    DELIVERY,
    state="sent",
    reason="Zoë.",
    at=NOW,
    occasion="link-2026-11-24",
    tier="names",
    timezone="Europe/Berlin",
    language="de-DE",
    before=1,
    mailed=3,
    dated=NOW,
    without_files=True,
)
LINK = Link("ab" * 32, "1_cue", DELIVERY.recipient_id, "totals", 2, NOW, NOW + timedelta(days=30))
MARK = Note("opened", "1_cue/0123456789abcdef/2024-08-02/report", NOW, "Why.")


@pytest.fixture(params=["sqlite", "dynamodb"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "sqlite":
        with closing(SqliteLedger(tmp_path / "ledger.sqlite")) as ledger:
            yield ledger
        return
    with moto_aws():
        yield DynamoLedger(make_table(), LEDGER)


def ended(cue_point_id: str, end: datetime, state: SessionState = "final") -> SessionRecord:
    return SessionRecord(cue_point_id, "1_entry", end - timedelta(hours=1), end, state=state)


def ids(records: object) -> list[str]:
    assert not isinstance(records, str)
    return [record.cue_point_id for record in records]  # type: ignore[attr-defined]


@pytest.mark.parametrize("record", [WAITING, FULL], ids=["defaults", "everything"])
def test_a_saved_record_is_read_back_field_by_field(ledger: Ledger, record: SessionRecord) -> None:
    saved = ledger.save(record)
    assert saved == replace(record, version=1)
    assert ledger.session(record.cue_point_id) == saved


def test_what_is_not_known_is_none_or_nothing(ledger: Ledger) -> None:
    ledger.save(WAITING)
    assert ledger.session("1_other") is None
    assert ledger.delivery("1_cue", 1, "x") is None
    assert ledger.link(LINK.token_hash) is None
    assert ledger.note("opened", MARK.subject) is None
    assert list(ledger.notes("opened")) == []
    assert list(ledger.deliveries("1_cue")) == []
    assert list(ledger.open_deliveries()) == []


def test_times_come_back_in_utc_whatever_zone_they_were_given_in(ledger: Ledger) -> None:
    east = timezone(timedelta(hours=9))
    ledger.save(replace(WAITING, start=WAITING.start.astimezone(east), end=END.astimezone(east)))
    found = ledger.session("1_cue")
    assert found is not None
    assert (found.end, found.end.utcoffset()) == (END, timedelta(0))
    assert ids(ledger.sessions(END, END + timedelta(seconds=1))) == ["1_cue"]


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        ledger.save(replace(WAITING, due=NOW.replace(tzinfo=None)))


def test_every_save_counts_and_takes_back_what_it_clears(ledger: Ledger) -> None:
    first = ledger.save(FULL)
    second = ledger.save(
        replace(first, state="final", due=None, asked=None, parent_entry_id=None, parts=(), history={})
    )
    assert second.version == 2
    assert ledger.session("1_full") == second


def test_writes_can_be_made_together(ledger: Ledger) -> None:
    with ledger.batch():
        saved = ledger.save(WAITING)
        assert ledger.add_delivery(DELIVERY)
        assert ledger.session("1_cue") == saved
    assert ledger.session("1_cue") == saved
    assert list(ledger.open_deliveries()) == [DELIVERY]


def test_closing_loses_nothing(ledger: Ledger) -> None:
    saved = ledger.save(WAITING)
    ledger.close()
    ledger.close()
    assert ledger.session("1_cue") == saved


def test_a_new_record_that_exists_already_is_a_conflict(ledger: Ledger) -> None:
    saved = ledger.save(WAITING)
    with pytest.raises(Conflict):
        ledger.save(replace(WAITING, state="failed"))
    assert ledger.session("1_cue") == saved


def test_of_two_that_read_the_same_record_the_second_to_save_gets_a_conflict(ledger: Ledger) -> None:
    read = ledger.save(WAITING)
    winner = ledger.save(replace(read, state="exported"))
    with pytest.raises(Conflict):
        ledger.save(replace(read, state="failed"))
    assert ledger.session("1_cue") == winner


def test_a_record_that_was_never_saved_cannot_be_changed(ledger: Ledger) -> None:
    with pytest.raises(Conflict):
        ledger.save(replace(WAITING, version=4))
    assert ledger.session("1_cue") is None


def test_sessions_are_those_that_ended_from_since_until_before_until(ledger: Ledger) -> None:
    since, until = END, END + timedelta(days=2)
    for name, end in [
        ("too-early", since - timedelta(microseconds=1)),
        ("first", since),
        ("night", datetime(2024, 8, 1, 23, 59, 59, 999999, tzinfo=UTC)),
        ("midnight", datetime(2024, 8, 2, tzinfo=UTC)),
        ("last", until - timedelta(microseconds=1)),
        ("too-late", until),
    ]:
        ledger.save(ended(name, end))
    assert ids(ledger.sessions(since, until)) == ["first", "night", "midnight", "last"]
    assert ids(ledger.sessions(until, since)) == []
    assert ids(ledger.sessions(since, since)) == []


def test_sessions_come_by_end_then_by_id(ledger: Ledger) -> None:
    for name, minutes in [("c", 5), ("b", 5), ("a", 9), ("d", 1)]:
        ledger.save(ended(name, END + timedelta(minutes=minutes)))
    assert ids(ledger.sessions(END, END + timedelta(hours=1))) == ["d", "b", "c", "a"]


def test_a_session_whose_end_becomes_known_moves_to_its_day(ledger: Ledger) -> None:
    running = ledger.save(replace(WAITING, end=WAITING.start))
    later = END + timedelta(days=1)
    ledger.save(replace(running, end=later))
    assert ids(ledger.sessions(END - timedelta(days=1), END + timedelta(minutes=1))) == []
    assert ids(ledger.sessions(later, later + timedelta(minutes=1))) == ["1_cue"]


def test_unfinished_are_those_that_wait_failed_or_have_something_due(ledger: Ledger) -> None:
    ledger.save(ended("waiting", END, "waiting"))
    ledger.save(ended("failed", END - timedelta(days=900), "failed"))
    ledger.save(replace(ended("check-due", END + timedelta(days=1), "exported"), due=NOW))
    for state in ("exported", "final", "skipped"):
        ledger.save(ended(state, END, state))
    assert ids(ledger.unfinished()) == ["failed", "waiting", "check-due"]


def test_a_session_leaves_the_unfinished_when_nothing_more_is_due(ledger: Ledger) -> None:
    record = ledger.save(FULL)
    assert ids(ledger.unfinished()) == ["1_full"]
    ledger.save(replace(record, due=None))
    assert ids(ledger.unfinished()) == []


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


def test_ids_made_to_look_like_others_stay_apart(ledger: Ledger) -> None:
    hostile = ["1_cue#DELIVERY#000001#a", "1_cue", "SESSION", "1_cue' OR '1'='1", "%", "1_CUE"]
    for cue_point_id in hostile:
        ledger.save(replace(WAITING, cue_point_id=cue_point_id))
        ledger.add_delivery(replace(DELIVERY, cue_point_id=cue_point_id))
    for cue_point_id in hostile:
        record = ledger.session(cue_point_id)
        assert record is not None
        assert record.cue_point_id == cue_point_id
        assert ids(ledger.deliveries(cue_point_id)) == [cue_point_id]


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


def test_all_sessions_and_all_deliveries_come_whenever_they_were(ledger: Ledger) -> None:
    old = replace(WAITING, cue_point_id="1_old", start=END - timedelta(days=9000), end=END - timedelta(days=8999))
    saved = [ledger.save(record) for record in (WAITING, old)]
    admins = replace(DELIVERY, cue_point_id="admin", occasion="daily-2026-11-24")
    for delivery in (DELIVERY, admins):
        ledger.add_delivery(delivery)
    ledger.add_link(LINK)
    ledger.put_note(MARK)
    assert {record.cue_point_id: record for record in ledger.all_sessions()} == {one.cue_point_id: one for one in saved}
    assert sorted(ledger.all_deliveries(), key=lambda one: one.cue_point_id) == [DELIVERY, admins]


def test_a_recipients_id_is_replaced_wherever_it_is(ledger: Ledger) -> None:
    old, new = DELIVERY.recipient_id, "fedcba9876543210"
    other = replace(DELIVERY, recipient_id="0" * 16)
    for delivery in (DELIVERY, FULL_DELIVERY, other):
        ledger.add_delivery(delivery)
    ledger.add_link(LINK)
    subjects: list[tuple[NoteKind, str, str]] = [
        ("opened", MARK.subject, MARK.subject.replace(old, new)),
        ("suppressed", old, new),
        ("unsubscribed", f"{old}/1_room", f"{new}/1_room"),
        ("revoked", f"person/{old}", f"person/{new}"),
        ("revoked", "person/" + "0" * 16, "person/" + "0" * 16),
    ]
    for kind, subject, _ in subjects:
        ledger.put_note(Note(kind, subject, NOW))
    ledger.rename_recipient(old, new)
    ledger.rename_recipient(old, new)
    assert {one.recipient_id for one in ledger.all_deliveries()} == {new, "0" * 16}
    assert ledger.delivery("1_cue", 1, new) == replace(DELIVERY, recipient_id=new)
    assert ledger.delivery("1_cue", 1, new, FULL_DELIVERY.occasion) == replace(FULL_DELIVERY, recipient_id=new)
    assert ledger.link(LINK.token_hash) == replace(LINK, recipient_id=new)
    for kind, _, subject in subjects:
        assert ledger.note(kind, subject) is not None
        assert [one for one in ledger.notes(kind) if old in one.subject] == []
