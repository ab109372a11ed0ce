"""Keep what an earlier export read of the recording, while Kaltura cannot give it."""

from __future__ import annotations

from debrief.delivery.archive.manifest import Manifest
from debrief.errors import BadRequest, NotReady
from debrief.kaltura.session_data.transcript_file import NAME, read_transcript, with_transcript
from debrief.model import SessionData
from debrief.pipeline.services import Services
from debrief.pipeline.session.load_archived import unpack_answers
from debrief.pipeline.state.revisions import Files
from debrief.transcript import Transcript


def keep_transcript(services: Services, data: SessionData, manifest: Manifest | None) -> SessionData:
    """Return the data with what is archived in place of what is unknown now, but may come later.

    If Kaltura says that there are no captions any more, the archived ones are not kept.
    """
    new = data.transcript
    if new is None or not (new.why_unknown and new.may_come):
        return data
    earlier = _archived(services, manifest) if manifest else None
    return with_transcript(data, new.filled_from(earlier)) if earlier else data


def _archived(services: Services, manifest: Manifest) -> Transcript | None:
    files = Files(services, manifest)
    file = next((file for file in manifest.files if file.key.startswith("raw/") and file.name == f"{NAME}.gz"), None)
    try:
        return read_transcript(unpack_answers({file.key: files.read(file)})[NAME]) if file else None
    except (BadRequest, NotReady):
        return None
