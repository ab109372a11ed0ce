"""Resolve a link to the newest revision of its report."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.delivery.archive.layout import name_for
from debrief.delivery.ledger.ledger import Link, Note, SessionRecord
from debrief.documents.text import labels
from debrief.documents.text.locale_formats import Formats, formats_of
from debrief.errors import DebriefError
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.portal.link_access import check_report_link, mail_of
from debrief.portal.pages import expired, gone, nothing_here
from debrief.segment import EVENT_KEYS, KEYS, file_of

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.model import Tier
    from debrief.pipeline.services import Services
    from debrief.portal.http import Request, Response

log = logging.getLogger(__name__)

# Names in a path and their files: the reports and the attendee list of every session, and its follow-up lists.
FILES = {
    "report": "report.html",
    "pdf": "report.pdf",
    "full": "report-full.pdf",
    "workbook": "report.xlsx",
    "attendees": "attendees.csv",
}
LISTS = {key: file_of(key) for key in (*KEYS, *EVENT_KEYS)}
NAMES = FILES | LISTS
SERIES = "All sessions of this room"
SHORT_LABELS = {
    "report": "Report",
    "pdf": "PDF",
    "full": "Full PDF",
    "workbook": "Workbook",
    "attendees": "Attendee list",
    **{key: labels.segment(key) for key in LISTS},
}


@dataclass(frozen=True)
class LinkTarget:
    """The files behind a link, with its recipient's time zone and language."""

    link: Link
    record: SessionRecord
    files: Files
    zone: ZoneInfo
    language: str
    is_of_channel: bool = False  # whether the link is in a message to a channel

    @property
    def formats(self) -> Formats:
        """Return the recipient's formats of times and figures."""
        return formats_of(self.language)

    def file(self, path_name: str) -> ManifestFile | None:
        """Return the file for the link's tier; None if the revision has none."""
        return self.files.named(name_for(self.link.tier, NAMES[path_name]))

    def offered(self) -> dict[str, ManifestFile]:
        """Return the files that the link's tier may see, by their name in a path."""
        return offered_files(self.files, self.link.tier)


def offered_files(files: Files, tier: Tier) -> dict[str, ManifestFile]:
    """Return the files of a revision that a tier has, by their name in a path.

    Empty follow-up lists are left out, and the list of attendees if the workbook has it.
    """
    found = {path_name: files.named(name_for(tier, name)) for path_name, name in NAMES.items()}
    if found["workbook"]:
        del found["attendees"]
    return {path_name: file for path_name, file in found.items() if file and (path_name in FILES or file.rows)}


def resolve_link(services: Services, token: str, renew: str) -> LinkTarget | Response:
    """Return the target of a token, or the page that explains why there is none.

    `renew` is the address that sends a new link, relative to the path.
    """
    checked, contact = check_report_link(services, token), services.settings.contact
    if checked is None or checked.is_revoked:
        return nothing_here()
    if checked.is_expired:
        mail = mail_of(services.ledger, checked.link)
        return expired("" if mail and mail.channel else renew, contact)
    record = services.ledger.session(checked.link.cue_point_id)
    manifest = manifest_of(services, record.start, record.cue_point_id) if record else None
    if record is None or manifest is None:
        return gone(contact)
    mail = mail_of(services.ledger, checked.link)
    zone = ZoneInfo(mail.timezone) if mail and mail.timezone else services.settings.zone
    return LinkTarget(
        checked.link,
        record,
        Files(services, manifest),
        zone,
        mail.language if mail else "",
        is_of_channel=bool(mail and mail.channel),
    )


def record_opening(services: Services, request: Request, link: Link, path_name: str) -> None:
    """Record the first opening of a day. If that fails, the reader still gets the file."""
    if request.method != "GET":
        return
    now = services.clock()
    subject = f"{link.cue_point_id}/{link.recipient_id}/{now.astimezone(UTC):%Y-%m-%d}/{path_name}"
    try:
        if services.ledger.note("opened", subject) is None:
            services.ledger.put_note(Note("opened", subject, now))
    except DebriefError as error:
        log.warning("An opening was not recorded: %s", error)
