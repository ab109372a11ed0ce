"""`/i/<token>`: the index of the archive, for admins. Every session is found here, and its files are opened.

A token opens it for as long as the settings name its recipient as an admin: they are asked at each click.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from debrief.delivery.ledger.suppressions import is_suppressed
from debrief.documents.text import times
from debrief.pipeline.mailing.admin_schedule import index_mail
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.portal.files import sent
from debrief.portal.http import Request, Response
from debrief.portal.index_query import LONGEST, MOST_DAYS, search_of
from debrief.portal.index_rows import listing
from debrief.portal.link_access import Access, access, admin_access, is_admin
from debrief.portal.pages import expired, gone, nothing_here, page
from debrief.portal.resolve_link import Opened, note_opening

if TYPE_CHECKING:
    from debrief.pipeline.services import Services


def show_index(services: Services, request: Request, token: str) -> Response:
    """The form, and what its words find; a search that is a mistake is said to be one, with 400."""
    found = _admitted(services, token, renew=f"{token}/renew")
    if isinstance(found, Response):
        return found
    zone, end = services.settings.zone, found.link.expires
    search = search_of(request.query, services.clock().astimezone(zone).date())
    note_opening(services, request, found.link, "index")
    return page(
        400 if search.problem else 200,
        "index",
        contact=services.settings.contact,
        token=token,
        search=search,
        found=listing(services, search, token),
        zone=zone.key,
        longest=LONGEST,
        most_days=MOST_DAYS,
        until=f"{times.day(end, zone)}, {times.clock(end, zone)} {times.zone_name(end, zone)}",
    )


def send_indexed(services: Services, request: Request, token: str, session: str, what: str) -> Response:
    """One file of any session's newest revision; `session` is its id as it stands in keys."""
    found = _admitted(services, token, renew="../renew")
    if isinstance(found, Response):
        return found
    record = services.ledger.session(unquote(session))
    if record is None:
        return nothing_here()
    manifest = manifest_of(services, record.start, record.cue_point_id)
    if manifest is None:
        return gone(services.settings.contact)
    link = replace(found.link, cue_point_id=record.cue_point_id)  # so that the opening is noted as this session's
    return sent(services, request, Opened(link, record, Files(services, manifest), services.settings.zone, ""), what)


def renew_index(services: Services, _: Request, token: str) -> Response:
    """Mail a fresh link for an expired one, to the admin's address alone."""
    found = admin_access(services, token)
    if found is None or found.is_revoked:
        return nothing_here()
    if not found.is_expired:
        return Response(303, {"location": f"../{token}"})
    return _mailed(services, found)


def mail_index(services: Services, _: Request, token: str) -> Response:
    """Mail a link to the index, asked for on the page of an admin's own report.

    Mailed and not shown: a report is passed on more lightly than the key to all of them may be.
    """
    found = access(services, token)
    if found is None or not found.is_open or not is_admin(services, found.link.recipient_id):
        return nothing_here()
    return _mailed(services, found)


def _mailed(services: Services, found: Access) -> Response:
    """The answer is the same however often it is asked for; one mail a day is sent."""
    recipient, contact = found.link.recipient_id, services.settings.contact
    if is_suppressed(services.ledger, recipient):
        return page(200, "unreachable", contact=contact)
    answer = page(200, "renewed", contact=contact)
    return replace(answer, orders=tuple(index_mail(services, recipient)))


def _admitted(services: Services, token: str, renew: str) -> Access | Response:
    """The admin's link, or the page that says why it leads nowhere."""
    found = admin_access(services, token)
    if found is None or found.is_revoked:
        return nothing_here()
    return expired(renew, services.settings.contact) if found.is_expired else found
