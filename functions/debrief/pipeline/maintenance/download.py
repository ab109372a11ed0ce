"""Download archived files. A file that does not match its manifest is not returned."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, TypeAlias, get_args

from debrief.delivery.archive.archive import ManifestFile
from debrief.delivery.archive.layout import report_key, safe_id
from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data import csv_tables
from debrief.documents.data.dictionary import dictionary
from debrief.documents.data.summary_json import from_json
from debrief.documents.event.summary import event_from_json
from debrief.errors import UnknownSession
from debrief.pipeline.services import Services
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.util.zips import zip_of

What: TypeAlias = Literal["attendees", "rooms", "breakouts", "summary", "pdf", "html", "workbook", "excel", "raw"]
WHAT: tuple[What, ...] = get_args(What)
DEFAULT_FILES: tuple[What, ...] = tuple(what for what in WHAT if what != "raw")
_READ_ME = """\
{name}
{kind} {id}, {start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC, revision {revision} ({state}).

{files}

Minutes are minutes of the session; ratios are from 0 to 1; times are UTC.
"""
_MEANINGS = {
    "attendees.csv": "the attendees, for machines",
    "rooms.csv": "the rooms, for machines",
    "breakouts.csv": "the breakout rooms, for machines",
    "attendees-excel.csv": "the attendees, safe to open in a spreadsheet",
    "report.pdf": "the report in a few pages",
    "report-full.pdf": "all of the report, with the attendee list",
    "report.html": "the report as a web page",
    "report.xlsx": "figures and lists as a workbook",
    "summary.json": "every figure with its formula and source",
    "dictionary.csv": "every column and figure: type, unit, meaning, source, label",
    "manifest.json": "the archive's list of the files with their checksums, also of files that are not in this zip",
}


def manifest_for(services: Services, record: SessionRecord) -> Manifest:
    """Return the manifest of a record's documents. Raises UnknownSession if there are no documents."""
    manifest = manifest_of(services, record.start, record.cue_point_id)
    if manifest is None:
        raise UnknownSession(f"The archive has no documents of {record.cue_point_id}; export it first.")
    return manifest


def wanted_files(manifest: Manifest, what: Collection[What]) -> Iterator[ManifestFile]:
    """Return the files of these kinds, without the documents of lower tiers."""
    return (file for file in manifest.files if _kind(file) in what)


def _kind(file: ManifestFile) -> What | None:
    prefix = file.key.partition("/")[0]
    if prefix in {"attendees", "rooms", "breakouts", "raw"}:
        return prefix  # type: ignore[return-value] # checked above
    names: Mapping[str, What] = {
        "summary.json": "summary",
        "report.pdf": "pdf",
        "report-full.pdf": "pdf",
        "report.html": "html",
        "report.xlsx": "workbook",
        "attendees.csv": "excel",
    }
    return names.get(file.name) if prefix == "reports" else None


def bundle(services: Services, record: SessionRecord) -> tuple[str, bytes]:
    """Return the name and the bytes of a zip with one session's DEFAULT_FILES. The same archive gives the same bytes.

    Raises UnknownSession if there are no documents, BadRequest if a file is damaged, NotReady while the documents are
    being written.
    """
    manifest = manifest_for(services, record)
    files = Files(services, manifest)
    contents = {
        "attendees-excel.csv" if _kind(file) == "excel" else file.name: files.read(file)
        for file in wanted_files(manifest, DEFAULT_FILES)
    }
    summary = (event_from_json if record.kind == "event" else from_json)(contents["summary.json"])
    contents["dictionary.csv"] = csv_tables.machine_csv(
        dictionary(summary.metrics, "events" if record.kind == "event" else "summaries")
    )
    contents["manifest.json"] = (
        services.archive.read(report_key(record.start, record.cue_point_id, "manifest.json")) or b""
    )
    is_event = record.kind == "event"
    read_me = _READ_ME.format(
        name=record.entry_name,
        kind="Virtual event" if is_event else "Session",
        id=record.entry_id if is_event else f"{record.cue_point_id} of room {record.entry_id}",
        start=record.start,
        end=record.end,
        revision=manifest.revision,
        state=manifest.state,
        files="\n".join(f"{name:<21}{meaning}" for name, meaning in _MEANINGS.items() if name in contents),
    )
    contents["README.txt"] = read_me.encode("utf-8", errors="replace")
    return f"{record.start:%Y-%m-%d}-{safe_id(record.cue_point_id)}.zip", zip_of(contents)
