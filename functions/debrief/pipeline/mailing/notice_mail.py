"""Mails that are no report: the admin's, and a fresh link."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from debrief.delivery.ledger.ledger import Delivery, SessionRecord
from debrief.documents.mail.notice import Notice, render_notice
from debrief.documents.text import sanitize, times
from debrief.documents.text.locale_formats import formats_of
from debrief.errors import NoRecipient
from debrief.pipeline.mailing.admin_notice import notice_of
from debrief.pipeline.mailing.admin_schedule import INDEX, leads_to_index
from debrief.pipeline.mailing.letter import letter_for
from debrief.pipeline.mailing.links import Links, index_days, index_link
from debrief.pipeline.services import Services
from debrief.pipeline.state.presentation_settings import presentation_for
from debrief.pipeline.state.retention import link_expiry

_INDEX = "Index of the archive"
_INDEX_NOTE = (
    "The index finds every session by room, host and date, and opens its files, with all attendees. Its link is yours "
    "alone and works for {days:g} days: do not forward this mail."
)
_INDEX_NOTICE = Notice("Debrief: your link to the index", "You asked for a link to the index of the archive.")


def admin_mail(services: Services, delivery: Delivery) -> bytes:
    """The daily line, one cause of failures, or a link to the index."""
    return _notice(services, delivery, _for_admin(services, delivery))


def fresh_link(services: Services, delivery: Delivery, record: SessionRecord, links: Links | None) -> bytes:
    """What someone gets who asked for a new link on the page of an expired one."""
    if links is None:
        raise NoRecipient("There is no portal any more to which a link could lead.")
    room = sanitize.clean(record.entry_name) or "the session"
    day = record.start.astimezone(presentation_for(services.settings, delivery).zone).date()
    lasts = _lasts(services, delivery, record)
    notice = Notice(
        subject=f"Your new link: {room} \N{EN DASH} {day.isoformat()}",
        lead=f"You asked for a fresh link to the report on {room}. {lasts}",
        buttons=(("Open the report", links.page),),
    )
    return _notice(services, delivery, notice, links)


def _lasts(services: Services, delivery: Delivery, record: SessionRecord) -> str:
    """How long a link that is made now works."""
    settings, now, presentation = services.settings, services.clock(), presentation_for(services.settings, delivery)
    ends = link_expiry(settings, record.end, now)
    if ends == now + timedelta(days=settings.link_days):
        return f"It works for {settings.link_days:g} days."
    day = times.day(ends, presentation.zone, formats_of(presentation.language))
    return f"It works until {day}, as long as the report is kept."


def _for_admin(services: Services, delivery: Delivery) -> Notice:
    """One of the admin's mails, with a link to the index of the archive in those that lead there."""
    is_asked_for = delivery.occasion.startswith(f"{INDEX}-")
    notice = _INDEX_NOTICE if is_asked_for else notice_of(services, delivery)
    link = index_link(services, delivery) if leads_to_index(delivery) else ""
    if is_asked_for and not link:
        raise NoRecipient("There is no portal any more to which a link could lead.")
    if not link:
        return notice
    note = _INDEX_NOTE.format(days=index_days(services.settings))
    return replace(notice, notes=(*notice.notes, note), buttons=((_INDEX, link),))


def _notice(services: Services, delivery: Delivery, notice: Notice, links: Links | None = None) -> bytes:
    letter = letter_for(services, delivery, [], links)
    key = "/".join((delivery.cue_point_id, str(delivery.revision), delivery.recipient_id, delivery.occasion))
    presentation = presentation_for(services.settings, delivery)
    return render_notice(notice, letter, presentation, message_key=key, date=services.clock())
