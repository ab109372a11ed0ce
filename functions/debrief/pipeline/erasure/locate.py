"""Locate a person's sessions by the people index, or by the archived answers if a session has no index."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from debrief.delivery.archive.archive import FileVersion
from debrief.delivery.archive.layout import session_in
from debrief.delivery.archive.manifest import Manifest, read_manifest
from debrief.documents.data.summary_json import from_json
from debrief.kaltura.session_data.identities import guest_ids_and_addresses, ids_and_addresses
from debrief.persons import IdAndAddress
from debrief.pipeline.erasure.staging import STAGED, read_staged
from debrief.pipeline.privacy.people_index import NAME, PeopleIndex, fingerprint, hash_of, index_of, read_index
from debrief.pipeline.services import Services
from debrief.pipeline.session.load_archived import raw_answers
from debrief.pipeline.state.revisions import Files

_FILE = re.compile(rf"index/(date=[^/]+/session=[^/]+)/({re.escape(NAME)}|{re.escape(STAGED)})")
_MANIFEST = re.compile(r"reports/(date=[^/]+/session=[^/]+)/manifest[.]json")
_AT_ONCE = 16  # number of files read at the same time


@dataclass(frozen=True)
class SessionPeople:
    """A session's folder, and the people in all versions of its files."""

    folder: str  # `date=…/session=…`
    indexes: tuple[PeopleIndex, ...]
    is_begun: bool = False  # whether an erasure of this session was interrupted

    @property
    def cue_point_id(self) -> str:
        return session_in(self.folder)

    @property
    def is_event(self) -> bool:
        """Return whether this is a virtual event, which has no answers."""
        return self.cue_point_id.startswith("event-")

    @property
    def manifest_key(self) -> str:
        return f"reports/{self.folder}/manifest.json"

    def has_any_of(self, hashes: frozenset[str]) -> bool:
        """Return whether any version of the session's files names any of these people."""
        return any(index.has_any_of(hashes) for index in self.indexes)


def answers_of(services: Services, place: SessionPeople) -> Mapping[str, bytes]:
    """Return a session's archived answers, or the answers that a killed run has staged; empty for an event."""
    return answers_at(services, place, services.archive.read(place.manifest_key))


def answers_at(services: Services, place: SessionPeople, body: bytes | None) -> Mapping[str, bytes]:
    """Return the answers that a manifest, given as bytes, lists or that a killed run has staged for it."""
    if body is None or place.is_event:
        return {}
    staged = read_staged(services, place.folder, body)
    return raw_answers(services, read_manifest(body)) if staged is None else staged


def locate_sessions(services: Services, key: bytes) -> list[SessionPeople]:
    """Return every session, merged session and event with its people, also from old versions of the index.

    The people of a session without an index for this key are read from its answers. Raises BadRequest if archived data
    is damaged, Unavailable if the archive cannot be read.
    """
    versions = services.archive.versions("index/")
    files = [(match, version) for version in versions if (match := _FILE.fullmatch(version.key))]
    bodies = _read(services, [version for match, version in files if match[2] == NAME and not version.is_marker])
    begun = {match[1] for match, version in files if match[2] == STAGED and not version.is_marker}
    found: dict[str, list[PeopleIndex]] = {match[1]: [] for match, _ in files}
    for folder, body in bodies:
        index = read_index(body)
        if index and index.key_fingerprint == fingerprint(key):
            found[folder].append(index)
    for manifest_key in services.archive.keys("reports/"):
        if (match := _MANIFEST.fullmatch(manifest_key)) and not found.get(match[1]):
            found[match[1]] = [_from_answers(services, key, manifest_key)]
    return [SessionPeople(folder, tuple(indexes), folder in begun) for folder, indexes in sorted(found.items())]


