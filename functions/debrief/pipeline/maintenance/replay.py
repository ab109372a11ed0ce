"""Makes documents again from the archive alone, with today's code and templates; nobody is mailed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.documents.event.summary import event_from_json
from debrief.documents.view.headline import headline_figures
from debrief.errors import BadRequest, NotReady, UnknownSession
from debrief.metrics.event import facts_of
from debrief.model import Document, Session, Summary, Tier, VirtualEvent
from debrief.pipeline.events.archive import attendees_of, load_event_session
from debrief.pipeline.events.documents import event_documents, event_figures
from debrief.pipeline.events.export import event_headline_figures
from debrief.pipeline.maintenance.rebuild_ledger import sessions_of
from debrief.pipeline.privacy.recheck_erased import repeat_if_erased
from debrief.pipeline.privacy.tombstones import people_of, remove_erased_from_answers, scope_of, tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.documents import compute_figures, render_documents, tiers_of
from debrief.pipeline.session.load_archived import load_session_data, raw_answers
from debrief.pipeline.state.revisions import (
    Files,
    Revision,
    archived_index,
    manifest_of,
    next_revision,
    retry_if_overtaken,
    write_revision,
)
from debrief.pipeline.state.session_records import save
from debrief.util.gc_pause import gc_paused

Change: TypeAlias = Literal["same", "drawn", "figures"]


@dataclass(frozen=True)
class Replayed:
    """What a replay made, or would make, of one session, joint session or virtual event.

    `same`: the archive holds just these bytes. `drawn`: the figures are the same, the documents are drawn otherwise.
    `figures`: the code finds other figures or rows, which makes a new revision. `files` are the keys that differ,
    `moved` the metrics, as in `unique_attendees 3 → 2`.
    """

    cue_point_id: str
    change: Change
    revision: int
    files: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Again:
    """One revision's content, computed again, and how it becomes documents."""

    place: Session  # whose keys the documents have
    content_hash: str
    headline: Mapping[str, float]
    moved: tuple[str, ...]
    host_name: str
    documents: Callable[[Revision, Collection[Tier]], Iterator[Document]]


def replay(
    services: Services,
    record: SessionRecord,
    *,
    dry: bool = False,
    manifest: Manifest | None = None,
    answers: Mapping[str, bytes] | None = None,
) -> Replayed:
    """One record's documents again. With `dry` nothing is written. Safe to be killed and run again.

    State and check stay as they are, and so does the revision's number while the figures are the same. Nobody comes
    back who was erased. `answers` take the place of those that are archived with `manifest`. Raises UnknownSession when
    there are no documents, BadRequest when the archive holds too little or something damaged, NotReady; Overtaken when
    other documents take the place of `manifest` meanwhile. Without one, it starts again from those.
    """
    if dry:
        return _replay(services, record, manifest, answers, dry=True)

    def work() -> Replayed:
        newest = services.ledger.session(record.cue_point_id) or record
        return _replay(services, newest, manifest, answers, dry=False)

    return repeat_if_erased(
        services, record.cue_point_id, lambda: retry_if_overtaken(work) if manifest is None else work()
    )


def _replay(
    services: Services,
    record: SessionRecord,
    manifest: Manifest | None,
    answers: Mapping[str, bytes] | None,
    *,
    dry: bool,
) -> Replayed:
    manifest = manifest or manifest_of(services, record.start, record.cue_point_id)
    if manifest is None or not record.version:
        raise UnknownSession(f"The archive or its ledger has no documents of {record.cue_point_id}; export it first.")
    again = recomputed(services, record, manifest, answers)
    revision = next_revision(record, manifest, manifest.state, again.content_hash)
    new = again.documents(revision, tiers_of(file.name for file in manifest.files))
    if dry:
        return _replayed(manifest, revision, _differing(manifest, new), again.moved)
    written = write_revision(services, again.place, revision, new, manifest)
    _remember(services, record, again, revision)
    return _replayed(manifest, revision, _changed(manifest, written), again.moved)


def recomputed(
    services: Services, record: SessionRecord, manifest: Manifest, answers: Mapping[str, bytes] | None = None
) -> Again:
    """A record's figures again, from what its manifest vouches for. Raises BadRequest, NotReady."""
    if record.kind == "event":
        return _event(services, record, manifest)
    return _session(services, record, manifest, answers or raw_answers(services, manifest))


