"""Load a session's data from the archive, without Kaltura."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import replace

from debrief.delivery.archive.manifest import Manifest
from debrief.errors import BadRequest
from debrief.kaltura.session_data.from_archive import archived_data
from debrief.kaltura.session_data.summary_page import INCOMPLETE
from debrief.model import Session, SessionData, Summary
from debrief.pipeline.services import Services
from debrief.pipeline.session.account_sessions import account_of
from debrief.pipeline.session.earlier_sessions import add_comparable_sessions
from debrief.pipeline.state.revisions import Files
from debrief.util.values import moment

_RAW = "raw/"


def load_session_data(
    services: Services, manifest: Manifest, summary: Summary, answers: Mapping[str, bytes] | None = None
) -> SessionData:
    """Load the data of a revision, without its virtual event, which is not archived.

    The earlier sessions are those in `summary` that are still comparable. If the summary says that they were unknown,
    they stay unknown. `answers` replace the archived answers. Raises BadRequest if archived data is missing or damaged,
    NotReady while a revision is being written.
    """
    data = archived_data(answers or raw_answers(services, manifest))
    unknown = str(summary.sections.get("earlier", {}).get("unavailable", ""))
    gaps = [finding for finding in summary.warnings if unknown and finding == INCOMPLETE]
    data = replace(data, earlier_unknown=unknown, findings=list(dict.fromkeys([*data.findings, *gaps])))
    section = summary.sections.get("segments") or {}
    starts = [(earlier["cue_point_id"], moment(earlier["start"])) for earlier in section.get("sessions", ())]
    sessions = [Session(cue_point_id, data.session.entry_id, start, start) for cue_point_id, start in starts if start]
    data = replace(data, account=account_of(summary.sections.get("earlier", {})))
    return add_comparable_sessions(services, data, sessions)


def raw_answers(services: Services, manifest: Manifest) -> dict[str, bytes]:
    """Return Kaltura's archived answers and the context, by name without `.gz`. Raises the errors of Files.read."""
    files = Files(services, manifest)
    return unpack_answers({file.key: files.read(file) for file in manifest.files if file.key.startswith(_RAW)})


def unpack_answers(bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the unpacked answers by name. `bodies` are files by key. Raises BadRequest if an answer is damaged."""
    raw = ((key.rpartition("/")[2].removesuffix(".gz"), body) for key, body in bodies.items() if key.startswith(_RAW))
    return {name: _unpack(body) for name, body in raw}


def _unpack(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        raise BadRequest("An archived answer cannot be unpacked; export the session again.") from None