def sessions_comparing_with(
    services: Services, places: Iterable[SessionPeople], found: Iterable[SessionPeople]
) -> tuple[SessionPeople, ...]:
    """Return other sessions that were compared with a session in `found`: their lists may name the same people.

    Raises the errors of locate_sessions.
    """
    ids = {place.cue_point_id for place in found}
    records = {record.cue_point_id: record for record in services.ledger.all_sessions() if record.kind != "event"}
    rooms = {records[cue_point_id].entry_id for cue_point_id in ids & records.keys()}
    others = (place for place in places if place.cue_point_id in records.keys() - ids)
    return tuple(
        place
        for place in others
        if records[place.cue_point_id].entry_id in rooms and not ids.isdisjoint(_compared_with(services, place))
    )


def _compared_with(services: Services, place: SessionPeople) -> set[str]:
    body = services.archive.read(f"reports/{place.folder}/summary.json")
    section = from_json(body).sections.get("segments", {}) if body is not None else {}
    return {session["cue_point_id"] for session in section.get("sessions", ())}


def linked_hashes(
    hashes: Iterable[str], places: Iterable[SessionPeople], uncertain: AbstractSet[tuple[str, str]] = frozenset()
) -> frozenset[str]:
    """Return these hashes and all linked hashes: an id is linked to addresses, and an address to further ids.

    In an `uncertain` pair only the link from the address to the id is used.
    """
    pairs = {group for group in _groups(places) if len(group) > 1}
    steps = {(one, other) for group in pairs for one in group for other in group if one != other} - uncertain
    found = set(hashes)
    while more := {to for start, to in steps if start in found} - found:
        found |= more
    return frozenset(found)


def uncertain_pairs(services: Services, key: bytes, places: Iterable[SessionPeople]) -> frozenset[tuple[str, str]]:
    """Return the pairs of an id and an address in which a guest may have typed the address of another person.

    A pair that is in no answer belongs to an organizer, whose address is reliable. If a session has no answers, all its
    pairs are uncertain. Raises BadRequest if an answer is damaged.
    """
    sure, uncertain = set[frozenset[str]](), set[tuple[str, str]]()
    for place in places:
        answers, groups = answers_of(services, place), _groups([place])
        if not answers:
            uncertain |= {(one, other) for group in groups for one in group for other in group - {one}}
            continue
        typed = {(hash_of(key, user_id), hash_of(key, email)) for user_id, email in guest_ids_and_addresses(answers)}
        uncertain |= typed
        sure |= groups - {frozenset(pair) for pair in typed}
    return frozenset(pair for pair in uncertain if frozenset(pair) not in sure)


def with_own_addresses(
    hashes: frozenset[str],
    places: Iterable[SessionPeople],
    uncertain: AbstractSet[tuple[str, str]],
    used: AbstractSet[str],
) -> frozenset[str]:
    """Add each address that these people typed, if no other person has this address and no email was sent to it."""
    groups = _groups(places)
    typed = {address for user_id, address in uncertain if user_id in hashes} - hashes - used
    without_id = {address for group in groups if len(group) == 1 for address in group}
    own = {one for one in typed - without_id if all(group - {one} <= hashes for group in groups if one in group)}
    return hashes | own


def _groups(places: Iterable[SessionPeople]) -> set[frozenset[str]]:
    return {frozenset(group) for place in places for index in place.indexes for group in index.groups()}


def _read(services: Services, versions: list[FileVersion]) -> Iterator[tuple[str, bytes]]:
    def body(version: FileVersion) -> tuple[str, bytes]:
        folder = version.key.removeprefix("index/").rpartition("/")[0]
        return folder, services.archive.read(version.key, version.version_id) or b""

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        yield from threads.map(body, versions)


def _from_answers(services: Services, key: bytes, manifest_key: str) -> PeopleIndex:
    manifest: Manifest = read_manifest(services.archive.read(manifest_key) or b"")
    answers = raw_answers(services, manifest)
    return index_of(key, ids_and_addresses(answers) if answers else _listed(services, manifest))


def _listed(services: Services, manifest: Manifest) -> Iterator[IdAndAddress]:
    """Yield the people of a virtual event from its attendee list, because an event has no answers."""
    files = Files(services, manifest)
    table = files.named("attendees.csv")
    text = files.read(table).decode("utf-8-sig") if table else ""
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield row["user_id"].removeprefix("'"), row["user_email"].removeprefix("'").strip()
