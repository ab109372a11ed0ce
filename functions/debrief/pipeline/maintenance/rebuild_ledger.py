"""Rebuild ledger records from the manifests, for an archive without its ledger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from debrief.delivery.archive.manifest import read_manifest
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.documents.event.summary import event_from_json
from debrief.documents.view.headline import recorded_figures
from debrief.errors import BadRequest, NotReady
from debrief.model import Kind, Part, Summary
from debrief.pipeline.services import Services
from debrief.pipeline.state.check_schedule import next_check
from debrief.pipeline.state.revisions import Files
from debrief.util.values import moment

_MANIFEST = re.compile(r"reports/date=[0-9]{4}-[0-9]{2}-[0-9]{2}/session=[^/]+/manifest[.]json")


def manifest_keys(services: Services) -> list[str]:
    """Return the keys of all manifests. This lists the whole bucket, which takes long."""
    return [key for key in services.archive.keys("reports/") if _MANIFEST.fullmatch(key)]


def reindex(services: Services, keys: Iterable[str]) -> Iterator[tuple[SessionRecord, bool] | str]:
    """Yield each record and whether it was added, or the reason why it could not be added. Known records do not change.

    An added record counts as exported with another ledger, so its later exports send no emails.
    """
    for key in keys:
        try:
            record = _record(services, key)
        except (BadRequest, NotReady) as error:
            yield f"{key}: {error}"
            continue
        known = services.ledger.session(record.cue_point_id)
        yield (known, False) if known else (services.ledger.save(record), True)


def connect_parts(services: Services, records: Iterable[SessionRecord]) -> None:
    """Record for each part its merged session, and for each session of an event its event, unless known."""
    for whole in records:
        for part in whole.parts:
            old = services.ledger.session(part.cue_point_id)
            if old is None:
                continue
            if whole.kind == "joint":
                new = replace(old, merged_id=old.merged_id or whole.cue_point_id)
            else:
                new = replace(old, virtual_event_id=old.virtual_event_id or whole.entry_id)
            if new != old:
                services.ledger.save(new)


def _record(services: Services, key: str) -> SessionRecord:
    body = services.archive.read(key)
    manifest = read_manifest(body or b"")
    files = Files(services, manifest)
    file = files.named("summary.json")
    if file is None:
        raise BadRequest("The manifest lists no summary.json; export the session again.")
    kind: Kind = "event" if manifest.cue_point_id.startswith("event-") else "session"
    summary = (event_from_json if kind == "event" else from_json)(files.read(file))
    session = summary.session
    due = next_check(session.end, services.clock(), services.settings) if manifest.state == "provisional" else None
    return SessionRecord(
        manifest.cue_point_id,
        manifest.entry_id,
        session.start,
        session.end,
        entry_name=session.entry_name,
        parent_entry_id=session.parent_entry_id,
        state="final" if manifest.state == "final" else "exported",
        revision=manifest.revision,
        content_hash=manifest.content_hash,
        due=due,
        kind="joint" if session.parts else kind,
        parts=session.parts or sessions_of(summary),
        host_user_id=session.host_user_id,
        host_name=summary.host.name if summary.host else "",
        history={manifest.revision: recorded_figures(summary)},
    )


def sessions_of(summary: Summary) -> tuple[Part, ...]:
    rows = summary.sections.get("sessions", {}).get("rows", ())
    spans = ((row["cue_point_id"], moment(row["start"]), moment(row["end"])) for row in rows)
    return tuple(Part(id_, start, end) for id_, start, end in spans if start and end)
