"""A session's data again from what the archive holds of it: no Kaltura is asked."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace

from debrief.delivery.manifest import Manifest
from debrief.errors import BadRequest
from debrief.kaltura.archived import archived_data, older_context
from debrief.model import Earlier, Session, SessionData, Summary, moment
from debrief.pipeline.earlier import archived_earlier
from debrief.pipeline.revisions import Files
from debrief.pipeline.services import Services

_RAW = "raw/"


def retold(services: Services, manifest: Manifest, summary: Summary) -> SessionData:
    """The data behind a revision, all but its virtual event, which no document tells of.

    It is compared with the same earlier sessions as in `summary`, as the archive has them now. Raises BadRequest when
    the archive holds too little or something damaged, NotReady while a revision is being written.
    """
    answers = raw_answers(services, manifest)
    data = archived_data(answers, older_context(summary, answers))
    return replace(data, earlier=_earlier(services, data.session, summary))


def raw_answers(services: Services, manifest: Manifest) -> dict[str, bytes]:
    """Kaltura's answers, byte for byte, and what goes with them, by name without `.gz`. Raises BadRequest, NotReady."""
    files = Files(services, manifest)
    raw = [file for file in manifest.files if file.key.startswith(_RAW)]
    return {file.name.removesuffix(".gz"): _unpacked(files.read(file)) for file in raw}


def _unpacked(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        raise BadRequest("An archived answer cannot be unpacked; export the session again.") from None


def _earlier(services: Services, session: Session, summary: Summary) -> list[Earlier]:
    told = summary.sections.get("earlier", {}).get("sessions", ())
    starts = [(one["cue_point_id"], moment(one["start"])) for one in told]
    sessions = [Session(one, session.entry_id, start, start) for one, start in starts if start]
    found = (archived_earlier(services, one) for one in sessions)
    return [one for one in found if one]
