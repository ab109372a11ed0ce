"""Re-render documents from the archive with the installed code and templates, without emails."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias

from debrief.delivery.archive.archive import Unchanged
from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.documents.event.summary import event_from_json
from debrief.documents.view.headline import recorded_figures
from debrief.errors import BadRequest, NotReady, UnknownSession
from debrief.metrics.event import facts_of
from debrief.model import Document, Session, Summary, Tier, VirtualEvent
from debrief.pipeline.events.archive import load_event_session, people_in
from debrief.pipeline.events.documents import event_documents, event_figures
from debrief.pipeline.events.export_event import event_headline_figures
from debrief.pipeline.maintenance.rebuild_ledger import sessions_of
from debrief.pipeline.privacy.recheck_erased import repeat_if_erased_meanwhile
from debrief.pipeline.privacy.tombstones import people_of, remove_erased_from_answers, scope_of, tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.documents import compute_figures, render_documents, tiers_of
from debrief.pipeline.session.load_archived import load_session_data, raw_answers
from debrief.pipeline.session.series import update_series
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

_ZONE = re.compile(rb'class="when">[^<(]*? (?P<short>UTC[0-9+-]*|[A-Z]+)(?: \((?P<name>[A-Za-z0-9_/+-]+)\))? ?<')
Change: TypeAlias = Literal["same", "drawn", "figures"]


@dataclass(frozen=True)
class ReplayResult:
    """The result of a replay of one session, merged session or virtual event.

    `change` is `same` if all bytes are identical, `drawn` if documents differ but figures do not, and `figures` if
    figures or rows differ, which makes a new revision. `files` are the keys that differ; `moved` are the metrics that
    changed, such as `unique_attendees 3 → 2`.
    """

    cue_point_id: str
    change: Change
    revision: int
    files: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()  # keys of missing or damaged files that are restored without a change
    zone_before: str = ""  # the time zone of the replaced report.html, if it differs


@dataclass(frozen=True)
class Recomputation:
    """The recomputed content of a revision, and a function that renders its documents."""

    session: Session  # its start has the date in the documents' keys
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
) -> ReplayResult:
    """Re-render one record's documents. With `dry` nothing is written. Safe to kill and run again.

    The state and the next check do not change; the revision's number changes only if figures change. Erased people stay
    erased. `answers` replace the answers that `manifest` lists. Raises UnknownSession if there are no documents,
    BadRequest if archived data is missing or damaged, NotReady while the documents are being written. If another run
    replaces the manifest in the meantime, raises Overtaken if `manifest` was given, else starts again.
    """
    if dry:
        return _replay(services, record, manifest, answers, dry=True)

    def work(services: Services) -> ReplayResult:
        def replay_newest() -> ReplayResult:
            newest = services.ledger.session(record.cue_point_id) or record
            return _replay(services, newest, manifest, answers, dry=False)

        return retry_if_overtaken(replay_newest) if manifest is None else replay_newest()

    return repeat_if_erased_meanwhile(services, record.cue_point_id, work)


def _replay(
    services: Services,
    record: SessionRecord,
    manifest: Manifest | None,
    answers: Mapping[str, bytes] | None,
    *,
    dry: bool,
) -> ReplayResult:
    manifest = manifest or manifest_of(services, record.start, record.cue_point_id)
    if manifest is None or not record.version:
        raise UnknownSession(f"The archive or its ledger has no documents of {record.cue_point_id}; export it first.")
    content = recompute(services, record, manifest, answers)
    revision = next_revision(record, manifest, manifest.state, content.content_hash)
    checked = _Comparison(services, manifest)
    documents = checked.each(content.documents(revision, tiers_of(file.name for file in manifest.files)))
    if dry:
        sums = {document.key: hashlib.sha256(document.body).hexdigest() for document in documents}
        return checked.added_to(_result(manifest, revision, sums, content.moved))
    written = write_revision(services, content.session, revision, documents, manifest, lambda: checked.unchanged)
    if record.kind != "event":
        update_series(services, content.session, content.headline, revision, is_part=bool(record.merged_id))
    _update_record(services, record, content, revision)
    sums = {file.key: file.sha256 for file in written.files}
    return checked.added_to(_result(manifest, revision, sums, content.moved))


class _Comparison:
    """Compare each new document with the file that it replaces, before it is written."""

    def __init__(self, services: Services, manifest: Manifest) -> None:
        self._services, self._manifest = services, manifest
        self._restored: list[str] = []
        self._zone_before = ""

    @cached_property
    def unchanged(self) -> Mapping[str, Unchanged]:
        """Return the manifest's files that the archive still has. They are examined once, before the first document."""
        return self._services.archive.unchanged(self._manifest.files)

    def each(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield each document after comparing it."""
        for document in documents:
            file = self._manifest.file(document.key)
            if file and file.sha256 == hashlib.sha256(document.body).hexdigest():
                if file.key not in self.unchanged:
                    self._restored.append(file.key)
            elif file and file.name == "report.html":
                before = _zone_in(self._services.archive.read(file.key, file.version_id) or b"")
                self._zone_before = before if before != _zone_in(document.body) else ""
            yield document

    def added_to(self, result: ReplayResult) -> ReplayResult:
        """Return the result with the findings of the comparison."""
        return replace(result, restored=tuple(self._restored), zone_before=self._zone_before)


def _zone_in(html: bytes) -> str:
    """Return the time zone in the head of a report; blank if the report is damaged or has no time zone."""
    found = _ZONE.search(html)
    if found is None:
        return ""
    return (found["name"] or found["short"]).decode()


def _update_record(services: Services, record: SessionRecord, content: Recomputation, revision: Revision) -> None:
    """Update the record, so that the next check and later emails use the new figures."""
    after = replace(
        record,
        revision=revision.number,
        content_hash=revision.content_hash,
        history={**record.history, revision.number: content.headline},
        entry_name=content.session.entry_name,
        host_user_id=content.session.host_user_id,
        host_name=content.host_name,
    )
    if after != record and save(services, after).revision != revision.number:
        raise NotReady("An export of the session is running; replay the session after it.", after=60)


def _result(manifest: Manifest, revision: Revision, sums: Mapping[str, str], moved: tuple[str, ...]) -> ReplayResult:
    """Compare the new checksums, by key, with the checksums in the manifest."""
    old = {file.key: file.sha256 for file in manifest.files}
    files = tuple(key for key, digest in sums.items() if old.get(key) != digest)
    change: Change = "figures" if revision.number != manifest.revision else "drawn" if files else "same"
    return ReplayResult(manifest.cue_point_id, change, revision.number, files, moved)


def recompute(
    services: Services, record: SessionRecord, manifest: Manifest, answers: Mapping[str, bytes] | None = None
) -> Recomputation:
    """Recompute a record's figures from its archived files. Raises the errors of `replay`."""
    if record.kind == "event":
        return _event(services, record, manifest)
    return _session(services, record, manifest, answers or raw_answers(services, manifest))


@gc_paused()
def _session(
    services: Services, record: SessionRecord, manifest: Manifest, answers: Mapping[str, bytes]
) -> Recomputation:
    summary = from_json(archived_summary(services, manifest))
    stones = tombstones(services)
    answers = remove_erased_from_answers(stones, answers, scope_of(record))
    data = load_session_data(services, manifest, summary, answers)
    if (data.session.cue_point_id, data.session.start) != (record.cue_point_id, record.start):
        raise BadRequest("The archived answers belong to another session; export it again.")
    people = stones.index(people_of(data), archived_index(services, manifest))
    figures = replace(compute_figures(data, services.settings), people=people)

    def documents(revision: Revision, tiers: Collection[Tier]) -> Iterator[Document]:
        return render_documents(figures, services.settings, revision, tiers, summary.check_minutes)

    moved, name = _moved(summary, figures.summary), data.host.name if data.host else ""
    return Recomputation(data.session, figures.content_hash, recorded_figures(figures.summary), moved, name, documents)


@gc_paused()
def _event(services: Services, record: SessionRecord, manifest: Manifest) -> Recomputation:
    """Recompute a virtual event from the sessions in its report, with their newest archived figures."""
    summary = event_from_json(archived_summary(services, manifest))
    parts = record.parts or sessions_of(summary)  # a run killed after it wrote the manifest leaves no parts
    records = [services.ledger.session(part.cue_point_id) for part in parts]
    sessions = [loaded for each in records if each and (loaded := load_event_session(services, each))]
    if not sessions or len(sessions) < len(parts):
        raise BadRequest("The archive lacks sessions of the virtual event; export them again.")
    missing = [finding for finding in summary.warnings if finding.code.startswith("SESSIONS_")]
    event = VirtualEvent(record.entry_id, record.entry_name)
    people = tombstones(services).index(people_in(sessions), archived_index(services, manifest))
    figures = replace(event_figures(event, facts_of(sessions), services.settings, missing), people=people)

    def documents(revision: Revision, tiers: Collection[Tier]) -> Iterator[Document]:
        return event_documents(figures, services, record.start, revision, tiers)

    session = Session(record.cue_point_id, record.entry_id, record.start, record.end, record.entry_name)
    moved = _moved(summary, figures.summary)
    return Recomputation(session, figures.content_hash, event_headline_figures(figures), moved, "", documents)


def archived_summary(services: Services, manifest: Manifest) -> bytes:
    """Return the summary.json of the manifest, or the summary.json that a killed replay wrote in its place.

    Both are the same in everything that callers need. Raises BadRequest if the file is missing or damaged, NotReady
    while it is being written.
    """
    files = Files(services, manifest)
    file = files.named("summary.json")
    if file is None:
        raise BadRequest("The archive has no summary.json of the session; export it again.")
    replaced = None if files.holds(file) or file.version_id else services.archive.read(file.key)
    return files.read(file) if replaced is None else replaced


def _moved(before: Summary, after: Summary) -> tuple[str, ...]:
    """Return the metrics that were changed, added or removed."""
    old, new = ({key: metric.value for key, metric in each.metrics.items()} for each in (before, after))
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key) or (key in old) != (key in new)]
    return tuple(f"{key} {_figure(old, key)} \N{RIGHTWARDS ARROW} {_figure(new, key)}" for key in keys)


def _figure(values: Mapping[str, float | str | None], key: str) -> str:
    value = values.get(key)
    return "none" if value is None else str(value)
