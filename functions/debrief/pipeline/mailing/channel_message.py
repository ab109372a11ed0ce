"""Write a delivery as a message to a channel: its format is the channel's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.delivery.archive.layout import name_for, safe_id
from debrief.delivery.channels.channel import Occasion
from debrief.documents.room_name import room_name
from debrief.documents.text import sanitize, times
from debrief.documents.text.locale_formats import formats_of, language_of
from debrief.errors import NoRecipient
from debrief.message import About, Message
from debrief.pipeline.mailing.report_events import event_type
from debrief.pipeline.mailing.written_mail import REPORT_FILES, WrittenMail

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery
    from debrief.documents.presentation import Presentation
    from debrief.pipeline.services import Services
    from debrief.pipeline.state.revisions import Files


def write_report(services: Services, delivery: Delivery, files: Files, message: Message) -> WrittenMail:
    """Write a report as a message to a channel, or as an event."""
    time = delivery.dated or services.clock()  # of the first attempt, so that each attempt sends the same
    is_full, names = delivery.tier == "full", {name_for(delivery.tier, name) for name in REPORT_FILES}
    seen = tuple(file for file in files.manifest.files if is_full or file.name in names)
    occasion = Occasion(_event_id(delivery), event_type(delivery), time, services.settings.archive, seen)
    body = services.channel(delivery.channel).format(message, occasion)
    return WrittenMail(body, files.manifest.revision, time, occasion)


def write_failure(services: Services, delivery: Delivery, presentation: Presentation) -> WrittenMail:
    """Write the event about a session that failed. Raises NoRecipient if the ledger has no such session."""
    record = services.ledger.session(delivery.cue_point_id)
    if record is None:
        raise NoRecipient(f"The ledger has no session {delivery.cue_point_id}.")
    time, formats = delivery.dated or services.clock(), formats_of(presentation.language)
    message = Message(
        about=About(record.cue_point_id, record.entry_id, record.start, record.end, "failed", record.revision),
        language=language_of(presentation.language),
        label="Failed session",
        # A room's name may name a person, and there is no report from which to learn this.
        title=(delivery.tier != "totals" and sanitize.clean(room_name(record.entry_name, delivery.tier)))
        or sanitize.clean(record.entry_id),
        when=times.when(record.start, record.end, presentation.zone, formats),
        verdict=sanitize.clean_sentence(record.reason),
    )
    occasion = Occasion(_event_id(delivery), event_type(delivery), time, services.settings.archive)
    return WrittenMail(services.channel(delivery.channel).format(message, occasion), 0, time, occasion)


def _event_id(delivery: Delivery) -> str:
    """Return the id by which a receiver recognizes an event: of session, revision and event, on every channel."""
    name = f"{safe_id(delivery.cue_point_id)}-r{delivery.revision}"
    return f"{name}-{safe_id(delivery.occasion)}" if delivery.occasion else name
