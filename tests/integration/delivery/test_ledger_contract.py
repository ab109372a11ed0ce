"""What every ledger does with sessions, and with sessions and deliveries together: SQLite and DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from ledger_samples import DELIVERY, END, FULL, FULL_DELIVERY, LINK, MARK, NOW, WAITING, ended, ids

from debrief.delivery.ledger.ledger import (
    Ledger,
    Note,
    NoteKind,
    SessionRecord,
    SessionState,
)
from debrief.errors import Conflict


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


def test_records_of_many_sessions_are_saved_and_read_together_in_their_order(ledger: Ledger) -> None:
    new = [replace(WAITING, cue_point_id=f"1_{number}") for number in range(130)]
    with ledger.batch():
        saved = list(ledger.save_all(new))
    assert saved == [replace(record, version=1) for record in new]
    names = [record.cue_point_id for record in new]
    assert ledger.sessions_of(["1_other", *names, "1_0"]) == {record.cue_point_id: record for record in saved if record}
    changed = list(ledger.save_all(replace(record, state="failed") for record in saved if record))
    assert [record.version if record else 0 for record in changed] == [2] * 130
    assert ledger.session("1_129") == changed[129]


def test_nothing_is_read_or_saved_of_no_sessions(ledger: Ledger) -> None:
    assert ledger.sessions_of([]) == {}
    assert list(ledger.save_all([])) == []


def test_of_records_saved_together_only_those_that_another_process_changed_are_not_saved(ledger: Ledger) -> None:
    read = ledger.save(WAITING)
    winner = ledger.save(replace(read, state="exported"))
    others = [replace(WAITING, cue_point_id=name) for name in ("1_a", "1_b")]
    lost = [replace(read, state="failed"), replace(WAITING, reason="It exists already.")]
    first, second = ([others[number], lost[number]] for number in range(2))
    assert [record and record.cue_point_id for record in ledger.save_all(first)] == ["1_a", None]
    assert [record and record.cue_point_id for record in ledger.save_all(second)] == ["1_b", None]
    assert ledger.session("1_cue") == winner


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


@pytest.mark.parametrize("indexed", [-40, -2, 40])  # the day from which on DynamoDB's index is complete
def test_finals_are_those_of_the_span_that_are_not_checked_again_latest_first(ledger: Ledger, indexed: int) -> None:
    since, until = END - timedelta(days=30), END

    def save(name: str, end: datetime, state: SessionState = "final", due: datetime | None = None) -> None:
        ledger.save(SessionRecord(name, "1_entry", end - timedelta(hours=1), end, state=state, due=due))

    assert list(ledger.finals(since, until, now=END + timedelta(days=indexed))) == []
    save("too late", until)
    for name, days in (("first", 30), ("b", 3), ("a", 3), ("last", 0.001)):
        save(name, until - timedelta(days=days))
    save("too early", since - timedelta(seconds=1))
    save("checked again", until - timedelta(days=1), due=until)
    states: tuple[SessionState, ...] = ("waiting", "exported", "skipped", "failed")
    for state in states:
        save(state, until - timedelta(days=1), state)
    found = ledger.finals(since, until, now=END + timedelta(days=400))
    assert [record.cue_point_id for record in found] == ["last", "b", "a", "first"]


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


def test_a_session_comes_with_its_deliveries(ledger: Ledger) -> None:
    assert ledger.session_with_deliveries("1_cue") == (None, [])
    other = replace(DELIVERY, cue_point_id=f"{DELIVERY.cue_point_id}0")
    mine = [replace(DELIVERY, revision=revision) for revision in (1, 2)]
    ledger.add_deliveries([*reversed(mine), other])
    assert ledger.session_with_deliveries(DELIVERY.cue_point_id) == (None, mine)
    record = ledger.save(replace(WAITING, cue_point_id=DELIVERY.cue_point_id))
    assert ledger.session_with_deliveries(DELIVERY.cue_point_id) == (record, mine)
    assert ledger.session_with_deliveries(other.cue_point_id) == (None, [other])


def test_of_deliveries_that_are_added_together_those_that_exist_stay(ledger: Ledger) -> None:
    sent = replace(DELIVERY, state="sent")
    ledger.add_delivery(sent)
    new = [replace(DELIVERY, recipient_id=f"{number:016}") for number in range(205)]
    ledger.add_deliveries([*new[:50], DELIVERY, *new[50:], replace(new[0], state="sent")])
    ledger.add_deliveries([])
    assert sorted(ledger.deliveries(DELIVERY.cue_point_id), key=lambda each: each.recipient_id) == sorted(
        [sent, *new], key=lambda each: each.recipient_id
    )


def test_several_notes_are_read_together_in_the_order_asked_for(ledger: Ledger) -> None:
    kinds: tuple[NoteKind, ...] = ("suppressed", "unsubscribed")
    notes = [Note(kind, f"{number}/1_room", NOW, str(number)) for number in range(120) for kind in kinds]
    for note in notes[::2]:
        ledger.put_note(note)
    asked: list[tuple[NoteKind, str]] = [(note.kind, note.subject) for note in reversed(notes)]
    assert list(ledger.notes_of(asked)) == list(reversed(notes[::2]))
    assert list(ledger.notes_of(asked[-1:] * 2)) == notes[:1] * 2
    assert list(ledger.notes_of([])) == []


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
