"""Verify archived documents: their checksums, and their figures against rows and against Kaltura's answers."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

from debrief.delivery.archive.archive import Archive, ManifestFile
from debrief.delivery.archive.layout import name_in, series_key
from debrief.delivery.archive.manifest import Manifest, read_listed
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data import registrants, summary_row
from debrief.documents.data.csv_tables import in_one_line
from debrief.documents.data.summary_json import from_json, to_json
from debrief.documents.event.summary import event_from_json
from debrief.documents.read_back import misprints
from debrief.documents.series.rows import read_rows
from debrief.documents.view.headline import recorded_figures
from debrief.errors import BadRequest, ReportChanged
from debrief.kaltura.session_data.from_archive import archived_data
from debrief.metrics.definition import Facts
from debrief.metrics.summary import TABLE_DEFINITIONS
from debrief.model import AttendeeRow, BreakoutRow, RoomRow, SessionData, Summary
from debrief.pipeline.maintenance.replay import recompute
from debrief.pipeline.services import Services
from debrief.pipeline.session.documents import Figures, attendees_for_spreadsheets, compute_figures
from debrief.pipeline.session.load_archived import unpack_answers
from debrief.pipeline.state.archived_tables import is_in_session, rows_of
from debrief.pipeline.state.retention import kept_until
from debrief.pipeline.state.revisions import manifest_of
from debrief.segment import file_of
from debrief.settings import Settings
from debrief.util.gc_pause import gc_paused

T = TypeVar("T")
Bodies = Mapping[str, bytes]  # by key
_AT_ONCE = 8  # number of files read at the same time
_OF_OTHERS = {"earlier", "segments"}  # sections that depend on other sessions, which may have changed
_TABLES_OF_OTHERS = {"follow_up"}  # the tables of these sections


@dataclass(frozen=True)
class VerifyResult:
    """The differences in one session's documents."""

    differences: list[str] = field(default_factory=list)  # one sentence each
    files: int = 0  # number of files with correct checksums
    figures: int = 0  # number of figures that were recomputed and are equal
    documents: int = 0  # number of PDF, HTML and workbook files that print these figures
    is_expired: bool = False  # whether files were deleted after their retention, so that figures are not verified


def verify(services: Services, record: SessionRecord) -> VerifyResult:
    """Verify the documents of one session, merged session or event.

    Raises RetryLater or GiveUp if the archive cannot be read.
    """
    kept = kept_until(services, record)
    is_past = kept is not None and kept <= services.clock()
    manifest = manifest_of(services, record.start, record.cue_point_id)
    if manifest is None:
        lost = f"The archive has no manifest, and the ledger knows revision {record.revision}."
        return VerifyResult(is_expired=True) if is_past else VerifyResult([lost])
    bodies, missing, wrong = _read(services, manifest)
    if missing and is_past:
        return VerifyResult(wrong, len(bodies), is_expired=True)
    wrong = _verify_content(services, record, manifest, bodies, [*missing, *wrong])
    printed = sum(key.endswith((".html", ".pdf", ".xlsx")) for key in bodies)
    summary = _named(bodies, "summary.json")
    figures_in = len(json.loads(summary)["metrics"]) if summary and not wrong else 0
    return VerifyResult(wrong, len(bodies), figures_in, 0 if wrong else printed)


def _verify_content(
    services: Services, record: SessionRecord, manifest: Manifest, bodies: Bodies, wrong: list[str]
) -> list[str]:
    """Return the differences `wrong`, and further differences in the revision and the figures."""
    if (manifest.revision, manifest.content_hash) != (record.revision, record.content_hash):
        wrong.append(f"The archive has revision {manifest.revision}, which is not the ledger's {record.revision}.")
    try:
        return [*wrong, *_figures_wrong(services, record, manifest, bodies)]
    except (BadRequest, ReportChanged) as error:
        return [*wrong, str(error)]


