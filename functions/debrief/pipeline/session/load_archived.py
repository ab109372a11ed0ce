"""A session's data again from what the archive holds of it: no Kaltura is asked."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping

from debrief.delivery.archive.manifest import Manifest
from debrief.errors import BadRequest
from debrief.kaltura.session_data.from_archive import archived_data
from debrief.model import Session, SessionData, Summary
from debrief.pipeline.services import Services
from debrief.pipeline.session.earlier_sessions import comparable
from debrief.pipeline.state.revisions import Files
from debrief.util.values import moment

_RAW = "raw/"


def retold(
    services: Services, manifest: Manifest, summary: Summary, answers: Mapping[str, bytes] | None = None
) -> SessionData:
    """The data behind a revision, all but its virtual event, which no document tells of.

    The earlier sessions are those of `summary` that can still be compared with, as the archive has them now. `answers`
    take the place of the archived ones. Raises BadRequest when the archive holds too little or something damaged,
    NotReady while a revision is being written.
    """
    data = archived_data(answers or raw_answers(services, manifest))
    return comparable(services, data, _told(data.session, summary))


def raw_answers(services: Services, manifest: Manifest) -> dict[str, bytes]:
    """Kaltura's answers, byte for byte, and what goes with them, by name without `.gz`. Raises BadRequest, NotReady."""
    files = Files(services, manifest)
    return answers_among({file.key: files.read(file) for file in manifest.files if file.key.startswith(_RAW)})


def answers_among(bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """The answers among files of the archive, given by their keys. Raises BadRequest."""
    raw = ((key.rpartition("/")[2].removesuffix(".gz"), body) for key, body in bodies.items() if key.startswith(_RAW))
    return {name: _unpacked(body) for name, body in raw}


def _unpacked(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        raise BadRequest("An archived answer cannot be unpacked; export the session again.") from None


def _told(session: Session, summary: Summary) -> list[Session]:
    """All that were looked at."""
    section = summary.sections.get("segments") or {}
    starts = [(one["cue_point_id"], moment(one["start"])) for one in section.get("sessions", ())]
    return [Session(one, session.entry_id, start, start) for one, start in starts if start]
