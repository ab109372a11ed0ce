"""What the archive knows of a room's polls: as they were before a session, and as its own report has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from debrief.delivery.archive.manifest import Manifest
from debrief.errors import BadRequest, NotReady
from debrief.kaltura.session_data.context import NAME as CONTEXT
from debrief.kaltura.session_data.context import poll_span_of, read_context
from debrief.kaltura.session_data.room_polls import CURRENT, EARLIER, EarlierPolls
from debrief.kaltura.sessions.discovery import earlier_sessions
from debrief.model import PollSpan, Session
from debrief.pipeline.services import Services
from debrief.pipeline.session.load_archived import answers_among
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.util.values import utc_text

_LOOKED_AT = 5  # earlier sessions


@dataclass(frozen=True)
class ArchivedPolls:
    """The archived polls of a session's room. `manifest` is that of the session's own report."""

    services: Services
    session: Session
    manifest: Manifest | None

    def archived_answers(self, *, goes_on: bool) -> tuple[Mapping[str, bytes], PollSpan] | None:
        """A final report keeps its polls, and so does one whose room has gone on: others may have been added since."""
        if self.manifest is None or not (goes_on or self.manifest.state == "final"):
            return None
        return self._archived(self.manifest)

    def earlier_polls(self) -> EarlierPolls | None:
        """The answer of the latest earlier session that was given before the room went on."""
        found = earlier_sessions(self.services.kaltura, self.session, _LOOKED_AT)
        if found is None or not found:
            return None if found is None else EarlierPolls()
        for place, one in enumerate(islice(found, _LOOKED_AT)):
            record = self.services.ledger.session(one.cue_point_id)  # which knows under which date it is
            manifest = manifest_of(self.services, record.start if record else one.start, one.cue_point_id)
            known = self._archived(manifest) if manifest else None
            if known and not known[1].goes_on:
                return EarlierPolls(known[0][CURRENT], one.cue_point_id, utc_text(one.start) if place else "")
        return None

    def _archived(self, manifest: Manifest) -> tuple[Mapping[str, bytes], PollSpan] | None:
        """A report's answers about polls; None when it has none, or they cannot be read just now."""
        files = Files(self.services, manifest)
        names = {f"{name}.gz" for name in (CONTEXT, CURRENT, EARLIER)}
        wanted = [file for file in manifest.files if file.key.startswith("raw/") and file.name in names]
        try:
            answers = answers_among({file.key: files.read(file) for file in wanted})
            page = read_context(answers[CONTEXT]).page if CONTEXT in answers else None
        except (BadRequest, NotReady):
            return None
        return (answers, poll_span_of(page)) if page and CURRENT in answers else None