def _read(services: Services, manifest: Manifest) -> tuple[dict[str, bytes], list[str], list[str]]:
    """Return the files that match the manifest, then sentences about missing files and about other differences."""
    found = list(_at_once(services, lambda file: read_listed(services.archive, file), manifest.files))
    read = dict(zip(manifest.files, found, strict=True))
    versions = [file for file in manifest.files if file.version_id is not None]
    replaced = _at_once(services, lambda file: _is_replaced(services.archive, file), versions)
    old = [file.key for file, is_old in zip(versions, replaced, strict=True) if is_old]
    bodies = {file.key: body for file, body in read.items() if body is not None and _matches(file, body)}
    missing = [f"{file.key} is missing." for file, body in read.items() if body is None]
    others = [file.key for file, body in read.items() if body is not None and file.key not in bodies]
    wrong = [f"{key} differs from its checksum in the manifest." for key in others]
    return (
        bodies,
        missing,
        [*wrong, *(f"{key} was replaced or deleted later; the manifest lists an older version." for key in old)],
    )


def _at_once(services: Services, work: Callable[[ManifestFile], T], files: Sequence[ManifestFile]) -> Iterator[T]:
    """Yield the result of each file. Several files of a bucket are read at the same time, a folder's one by one."""
    if not services.settings.archive.startswith("s3://"):
        yield from map(work, files)
        return
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        yield from threads.map(work, files)


def _is_replaced(archive: Archive, file: ManifestFile) -> bool:
    """Return whether the listed version is not the newest, so that the bucket's lifecycle will delete it."""
    if archive.holds(file.key, file.sha256, file.version_id):
        return False
    return archive.read(file.key, file.version_id) is not None


def _matches(file: ManifestFile, body: bytes) -> bool:
    return len(body) == file.bytes and hashlib.sha256(body).hexdigest() == file.sha256


def _figures_wrong(services: Services, record: SessionRecord, manifest: Manifest, bodies: Bodies) -> Iterator[str]:
    """Yield differences of figures in all documents. Raises BadRequest or ReportChanged for unreadable files."""
    body = _named(bodies, "summary.json")
    if body is None:
        return
    if record.kind == "event":
        summary = event_from_json(body)
        for moved in recompute(services, record, manifest).moved:
            yield f"The figures of the event's sessions differ from its summary.json: {moved}."
        row = _named(bodies, "events.json", "events/")
        if row is not None and row != summary_row.event_to_line(summary):
            yield "events/events.json is not what summary.json says."
        yield from _from_lists(summary, bodies)
    else:
        summary = from_json(body)
        data = archived_data(unpack_answers(bodies))
        yield from _from_answers(summary, data, bodies, services.settings)
        if _are_ids_distinct_in_tables(data):
            yield from _from_tables(summary, bodies)
        yield from _from_lists(summary, bodies)
        yield from _from_series(services, record, summary)
    for key, printed in bodies.items():
        if key.endswith((".html", ".pdf", ".xlsx")):
            yield from misprints(summary, key.rpartition("/")[2], printed)


@gc_paused()
def _from_answers(summary: Summary, data: SessionData, bodies: Bodies, settings: Settings) -> list[str]:
    """Return what differs in summary.json and the tables from the figures that Kaltura's answers give."""
    section = summary.sections.get("attendees", {})
    limit = section.get("shown", 0) if section.get("shown") != section.get("total") else section.get("total", 0)
    figures = compute_figures(data, replace(settings, report_attendees=limit))
    recomputed = from_json(to_json(figures.summary)).sections  # decoded from JSON, to compare them with archived ones
    keys = {*summary.sections, *recomputed} - _OF_OTHERS
    changed = [key for key in keys if summary.sections.get(key) != recomputed.get(key)]
    return [
        *_moved(
            summary, {key: metric.value for key, metric in figures.summary.metrics.items()}, "Kaltura's answers give"
        ),
        *(f"The section {name} of summary.json is not what Kaltura's answers give." for name in sorted(changed)),
        *(f"{name} is not what Kaltura's answers give." for name in _changed_tables(figures, summary, bodies)),
    ]


