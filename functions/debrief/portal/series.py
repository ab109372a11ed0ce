"""`/r/<token>/series`: the page of a room, with the sessions whose reports the link's recipient got.

The page in the archive has all sessions of the room. A recipient may have a right to one of them only, so the page is
rendered again with the recipient's own sessions and links. Admins get it whole from the index.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from debrief.delivery.archive.layout import safe_id, series_key
from debrief.delivery.ledger.suppressions import is_revoked, session_subject
from debrief.documents.room_name import room_name
from debrief.documents.series.page import render_series
from debrief.documents.series.rows import read_rows
from debrief.errors import BadRequest
from debrief.metrics.several_sessions import overview_of
from debrief.pipeline.mailing.add_to_digests import is_in_digest
from debrief.pipeline.mailing.issue_links import session_links
from debrief.pipeline.mailing.sent_digests import sessions_in_sent_digests
from debrief.pipeline.session.series import is_kept
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.portal.files import policy_for
from debrief.portal.http import HTML, Request, Response
from debrief.portal.index import working_admin_link
from debrief.portal.pages import nothing_here
from debrief.portal.resolve_link import record_opening, resolve_link

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.documents.presentation import Presentation
    from debrief.pipeline.services import Services
    from debrief.session_figures import SessionFigures

_MOST_ROWS = 60  # the ledger is asked about each


def show_series(services: Services, request: Request, token: str) -> Response:
    """Show the recipient's sessions of the room of a report."""
    target = resolve_link(services, token, renew="renew")
    if isinstance(target, Response):
        return target
    own, recipient = target.record.cue_point_id, target.link.recipient_id
    latest = sorted(_rows(services, target.record), key=lambda row: row.start, reverse=True)[:_MOST_ROWS]
    others = [row.cue_point_id for row in latest if row.cue_point_id != own]
    in_digests = sessions_in_sent_digests(services, recipient, target.record.entry_id, others)
    got = {own, *(each for each in others if _got_report(services, each, recipient, is_in_sent=each in in_digests))}
    seen = [replace(row, name=room_name(row.name, target.link.tier)) for row in latest if row.cue_point_id in got]
    if not seen:
        return nothing_here()
    links = _links(services, recipient, [row.cue_point_id for row in seen if row.cue_point_id != own])
    presentation = replace(presentation_of(services.settings), zone=target.zone, language=target.language or "en")
    response = _page(seen, presentation, {**links, own: "./"}, is_whole=False)
    record_opening(services, request, target.link, "series")
    return response


def show_whole_series(services: Services, request: Request, token: str, session: str) -> Response:
    """Show an admin all sessions of the room of a session. `session` is the session's encoded id."""
    checked = working_admin_link(services, token, renew="../renew")
    if isinstance(checked, Response):
        return checked
    record = services.ledger.session(unquote(session))
    rows = _rows(services, record) if record else []
    if record is None or not rows:
        return nothing_here()
    links = {row.cue_point_id: f"../{safe_id(row.cue_point_id)}/report" for row in rows}
    record_opening(services, request, replace(checked.link, cue_point_id=record.cue_point_id), "series")
    return _page(rows, presentation_of(services.settings), links, is_whole=True)


def _rows(services: Services, record: SessionRecord) -> list[SessionFigures]:
    """Return the rows of the room's page; none if there is no page, or it is damaged."""
    page = services.archive.read(series_key(record.entry_id)) if record.kind != "event" else None
    try:
        return [row for row in read_rows(page) if is_kept(services, row)] if page is not None else []
    except BadRequest:
        return []


def _links(services: Services, recipient: str, sessions: list[str]) -> dict[str, str]:
    """Return the recipient's links to other sessions; none without the signing key, which no portal on AWS can read."""
    return session_links(services, recipient, sessions) if services.settings.link_key else {}


def _got_report(services: Services, cue_point_id: str, recipient: str, *, is_in_sent: bool) -> bool:
    """Return whether the recipient's email or digest had the session, and its links were not revoked since.

    `is_in_sent`: the session is in a digest that was sent.
    """
    own = [mail for mail in services.ledger.deliveries(cue_point_id) if mail.recipient_id == recipient]
    came = [
        mail.at for mail in own if not mail.occasion and (mail.state == "sent" or (is_in_sent and is_in_digest(mail)))
    ]
    subject = session_subject(cue_point_id)
    return any(at and not is_revoked(services.ledger, subject, at) for at in came)


def _page(rows: list[SessionFigures], presentation: Presentation, links: dict[str, str], *, is_whole: bool) -> Response:
    body = render_series(rows, overview_of(rows), presentation, links, is_whole=is_whole)
    headers = {"content-type": HTML, "content-disposition": "inline", "content-security-policy": policy_for(body)}
    return Response(200, headers, body)
