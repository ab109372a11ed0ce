"""A link that works, with what it leads to: always the newest revision."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.delivery.archive.layout import name_for
from debrief.delivery.ledger.ledger import Delivery, Link, Mark, SessionRecord
from debrief.documents.text.locale_formats import Formats, formats_of
from debrief.errors import DebriefError
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.portal.link_access import access, mail_of
from debrief.portal.pages import expired, gone, nothing_here
from debrief.segments import KEYS, file_of

if TYPE_CHECKING:
    from debrief.delivery.archive.manifest import ManifestFile
    from debrief.pipeline.services import Services
    from debrief.portal.http import Request, Response

log = logging.getLogger(__name__)

# By what a path calls them: the files that every session may have, and its lists for follow-up.
FILES = {"report": "report.html", "pdf": "report.pdf", "attendees": "attendees.csv"}
LISTS = {key: file_of(key) for key in KEYS}
NAMES = FILES | LISTS


@dataclass(frozen=True)
class Opened:
    """What a link leads to, and how its recipient writes times and figures."""

    link: Link
    record: SessionRecord
    files: Files
    zone: ZoneInfo
    language: str

    @property
    def formats(self) -> Formats:
        """The recipient's."""
        return formats_of(self.language)

    def file(self, what: str) -> ManifestFile | None:
        """The file that the link's tier may see; None when the revision has none."""
        return self.files.named(name_for(self.link.tier, NAMES[what]))


def opened(services: Services, token: str, renew: str) -> Opened | Response:
    """What a token leads to, or the page that says why it leads nowhere.

    `renew` is where a fresh link is asked for, relative to the path.
    """
    found, contact = access(services, token), services.settings.contact
    if found is None or found.is_revoked:
        return nothing_here()
    if found.is_expired:
        return expired(renew, contact)
    record = services.ledger.session(found.link.cue_point_id)
    manifest = manifest_of(services, record.start, record.cue_point_id) if record else None
    if record is None or manifest is None:
        return gone(contact)
    mail = mail_of(services.ledger, found.link)
    return Opened(found.link, record, Files(services, manifest), _zone(services, mail), mail.language if mail else "")


def note_opening(services: Services, request: Request, link: Link, what: str) -> None:
    """Remember the first opening of a day. Who wants a report gets it, even when that cannot be written down."""
    if request.method != "GET":
        return
    now = services.clock()
    subject = f"{link.cue_point_id}/{link.recipient_id}/{now.astimezone(UTC):%Y-%m-%d}/{what}"
    try:
        if services.ledger.mark("opened", subject) is None:
            services.ledger.put_mark(Mark("opened", subject, now))
    except DebriefError as error:
        log.warning("An opening was not recorded: %s", error)


def _zone(services: Services, mail: Delivery | None) -> ZoneInfo:
    return ZoneInfo(mail.timezone) if mail and mail.timezone else services.settings.zone