def _changed_tables(figures: Figures, summary: Summary, bodies: Bodies) -> Iterator[str]:
    recomputed = replace(figures.summary, state=summary.state, revision=summary.revision)
    tables = {
        "rooms/rooms.csv": figures.rooms,
        "attendees/attendees.csv": figures.attendees,
        "breakouts/breakouts.csv": figures.breakouts,
        "summaries/summaries.json": summary_row.to_line(recomputed),
        **{f"{name}/{name}.csv": table.body for name, table in figures.tables.items() if name not in _TABLES_OF_OTHERS},
        **_registrants(figures),
    }
    for path, body in tables.items():
        prefix, name = path.split("/")
        archived = _named(bodies, name, f"{prefix}/")
        if archived is not None and archived != body:
            yield path
    excel = _named(bodies, "attendees.csv", "reports/")
    if excel is not None and excel != attendees_for_spreadsheets(figures, figures.attendee_rows):
        yield "reports/attendees.csv"


def _registrants(figures: Figures) -> Mapping[str, bytes]:
    """Return the table of registrations, by its path; of a merged session it is beside the report."""
    folder = "reports" if figures.data.session.parts else registrants.FOLDER
    return {f"{folder}/{registrants.NAME}": figures.registrants.body} if figures.registrants else {}


def _are_ids_distinct_in_tables(data: SessionData) -> bool:
    """Return whether distinct ids stay distinct in tables, in which a line break in an id becomes a space."""
    ids = {row.user_id for row in data.attendees}
    return len({in_one_line(user_id) for user_id in ids}) == len(ids)


def _from_tables(summary: Summary, bodies: Bodies) -> list[str]:
    """Return the differences between the archived tables and summary.json. A merged session has no tables."""
    tables = [_named(bodies, f"{name}.csv", f"{name}/") for name in ("rooms", "attendees", "breakouts")]
    if summary.session.parts or None in tables:
        return []
    rooms, attendees, breakouts = (table or b"" for table in tables)
    rows = (row for row, cells in rows_of(AttendeeRow, attendees) if is_in_session(row, cells))
    data = SessionData(
        summary.session,
        rooms=[row for row, _ in rows_of(RoomRow, rooms)],
        attendees=sorted(rows),
        breakouts=[row for row, _ in rows_of(BreakoutRow, breakouts)],
    )
    facts = Facts(data)
    return _moved(
        summary, {metric.key: metric.compute(facts) for metric in TABLE_DEFINITIONS}, "the archived tables give"
    )


def _from_lists(summary: Summary, bodies: Bodies) -> Iterator[str]:
    """Yield a sentence about each follow-up list whose number of people differs from summary.json."""
    rows = summary.sections.get("segments", {}).get("rows", ())
    table = _named(bodies, "follow_up.csv", "follow_up/")
    listed = Counter(line["segment"] for line in csv.DictReader((table or b"").decode().splitlines()))
    counts = {row["key"]: row["people"] for row in rows if row.get("people")}
    if table is not None and listed != counts:
        yield f"follow_up/follow_up.csv has {dict(listed)} people; summary.json says {counts}."
    for row in rows:
        body = _named(bodies, file_of(row["key"])) if "file" in row else None
        people = len(body.splitlines()) - 1 if body is not None else row.get("people")
        if people != row.get("people"):
            yield f"{row['file']} has {people} people; summary.json says {row['people']}."


def _from_series(services: Services, record: SessionRecord, summary: Summary) -> Iterator[str]:
    """Yield a sentence if the session's row on its room's page differs from summary.json. There may be no page."""
    key = series_key(record.entry_id)
    page = services.archive.read(key)
    if page is None:
        return
    rows = {row.cue_point_id: row for row in read_rows(page)}
    row = rows.get(record.cue_point_id)
    if row and (row.revision, row.figures) != (summary.revision, recorded_figures(summary)):
        yield f"{key} has other figures of the session than its summary.json. Replay the session."


def _moved(summary: Summary, values: Mapping[str, object], where: str) -> list[str]:
    """Return a sentence about each figure that differs from summary.json or is missing in it."""
    archived = {key: metric.value for key, metric in summary.metrics.items()}
    return [
        f"{key} is {archived.get(key)} in summary.json; {where} {value}."
        for key, value in values.items()
        if key not in archived or archived[key] != value
    ]


def _named(bodies: Bodies, name: str, prefix: str = "reports/") -> bytes | None:
    """Return the file with this name below a prefix; None if the file is missing or damaged."""
    found: Iterable[str] = (key for key in bodies if key.startswith(prefix) and name_in(key) == name)
    return next((bodies[key] for key in found), None)
