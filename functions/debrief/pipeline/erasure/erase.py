"""Erases a person from the archive and the ledger, for good; a tombstone keeps what comes later without them.

In this order, so that a run that is killed anywhere is made good by the next: tombstones; names in the ledger, while
the answers still tell them; mails; sessions and joint sessions, each answers first and index last; virtual events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from debrief.delivery.archive.manifest import Manifest, read_manifest
from debrief.delivery.ledger.ledger import OPEN, Delivery, Mark
from debrief.delivery.ledger.suppressions import person_subject
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.errors import BadRequest, BadSettings, UnknownSession
from debrief.kaltura.session_data.erase import ERASED, Erased
from debrief.kaltura.session_data.from_archive import archived_context
from debrief.kaltura.session_data.identities import Identity, identities
from debrief.pipeline.erasure.locate import (
    SessionFiles,
    answers_at,
    answers_of,
    closure,
    doubtful_pairs,
    looking_back,
    survey,
    with_own_addresses,
)
from debrief.pipeline.erasure.purge import purge
from debrief.pipeline.erasure.search_archive import Searched, search
from debrief.pipeline.erasure.search_terms import Terms
from debrief.pipeline.erasure.staging import stage
from debrief.pipeline.mailing.deliver import mail_name
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.privacy.people_index import hash_of
from debrief.pipeline.privacy.tombstones import (
    Tombstones,
    add_tombstones,
    remove_erased_from_answers,
    scope_of,
    tombstones,
)
from debrief.pipeline.services import Services
from debrief.pipeline.state.revisions import retry_if_overtaken

_NO_KEY = "There is no people key, so there is no index of people; set DEBRIEF_PEOPLE_KEY to the installation's."
_UNKNOWN = (
    "The ledger does not know session {}, which is in the archive. The person is noted as erased; run"
    " `debrief archive ls --rebuild-index`, then the same command again."
)
_NOBODY = "Neither the archive nor the ledger knows anybody under this address or id; nothing was written."
_STOPPED = "The recipient was erased."


@dataclass(frozen=True)
class Subject:
    """Whom an erasure is about and where they are. Nothing of it names them but `person`."""

    person: str = field(repr=False)
    stones: Tombstones  # those that there are already
    hashes: frozenset[str]
    places: tuple[SessionFiles, ...]
    later: tuple[SessionFiles, ...] = ()  # in whose lists for follow-up the person may be, without having been there
    left: int = 0  # ids and addresses of others, which an address leads to that the person typed as a guest


@dataclass(frozen=True)
class Step:
    """What became of one session."""

    cue_point_id: str
    revision: int  # 0 when its files had expired
    files: int  # written anew
    versions: int  # deleted


@dataclass
class Erasure:
    """What an erasure did, without naming anybody."""

    steps: list[Step] = field(default_factory=list)
    deliveries: int = 0  # whose address was blanked
    mails: int = 0  # deleted in the outbox
    failed: dict[str, str] = field(default_factory=dict)  # why a session could not be written anew, by its id
    leftovers: int = 0  # files that killed processes had left half written, in the archive and the outbox
    searched: Searched = field(default_factory=Searched)


def find_person(services: Services, person: str, *, also: bool = False) -> Subject:
    """Everything under which a person is known, and the sessions. Writes nothing.

    `also` takes those too who have an address that the person typed as a guest. Raises BadSettings without a key, and
    when nothing is known of the person.
    """
    stones = tombstones(services)
    if not stones.key:
        raise BadSettings(_NO_KEY)
    places = survey(services, stones.key)
    first = frozenset({hash_of(stones.key, person)})
    every = closure(first, places)
    hashes = every if also else _narrowed(services, stones, first, every, places)
    if hashes.isdisjoint(chain(_known(services, stones, places), stones.hashes)):
        raise BadSettings(_NOBODY)
    wanted = hashes | stones.hashes  # an earlier run may have been stopped
    found = tuple(one for one in places if one.is_begun or one.meets(wanted))
    return Subject(person, stones, hashes, found, looking_back(services, places, found), len(every - hashes))


def _narrowed(
    services: Services, stones: Tombstones, first: frozenset[str], every: frozenset[str], places: Sequence[SessionFiles]
) -> frozenset[str]:
    """The hashes without those of others whose address a guest typed."""
    doubtful = doubtful_pairs(services, stones.key, [one for one in places if one.meets(every)])
    found = closure(first, places, doubtful)
    mailed = {hash_of(stones.key, one.address) for one in services.ledger.all_deliveries() if one.address}
    return with_own_addresses(found, places, doubtful, mailed)


def _known(services: Services, stones: Tombstones, places: Iterable[SessionFiles]) -> Iterator[str]:
    """The hashes of everybody whom the archive or the ledger knows."""
    for place in places:
        for index in place.indexes:
            yield from chain.from_iterable(index.groups())
    mailed = (one.address for one in services.ledger.all_deliveries())
    hosts = (one.host_user_id for one in services.ledger.all_sessions())
    yield from (hash_of(stones.key, value) for value in chain(mailed, hosts) if value)


def erase(services: Services, found: Subject, outbox: OutboxMailer | None, *, everywhere: bool = False) -> Erasure:
    """Erase the person. Mails nobody. Safe to be killed and run again. Raises RetryLater or GiveUp."""
    done = Erasure()
    stones = add_tombstones(services, found.stones, found.hashes)
    every = (*found.later, *found.places)  # in this order: the later ones are found by the others
    people = {one.folder: answers_of(services, one) for one in every}
    gone = [
        Identity(found.person, found.person if "@" in found.person else ""),
        *_erased_among(stones, people.values()),
    ]
    _clean_records(services, stones, {one.cue_point_id for one in found.places}, gone)
    _stop_mails(services, stones, outbox, done)
    for is_event in (False, True):
        for place in every:
            if place.is_event == is_event:
                _erase_mails(place, Terms.of(gone), outbox, done)
                try:
                    done.steps.append(retry_if_overtaken(partial(_erase_session, services, stones, place)))
                except BadRequest as error:  # the others go all the same
                    done.failed[place.cue_point_id] = str(error)
    done.leftovers = services.archive.clean() + (outbox.clean() if outbox else 0)
    services.ledger.compact()
    done.searched = search(services, (one.folder for one in every), Terms.of(gone), everywhere=everywhere)
    return done


def _erased_among(stones: Tombstones, every: Iterable[Mapping[str, bytes]]) -> Iterator[Identity]:
    for answers in every:
        for one in identities(answers):
            if stones.has(one.user_id, one.email):
                yield one if stones.has(one.email) else replace(one, email="")


def _clean_records(
    services: Services,
    stones: Tombstones,
    places: set[str],
    gone: Sequence[Identity],
) -> None:
    """Take the host, and names within the room's, out of the ledger's records of sessions."""
    for record in list(services.ledger.all_sessions()):
        scope = scope_of(record)
        after = record
        if stones.has(record.host_user_id):
            after = replace(after, host_user_id=stones.pseudonym(scope, record.host_user_id), host_name=ERASED)
        if record.cue_point_id in places or after != record:
            known = Erased.of(gone, lambda user_id, scope=scope: stones.pseudonym(scope, user_id))  # type: ignore[misc]
            after = replace(after, entry_name=known.clean_text(record.entry_name))
        if after != record:
            services.ledger.save(after)


def _stop_mails(services: Services, stones: Tombstones, outbox: OutboxMailer | None, done: Erasure) -> None:
    """Of the mails to the person: stop what waits, end their links, delete what lies here, blank address and id.

    The addresses go last: by them a next run finds what this one did not come to.
    """
    recipients: dict[str, str] = {}
    for mail in [one for one in services.ledger.all_deliveries() if stones.has(one.address)]:
        if mail.recipient_id not in recipients:
            services.ledger.put_mark(Mark("revoked", person_subject(mail.recipient_id), services.clock()))
            recipients[mail.recipient_id] = stones.recipient(recipient_id(mail.address))
        _delete_mail(outbox, mail, done)
        _stop(services, mail)
    for known, keyed in recipients.items():
        if known != keyed:
            services.ledger.rename_recipient(known, keyed)
    for mail in [one for one in services.ledger.all_deliveries() if stones.has(one.address)]:
        services.ledger.forget(mail)
        done.deliveries += 1


def _delete_mail(outbox: OutboxMailer | None, mail: Delivery, done: Erasure) -> None:
    if outbox and outbox.was_sent(mail_name(mail)):
        outbox.delete(mail_name(mail))
        done.mails += 1


def _stop(services: Services, mail: Delivery) -> None:
    if mail.state in OPEN:
        services.ledger.move(mail, "stopped", at=services.clock(), reason=_STOPPED)


def _erase_mails(place: SessionFiles, terms: Terms, outbox: OutboxMailer | None, done: Erasure) -> None:
    """Delete mails to others in the outbox that tell of the person, as an attached report does."""
    if outbox is None:
        return
    start = place.folder.partition("/session=")[2]
    for name, message in outbox.mails(f"{start}-r"):
        if terms.found_in(f"{name}.eml", message):
            outbox.delete(name)
            done.mails += 1


def _erase_session(services: Services, stones: Tombstones, place: SessionFiles) -> Step:
    """Write one session anew without the erased, then delete everything older.

    Raises BadRequest if it cannot be, Overtaken.
    """
    body = services.archive.read(place.manifest_key)
    if body is None:  # its files have expired; what is left are old versions
        return Step(place.cue_point_id, 0, 0, purge(services, place.folder))
    record = services.ledger.session(place.cue_point_id)
    if record is None:
        raise UnknownSession(_UNKNOWN.format(place.cue_point_id))
    manifest, clean = read_manifest(body), None
    if record.kind != "event":
        answers = answers_at(services, place, body)
        archived_context(answers)  # without it the person would go from the answers and stay in the documents
        clean = remove_erased_from_answers(stones, answers, scope_of(record))
        stage(services, place.folder, body, clean)
    made = replay(_as_drawn(services, manifest), record, manifest=manifest, answers=clean)
    return Step(place.cue_point_id, made.revision, len(made.files), purge(services, place.folder))


def _as_drawn(services: Services, manifest: Manifest) -> Services:
    """Services that make the kinds of documents that there are, and no others."""
    suffixes = {file.name.rpartition(".")[2] for file in manifest.files}
    return replace(services, settings=replace(services.settings, pdf="pdf" in suffixes, html="html" in suffixes))
