"""`/i/<token>`: the index of the archive, where admins find every session and open its files.

Each request checks that the settings still list the token's recipient as an admin.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from debrief.delivery.ledger.suppressions import find_suppression
from debrief.documents.text import times
from debrief.pipeline.mailing.admin_schedule import index_mail
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.portal.files import send_target_file, send_target_zip
from debrief.portal.http import Request, Response
from debrief.portal.index_query import LONGEST, MOST_DAYS, search_of
from debrief.portal.index_rows import find_page
from debrief.portal.link_access import LOCAL, CheckedLink, check_admin_link, check_report_link, is_admin
from debrief.portal.pages import expired, gone, nothing_here, page
from debrief.portal.resolve_link import LinkTarget, record_opening
from debrief.portal.session_zip import ZIP

if TYPE_CHECKING:
    from debrief.pipeline.services import Services


def show_index(services: Services, request: Request, token: str) -> Response:
    """Show the search form and its results; a wrong query gets a message and status 400."""
    checked = working_admin_link(services, token, renew=f"{token}/renew")
    if isinstance(checked, Response):
        return checked
    zone, end = services.settings.zone, checked.link.expires
    search = search_of(request.query, services.clock().astimezone(zone).date())
    record_opening(services, request, checked.link, "index")
    return page(
        400 if search.problem else 200,
        "index",
        contact=services.settings.contact,
        token=token,
        search=search,
        found=find_page(services, search, token),
        zone=zone.key,
        longest=LONGEST,
        most_days=MOST_DAYS,
        is_local=checked.link.recipient_id == LOCAL,
        until=f"{times.day(end, zone)}, {times.clock(end, zone)} {times.zone_name(end, zone)}",
    )


def send_index_file(services: Services, request: Request, token: str, session: str, path_name: str) -> Response:
    """Send one file of a session's newest revision, or all files in a zip. `session` is the session's encoded id."""
    checked = working_admin_link(services, token, renew="../renew")
    if isinstance(checked, Response):
        return checked
    record = services.ledger.session(unquote(session))
    if record is None:
        return nothing_here()
    manifest = manifest_of(services, record.start, record.cue_point_id)
    if manifest is None:
        return gone(services.settings.contact)
    link = replace(checked.link, cue_point_id=record.cue_point_id)  # so that the opening is recorded for this session
    target = LinkTarget(link, record, Files(services, manifest), services.settings.zone, "")
    if path_name == ZIP:
        return send_target_zip(services, request, target)
    return send_target_file(services, request, target, path_name, parent=("../", "Index of the archive"))


def renew_index(services: Services, _: Request, token: str) -> Response:
    """Email a new link for an expired one, to the admin's address only."""
    checked = check_admin_link(services, token)
    if checked is None or checked.is_revoked:
        return nothing_here()
    if not checked.is_expired:
        return Response(303, {"location": f"../{token}"})
    return _send_link(services, checked)


def mail_index(services: Services, _: Request, token: str) -> Response:
    """Email a link to the index, requested on the page of an admin's own report.

    The page does not show the link: somebody who forwards a report must not give access to all reports.
    """
    checked = check_report_link(services, token)
    if checked is None or not checked.is_open or not is_admin(services, checked.link.recipient_id):
        return nothing_here()
    return _send_link(services, checked)


def _send_link(services: Services, checked: CheckedLink) -> Response:
    """Order the email with the link, at most one a day; repeated requests get the same page."""
    recipient, contact = checked.link.recipient_id, services.settings.contact
    if find_suppression(services.ledger, recipient):
        return page(200, "unreachable", contact=contact)
    return replace(page(200, "renewed", contact=contact), orders=tuple(index_mail(services, recipient)))


def working_admin_link(services: Services, token: str, renew: str) -> CheckedLink | Response:
    """Return the admin's link if it works, or else the page that explains why it does not."""
    checked = check_admin_link(services, token)
    if checked is None or checked.is_revoked:
        return nothing_here()
    return expired(renew, services.settings.contact) if checked.is_expired else checked
