"""Who was erased: found by keyed hash, named by pseudonyms, taken out of records and mails, and nobody else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from debrief.delivery.archive.archive import ManifestFile
from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import Delivery, Note, SessionRecord
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.ledger.suppressions import is_revoked, person_subject
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.mail.mailer import Envelope
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.errors import BadSettings
from debrief.kaltura.session_data.erase_from_answers import ERASED
from debrief.model import Person, Session, SessionData, VirtualEvent
from debrief.pipeline.erasure.erase_person import (
    Erasure,
    _clean_records,
    _erase_mails,
    _stop_mails,
    _with_same_formats,
    find_person,
)
from debrief.pipeline.erasure.locate import SessionPeople
from debrief.pipeline.erasure.search_terms import Terms
from debrief.pipeline.mailing.senders import mail_name
from debrief.pipeline.privacy.people_index import fingerprint, hash_of, index_of
from debrief.pipeline.privacy.recheck_erased import repeat_if_erased_meanwhile
from debrief.pipeline.privacy.tombstones import (
    Tombstones,
    add_tombstones,
    id_and_address_of,
    remove_erased,
    scope_of,
    tombstones,
)
from debrief.pipeline.services import Services
from debrief.settings import Settings

KEY = b"a key of people"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ANN, BOB = Person("ann", "Ann Lee", "ann@example.com"), Person("bob", "Bob Ray", "bob@example.com")
STONES = Tombstones(lambda: KEY, frozenset({hash_of(KEY, "ann"), hash_of(KEY, "ann@example.com")}))
RECORD = SessionRecord("1_cue", "1_room", NOW - timedelta(hours=2), NOW - timedelta(hours=1), "Weekly")


@pytest.fixture
def ledger(tmp_path: Path) -> SqliteLedger:
    return SqliteLedger(tmp_path / "ledger.sqlite3")


def services(ledger: SqliteLedger, key: bytes = KEY) -> Services:
    """Services of which nothing but the ledger is used."""
    return Services(
        kaltura=None,  # type: ignore[arg-type]
        archive=None,  # type: ignore[arg-type]
        ledger=ledger,
        mailer=None,  # type: ignore[arg-type]
        settings=Settings(partner_id="1"),
        clock=lambda: NOW,
        people_key=lambda: key,
    )


def no_key() -> bytes:
    raise AssertionError


def mail(who: Person, state: str, cue_point_id: str = "1_cue", revision: int = 1) -> Delivery:
    return Delivery(cue_point_id, revision, recipient_id(who.email), who.email, state=state)  # type: ignore[arg-type]


def test_as_long_as_nobody_was_erased_the_key_is_not_even_asked_for() -> None:
    assert not Tombstones(no_key).has("ann")


@pytest.mark.parametrize(
    ("values", "is_erased"),
    [
        (("ann",), True),
        (("bob", "ANN@example.com"), True),
        (("", "Ann Lee <ann@example.com>"), True),
        (("bob", "bob@example.com"), False),
        (("", ""), False),
        ((), False),
    ],
)
def test_a_person_is_erased_under_any_id_or_address_and_nobody_is_under_a_blank_one(
    values: tuple[str, ...], *, is_erased: bool
) -> None:
    with_blank = replace(STONES, hashes=STONES.hashes | {hash_of(KEY, "")})
    assert STONES.has(*values) is with_blank.has(*values) is is_erased


def test_a_pseudonym_is_the_same_within_a_scope_and_for_each_spelling_and_no_other() -> None:
    one = STONES.pseudonym("77", "Lee, Ann")
    assert one == STONES.pseudonym("77", "Lee, Ann") != STONES.pseudonym("78", "Lee, Ann")
    assert one != STONES.pseudonym("77", "Lee, Bob")
    assert one != Tombstones(lambda: b"another key").pseudonym("77", "Lee, Ann")
    assert one.startswith("erased-")
    assert STONES.pseudonym("77", "broken \udc80 text").startswith("erased-")


@pytest.mark.parametrize(
    ("record", "scope"),
    [
        (RECORD, "1_cue"),
        (replace(RECORD, merged_id="joint-1_cue"), "joint-1_cue"),
        (replace(RECORD, merged_id="joint-1_cue", virtual_event_id="77"), "77"),
        (replace(RECORD, virtual_event_id="77"), "77"),
    ],
)
def test_pseudonyms_hold_for_the_event_or_the_merged_session_or_the_session(record: SessionRecord, scope: str) -> None:
    assert scope_of(record) == scope


def test_a_person_is_known_by_an_id_that_is_one_and_an_address_without_blanks() -> None:
    assert id_and_address_of(Person("ann", "Ann", " ann@example.com ")) == ("ann", "ann@example.com")
    assert id_and_address_of(Person("Unknown", "", "")) == id_and_address_of(Person("  ", "", "")) == ("", "")


def test_of_several_people_only_the_erased_go() -> None:
    gone = STONES.erased([ANN, BOB], "1_cue")
    assert (gone.ids, set(gone.emails), gone.names) == ({"ann"}, {"ann@example.com"}, {"Ann Lee"})
    assert gone.clean_text("Talk of Ann Lee and Bob Ray") == f"Talk of {ERASED} and Bob Ray"


def test_an_event_stays_as_it_is_unless_its_owner_was_erased() -> None:
    of_bob = VirtualEvent("77", "Ann Lee's days", Person("bob", "Bob Ray", ""))
    assert STONES.event(of_bob) is of_bob
    assert STONES.event(VirtualEvent("77", "Days")) == VirtualEvent("77", "Days")
    of_ann = VirtualEvent("77", "Days of Ann Lee", Person("x", "Ann Lee", "ann@example.com"))
    assert STONES.event(of_ann) == VirtualEvent("77", f"Days of {ERASED}")


def test_an_index_of_others_keeps_whom_only_an_earlier_one_knows_and_drops_the_erased() -> None:
    kept = index_of(KEY, [("ann", "ann@example.com"), ("cy", "")])
    both = STONES.index([("bob", "")], kept)
    assert both == index_of(KEY, [("bob", ""), ("cy", "")])
    assert STONES.index([("bob", "")], index_of(b"other", [("cy", "")])) == index_of(KEY, [("bob", "")])
    assert Tombstones(bytes).index([("bob", "")], kept) is kept


def test_without_a_people_key_a_session_is_as_kaltura_sent_it_and_has_no_index(ledger: SqliteLedger) -> None:
    data = SessionData(Session("1_cue", "1_room", RECORD.start, RECORD.end))
    assert remove_erased(services(ledger, b""), data, "1_cue") == (data, None)
    assert remove_erased(services(ledger), data, "1_cue") == (data, index_of(KEY, []))


def test_who_is_buried_is_found_again_and_noted_once(ledger: SqliteLedger) -> None:
    place = services(ledger)
    buried = add_tombstones(place, Tombstones(lambda: KEY), STONES.hashes)
    assert buried.hashes == tombstones(place).hashes == STONES.hashes
    later = replace(place, clock=lambda: NOW + timedelta(days=1))
    add_tombstones(later, tombstones(later), [*STONES.hashes, "new"])
    assert {mark.subject for mark in ledger.notes("erased") if mark.at == NOW} == STONES.hashes


@pytest.mark.parametrize("key", [b"", b"another key"])
def test_under_another_people_key_nothing_is_done_before_the_right_one_is_back(
    ledger: SqliteLedger, key: bytes
) -> None:
    ledger.put_note(Note("erased", "x", NOW, fingerprint(KEY)))
    with pytest.raises(BadSettings, match="another people key"):
        tombstones(services(ledger, key))


def test_without_a_people_key_nobody_can_be_looked_for(ledger: SqliteLedger) -> None:
    with pytest.raises(BadSettings, match="No people key is set"):
        find_person(services(ledger, b""), "ann")


def test_records_lose_the_erased_host_and_the_name_in_the_room_s_where_the_person_was(ledger: SqliteLedger) -> None:
    def record(name: str, host: str) -> SessionRecord:
        return replace(
            RECORD, cue_point_id=name, entry_name="Ann Lee's room", host_user_id=host, host_name=f"Host {host}"
        )

    for one in (record("1_there", "bob"), record("1_hosted", "ann"), record("1_other", "bob")):
        ledger.save(one)
    _clean_records(services(ledger), STONES, {"1_there"}, [ANN])
    there, hosted, other = (ledger.session(name) for name in ("1_there", "1_hosted", "1_other"))
    assert there is not None
    assert hosted is not None
    assert other is not None
    assert (there.entry_name, there.host_user_id, there.host_name) == (f"{ERASED}'s room", "bob", "Host bob")
    assert hosted.host_user_id == STONES.pseudonym("1_hosted", "ann")
    assert (hosted.entry_name, hosted.host_name) == (f"{ERASED}'s room", ERASED)
    assert (other.entry_name, other.host_name, other.version) == ("Ann Lee's room", "Host bob", 1)


def test_mails_to_the_person_stop_lose_the_address_and_end_their_links_and_no_others_do(
    ledger: SqliteLedger, tmp_path: Path
) -> None:
    outbox = OutboxMailer(tmp_path / "outbox")
    states = ("pending", "claimed", "sent", "refused")
    mails = [mail(ANN, state, f"1_{state}") for state in states]
    others = [mail(BOB, "pending"), mail(BOB, "sent", revision=2)]
    for one in (*mails, *others):
        ledger.add_delivery(one)
    for one in (mails[2], others[1]):
        outbox.send(Envelope(mail_name(one), one.address, b"mail"))
    done = Erasure()
    _stop_mails(services(ledger), STONES, outbox, done)
    found = {one.cue_point_id: one for one in ledger.all_deliveries() if one.cue_point_id != "1_cue"}
    assert {name: (one.state, one.address) for name, one in found.items()} == {
        "1_pending": ("stopped", ""),
        "1_claimed": ("stopped", ""),
        "1_sent": ("sent", ""),
        "1_refused": ("refused", ""),
    }
    assert found["1_pending"].reason == found["1_claimed"].reason == "The recipient was erased."
    assert {one.recipient_id for one in found.values()} == {STONES.recipient(recipient_id(ANN.email))}
    assert [(one.state, one.address) for one in ledger.deliveries("1_cue")] == [
        ("pending", BOB.email),
        ("sent", BOB.email),
    ]
    assert is_revoked(ledger, person_subject(STONES.recipient(recipient_id(ANN.email))), NOW)
    assert len(list(ledger.notes("revoked"))) == 1
    assert (done.deliveries, done.mails) == (4, 1)
    assert [name for name, _ in outbox.mails()] == [mail_name(others[1])]


def test_mails_to_others_that_name_the_person_are_deleted_for_that_session_alone(tmp_path: Path) -> None:
    outbox = OutboxMailer(tmp_path / "outbox")
    telling, silent = b"Subject: x\n\nann@example.com was there.\n", b"Subject: x\n\nNobody was there.\n"
    outbox.send(Envelope("1_cue-r2-b", BOB.email, silent))
    for name in ("1_cue-r1-b", "1_cuebc-r1-b", "0_x-r1-b"):
        outbox.send(Envelope(name, BOB.email, telling))
    done = Erasure()
    place = SessionPeople("date=2026-11-20/session=1_cue", (), is_begun=False)
    _erase_mails(place, Terms.of([ANN]), None, done)
    assert done.mails == 0
    _erase_mails(place, Terms.of([ANN]), outbox, done)
    assert done.mails == 1
    assert [name for name, _ in outbox.mails()] == ["0_x-r1-b", "1_cue-r2-b", "1_cuebc-r1-b"]


@pytest.mark.parametrize("kinds", [(), ("pdf",), ("html",), ("pdf", "html")])
def test_documents_are_written_anew_in_the_kinds_that_there_are(ledger: SqliteLedger, kinds: tuple[str, ...]) -> None:
    files = tuple(ManifestFile(f"reports/report.{kind}", 1, "0" * 64, None, None) for kind in (*kinds, "json"))
    made = _with_same_formats(services(ledger), Manifest("1_cue", "1_room", "final", 1, "abc", files)).settings
    assert (made.pdf, made.html) == ("pdf" in kinds, "html" in kinds)


def test_mails_to_somebody_who_is_erased_during_an_export_stop_and_lose_the_address(ledger: SqliteLedger) -> None:
    place, runs = services(ledger), list[int]()
    for one in (mail(ANN, "pending"), mail(ANN, "sent", revision=2), mail(BOB, "pending", revision=3)):
        ledger.add_delivery(one)

    def export(_services: Services) -> int:
        if not runs:
            add_tombstones(place, Tombstones(lambda: KEY), STONES.hashes)
        runs.append(1)
        return len(runs)

    assert repeat_if_erased_meanwhile(place, "1_cue", export) == 2
    assert {one.revision: (one.state, one.address) for one in ledger.deliveries("1_cue")} == {
        1: ("stopped", ""),
        2: ("sent", ""),
        3: ("pending", "bob@example.com"),
    }
