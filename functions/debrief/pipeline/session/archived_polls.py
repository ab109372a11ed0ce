"""Read a room's archived polls, from the session's own report and from the reports of earlier sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from debrief.delivery.archive.manifest import Manifest
from debrief.errors import BadRequest, NotReady
from debrief.kaltura.session_data.context import NAME as CONTEXT
from debrief.kaltura.session_data.context import poll_scope_of, read_context
from debrief.kaltura.session_data.room_polls import CURRENT, EARLIER, EarlierPolls
from debrief.kaltura.sessions.discovery import earlier_sessions
from debrief.model import NotKnown, PollScope, Session
from debrief.pipeline.services import Services
from debrief.pipeline.session.load_archived import unpack_answers
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.util.values import utc_text

_MOST_SESSIONS = 5  # the most earlier sessions to examine


@dataclass(frozen=True)
class ArchivedPolls:
    """The archived polls of a session's room. `manifest` lists the session's own documents."""

    services: Services
    session: Session
    manifest: Manifest | None

    def archived_answers(self, *, had_later_session: bool) -> tuple[Mapping[str, bytes], PollScope] | None:
        """Return Kaltura's archived responses about polls if new responses must not replace them.

        New responses must not replace them if the report is final, or if a later session of the room may have added
        polls.
        """
        if self.manifest is None or not (had_later_session or self.manifest.state == "final"):
            return None
        return self._archived(self.manifest)

    def earlier_polls(self) -> EarlierPolls | None:
        """Return the archived polls of the last earlier session whose polls were fetched before the next session began.

        Return None if earlier sessions are unknown or no such polls are archived, and empty polls if the room had no
        earlier session.
        """
        found = earlier_sessions(self.services.kaltura, self.session, _MOST_SESSIONS)
        if isinstance(found, NotKnown):
            return None
        if not found:
            return EarlierPolls()
        for place, earlier in enumerate(islice(found, _MOST_SESSIONS)):
            record = self.services.ledger.session(earlier.cue_point_id)  # the folder has the date of its start
            manifest = manifest_of(self.services, record.start if record else earlier.start, earlier.cue_point_id)
            archived = self._archived(manifest) if manifest else None
            if archived and not archived[1].had_later_session:
                since = utc_text(earlier.start) if place else ""
                return EarlierPolls(archived[0][CURRENT], earlier.cue_point_id, since)
        return None

    def _archived(self, manifest: Manifest) -> tuple[Mapping[str, bytes], PollScope] | None:
        """Return the answers about polls that a manifest lists; None if they are missing or cannot be read now."""
        files = Files(self.services, manifest)
        names = {f"{name}.gz" for name in (CONTEXT, CURRENT, EARLIER)}
        wanted = [file for file in manifest.files if file.key.startswith("raw/") and file.name in names]
        try:
            answers = unpack_answers({file.key: files.read(file) for file in wanted})
            page = read_context(answers[CONTEXT]).page if CONTEXT in answers else None
        except (BadRequest, NotReady):
            return None
        return (answers, poll_scope_of(page)) if page and CURRENT in answers else None
