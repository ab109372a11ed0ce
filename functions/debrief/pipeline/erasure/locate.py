"""Which sessions hold a person: found through the index of people, or in the answers where there is none yet."""

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
from debrief.pipeline.erasure.staging import STAGED, staged
from debrief.pipeline.privacy.people_index import NAME, PeopleIndex, fingerprint, hash_of, index_of, read_index
from debrief.pipeline.services import Services
from debrief.pipeline.session.load_archived import raw_answers
from debrief.pipeline.state.revisions import Files

_FILE = re.compile(rf"index/(date=[^/]+/session=[^/]+)/({re.escape(NAME)}|{re.escape(STAGED)})")
_MANIFEST = re.compile(r"reports/(date=[^/]+/session=[^/]+)/manifest[.]json")
_AT_ONCE = 16  # files read at the same time


@dataclass(frozen=True)
class SessionFiles:
    """Where a session's files are, and who is in any version of them. `is_begun`: an erasure was, and has not ended."""

    folder: str  # `date=…/session=…`
    indexes: tuple[PeopleIndex, ...]
    is_begun: bool = False

    @property
    def cue_point_id(self) -> str:
        """The session's id."""
        return session_in(self.folder)

    @property
    def is_event(self) -> bool:
        """Whether it is a virtual event, which has no answers of its own."""
        return self.cue_point_id.startswith("event-")

    @property
    def manifest_key(self) -> str:
        """The key of its manifest."""
        return f"reports/{self.folder}/manifest.json"

    def meets(self, hashes: frozenset[str]) -> bool:
        """Whether any of these people is, or was, in it."""
        return any(index.meets(hashes) for index in self.indexes)


def answers_of(services: Services, place: SessionFiles) -> Mapping[str, bytes]:
    """A session's answers as they are archived, or as a killed run put them aside; none of an event."""
    return answers_at(services, place, services.archive.read(place.manifest_key))


def answers_at(services: Services, place: SessionFiles, body: bytes | None) -> Mapping[str, bytes]:
    """The same, of one manifest's bytes."""
    if body is None or place.is_event:
        return {}
    found = staged(services, place.folder, body)
    return raw_answers(services, read_manifest(body)) if found is None else found


def survey(services: Services, key: bytes) -> list[SessionFiles]:
    """Every session, joint session and event of the archive, old versions of the index included.

    A session without an index under this key is looked up in its answers. Raises BadRequest, Unavailable.
    """
    files = [(match, one) for one in services.archive.versions("index/") if (match := _FILE.fullmatch(one.key))]
    bodies = _read(services, [version for match, version in files if match[2] == NAME and not version.is_marker])
    begun = {match[1] for match, version in files if match[2] == STAGED and not version.is_marker}
    found: dict[str, list[PeopleIndex]] = {match[1]: [] for match, _ in files}
    for folder, body in bodies:
        index = read_index(body)
        if index and index.key == fingerprint(key):
            found[folder].append(index)
    for manifest_key in services.archive.keys("reports/"):
        if (match := _MANIFEST.fullmatch(manifest_key)) and not found.get(match[1]):
            found[match[1]] = [_from_answers(services, key, manifest_key)]
    return [SessionFiles(folder, tuple(indexes), folder in begun) for folder, indexes in sorted(found.items())]


def looking_back(
    services: Services, places: Iterable[SessionFiles], at: Iterable[SessionFiles]
) -> tuple[SessionFiles, ...]:
    """Other sessions that looked back at one of these: a list for follow-up may name there who came here.

    Raises BadRequest, Unavailable.
    """
    ids = {one.cue_point_id for one in at}
    records = {one.cue_point_id: one for one in services.ledger.all_sessions() if one.kind != "event"}
    rooms = {records[one].entry_id for one in ids & records.keys()}
    others = (one for one in places if one.cue_point_id in records.keys() - ids)
    return tuple(
        one
        for one in others
        if records[one.cue_point_id].entry_id in rooms and not ids.isdisjoint(_looked_at(services, one))
    )


def _looked_at(services: Services, place: SessionFiles) -> set[str]:
    body = services.archive.read(f"reports/{place.folder}/summary.json")
    section = from_json(body).sections.get("segments", {}) if body is not None else {}
    return {one["cue_point_id"] for one in section.get("sessions", ())}


def closure(
    hashes: Iterable[str], places: Iterable[SessionFiles], doubtful: AbstractSet[tuple[str, str]] = frozenset()
) -> frozenset[str]:
    """All hashes of the people who have one of these: an id leads to its addresses, and those to further ids.

    From an id to an address that is `doubtful` beside it nothing leads; from that address to the id it does.
    """
    pairs = {group for group in _groups(places) if len(group) > 1}
    steps = {(one, other) for group in pairs for one in group for other in group if one != other} - doubtful
    found = set(hashes)
    while more := {to for start, to in steps if start in found} - found:
        found |= more
    return frozenset(found)


def doubtful_pairs(services: Services, key: bytes, places: Iterable[SessionFiles]) -> frozenset[tuple[str, str]]:
    """Hashes of an id and of an address beside it that may be somebody else's: a guest typed it, or nobody can tell.

    Pairs that no answer holds are organizers', whose addresses Kaltura knows; without answers nobody can tell. Raises
    BadRequest.
    """
    sure, doubtful = set[frozenset[str]](), set[tuple[str, str]]()
    for place in places:
        answers, groups = answers_of(services, place), _groups([place])
        if not answers:
            doubtful |= {(one, other) for group in groups for one in group for other in group - {one}}
            continue
        typed = {(hash_of(key, user_id), hash_of(key, email)) for user_id, email in guest_ids_and_addresses(answers)}
        doubtful |= typed
        sure |= groups - {frozenset(pair) for pair in typed}
    return frozenset(pair for pair in doubtful if frozenset(pair) not in sure)


def with_own_addresses(
    hashes: frozenset[str],
    places: Iterable[SessionFiles],
    doubtful: AbstractSet[tuple[str, str]],
    used: AbstractSet[str],
) -> frozenset[str]:
    """The hashes, and those of addresses that somebody among them typed and nobody else has or is mailed under."""
    groups = _groups(places)
    typed = {address for user_id, address in doubtful if user_id in hashes} - hashes - used
    lone = {one for group in groups if len(group) == 1 for one in group}
    own = {one for one in typed - lone if all(group - {one} <= hashes for group in groups if one in group)}
    return hashes | own


def _groups(places: Iterable[SessionFiles]) -> set[frozenset[str]]:
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
    """The people of a virtual event, which has no answers of its own."""
    files = Files(services, manifest)
    table = files.named("attendees.csv")
    text = files.read(table).decode("utf-8-sig") if table else ""
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield row["user_id"].removeprefix("'"), row["user_email"].removeprefix("'").strip()