@gc_paused()
def _session(services: Services, record: SessionRecord, manifest: Manifest, answers: Mapping[str, bytes]) -> Again:
    summary = from_json(archived_summary(services, manifest))
    stones = tombstones(services)
    answers = remove_erased_from_answers(stones, answers, scope_of(record))
    data = load_session_data(services, manifest, summary, answers)
    if (data.session.cue_point_id, data.session.start) != (record.cue_point_id, record.start):
        raise BadRequest("The archived answers are another session's; export it again.")
    people = stones.index(people_of(data), archived_index(services, manifest))
    made = replace(compute_figures(data, services.settings), people=people)

    def again(revision: Revision, tiers: Collection[Tier]) -> Iterator[Document]:
        return render_documents(made, services.settings, revision, tiers, summary.check_minutes)

    moved, name = _moved(summary, made.summary), data.host.name if data.host else ""
    return Again(data.session, made.content_hash, headline_figures(made.summary), moved, name, again)


@gc_paused()
def _event(services: Services, record: SessionRecord, manifest: Manifest) -> Again:
    """A virtual event again, from the same sessions as before, as they are archived now."""
    summary = event_from_json(archived_summary(services, manifest))
    parts = record.parts or sessions_of(summary)  # a run that is killed after the manifest leaves a record without them
    records = [services.ledger.session(part.cue_point_id) for part in parts]
    found = [one for each in records if each and (one := load_event_session(services, each))]
    if not found or len(found) < len(parts):
        raise BadRequest("The archive lacks sessions of the virtual event; export them again.")
    missing = [finding for finding in summary.warnings if finding.code.startswith("SESSIONS_")]
    event = VirtualEvent(record.entry_id, record.entry_name)
    made = event_figures(event, facts_of(found), services.settings, missing)
    people = tombstones(services).index(attendees_of(found), archived_index(services, manifest))
    made = replace(made, people=people)

    def again(revision: Revision, tiers: Collection[Tier]) -> Iterator[Document]:
        return event_documents(made, services, record.start, revision, tiers)

    place = Session(record.cue_point_id, record.entry_id, record.start, record.end, record.entry_name)
    return Again(place, made.content_hash, event_headline_figures(made), _moved(summary, made.summary), "", again)


def archived_summary(services: Services, manifest: Manifest) -> bytes:
    """The summary.json that the manifest vouches for, or the one that a killed replay left in its place.

    What is read of it is the same in both. Raises BadRequest, NotReady.
    """
    files = Files(services, manifest)
    file = files.named("summary.json")
    if file is None:
        raise BadRequest("The archive has no summary.json of the session; export it again.")
    there = None if files.holds(file) or file.version_id else services.archive.read(file.key)
    return files.read(file) if there is None else there


def _remember(services: Services, record: SessionRecord, again: Again, revision: Revision) -> None:
    """The ledger follows the archive: the next check compares with what is there now, and mails tell its figures."""
    after = replace(
        record,
        revision=revision.number,
        content_hash=revision.content_hash,
        history={**record.history, revision.number: again.headline},
        entry_name=again.place.entry_name,
        host_user_id=again.place.host_user_id,
        host_name=again.host_name,
    )
    if after != record and save(services, after).revision != revision.number:
        raise NotReady("An export of the session is under way; it comes first.", after=60)


def _replayed(manifest: Manifest, revision: Revision, files: tuple[str, ...], moved: tuple[str, ...]) -> Replayed:
    change: Change = "figures" if revision.number != manifest.revision else "drawn" if files else "same"
    return Replayed(manifest.cue_point_id, change, revision.number, files, moved)


def _moved(before: Summary, after: Summary) -> tuple[str, ...]:
    """The metrics that have another value, came or went."""
    old, new = ({key: one.value for key, one in each.metrics.items()} for each in (before, after))
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key) or (key in old) != (key in new)]
    return tuple(f"{key} {_figure(old, key)} \N{RIGHTWARDS ARROW} {_figure(new, key)}" for key in keys)


def _figure(values: Mapping[str, float | str | None], key: str) -> str:
    value = values.get(key)
    return "none" if value is None else str(value)


def _differing(manifest: Manifest, made: Iterable[Document]) -> tuple[str, ...]:
    """The keys of the documents whose bytes are not those that the manifest vouches for."""
    sums = ((document.key, hashlib.sha256(document.body).hexdigest()) for document in made)
    return tuple(key for key, digest in sums if (file := manifest.file(key)) is None or file.sha256 != digest)


def _changed(before: Manifest, after: Manifest) -> tuple[str, ...]:
    sums = {file.key: file.sha256 for file in before.files}
    return tuple(file.key for file in after.files if sums.get(file.key) != file.sha256)
