"""Mails that are no report: the admin's, and a fresh link."""

from __future__ import annotations

from debrief.delivery.ledger import Delivery, SessionRecord
from debrief.documents.notice import Notice, render_notice
from debrief.errors import NoRecipient
from debrief.pipeline.admin_mails import notice_of
from debrief.pipeline.letters import letter_for
from debrief.pipeline.links import Links
from debrief.pipeline.looks import look_for
from debrief.pipeline.services import Services


def admin_mail(services: Services, delivery: Delivery) -> bytes:
    """The daily line, or one cause of failures."""
    return _notice(services, delivery, notice_of(services, delivery))


def fresh_link(services: Services, delivery: Delivery, record: SessionRecord, links: Links | None) -> bytes:
    """What someone gets who asked for a new link on the page of an expired one."""
    if links is None:
        raise NoRecipient("There is no portal any more to which a link could lead.")
    room = record.entry_name or "the session"
    day = record.start.astimezone(look_for(services.settings, delivery).zone).date()
    lasts = f"It works for {services.settings.link_days:g} days."
    notice = Notice(
        subject=f"Your new link: {room} \N{EN DASH} {day.isoformat()}",
        lead=f"You asked for a fresh link to the report on {room}. {lasts}",
        buttons=(("Open the report", links.page),),
    )
    return _notice(services, delivery, notice, links)


def _notice(services: Services, delivery: Delivery, notice: Notice, links: Links | None = None) -> bytes:
    letter = letter_for(services, delivery, [], links)
    key = "/".join((delivery.cue_point_id, str(delivery.revision), delivery.recipient_id, delivery.occasion))
    look = look_for(services.settings, delivery)
    return render_notice(notice, letter, look, message_key=key, date=delivery.at or services.clock())
