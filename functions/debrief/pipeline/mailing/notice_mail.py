"""Write emails without a report: emails to the admin, and the email with a new link."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from debrief.documents.mail.notice import Notice, render_notice, words_of
from debrief.documents.room_name import room_name
from debrief.documents.text import sanitize, times
from debrief.documents.text.locale_formats import formats_of
from debrief.errors import NoRecipient
from debrief.pipeline.mailing.admin_notice import MOST_ROWS, notice_of
from debrief.pipeline.mailing.admin_schedule import INDEX, leads_to_index
from debrief.pipeline.mailing.issue_links import Links, index_days, index_link, link_expiry

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery, SessionRecord
    from debrief.documents.mail.message import Letter
    from debrief.documents.presentation import Presentation
    from debrief.pipeline.services import Services

_INDEX_BUTTON = "Index of the archive"
_INDEX_NOTE = (
    "The index lists every session by room, host and date, and links to its files, which name all attendees. The link "
    "is for you only and works for {days:g} days. Do not forward this email."
)
_NO_PORTAL = "No portal is configured, so there is no page to link to."


def admin_mail(services: Services, delivery: Delivery, letter: Letter, presentation: Presentation) -> bytes:
    """Write an email to the admin: the daily summary, one problem, or a link to the index. Raises NoRecipient."""
    return _render(services, delivery, admin_notice(services, delivery), letter, presentation)


def new_link_mail(
    services: Services,
    delivery: Delivery,
    record: SessionRecord,
    links: Links | None,
    letter: Letter,
    presentation: Presentation,
) -> bytes:
    """Write the email to somebody who opened an expired link and asked for a new one. Raises NoRecipient."""
    if links is None:
        raise NoRecipient(_NO_PORTAL)
    settings, now = services.settings, services.clock()
    ends = link_expiry(settings, record.end, now)
    lasts = f"It works for {settings.link_days:g} days."
    if ends != now + timedelta(days=settings.link_days):
        day = times.day(ends, presentation.zone, formats_of(presentation.language))
        lasts = f"It works until {day}, and the report is kept until the same day."
    words = words_of(
        "link",
        room=sanitize.clean(room_name(record.entry_name, delivery.tier)) or "the session",
        day=record.start.astimezone(presentation.zone).date(),
        lasts=lasts,
    )
    notice = Notice(*words, buttons=(("Open the report", links.page),))
    return _render(services, delivery, notice, letter, presentation)


def admin_notice(services: Services, delivery: Delivery, most_rows: int = MOST_ROWS) -> Notice:
    """Return the content of an email to the admin, with its link to the index. Raises NoRecipient."""
    is_requested_link = delivery.occasion.startswith(f"{INDEX}-")
    notice = Notice(*words_of("index")) if is_requested_link else notice_of(services, delivery, most_rows)
    link = index_link(services, delivery) if leads_to_index(delivery) else ""
    if is_requested_link and not link:
        raise NoRecipient(_NO_PORTAL)
    if not link:
        return notice
    note = _INDEX_NOTE.format(days=index_days(services.settings))
    return replace(notice, notes=(*notice.notes, note), buttons=((_INDEX_BUTTON, link),))


def _render(
    services: Services, delivery: Delivery, notice: Notice, letter: Letter, presentation: Presentation
) -> bytes:
    key = "/".join((delivery.cue_point_id, str(delivery.revision), delivery.recipient_id, delivery.occasion))
    return render_notice(notice, letter, presentation, message_key=key, date=services.clock())
