"""`/r/<token>/<file>`: redirect to a short-lived download URL, or send the bytes if the archive has no URLs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from debrief.documents import workbook
from debrief.portal.http import DENY_ALL, HTML, Request, Response
from debrief.portal.pages import gone, nothing_here
from debrief.portal.resolve_link import NAMES, LinkTarget, record_opening, resolve_link

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.pipeline.services import Services

DOWNLOAD_SECONDS = 300
_TYPES = {"report": HTML, "pdf": "application/pdf", "full": "application/pdf", "workbook": workbook.CONTENT_TYPE}
_CSV = "text/csv; charset=utf-8"
_META_POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([ !#-;=?-~]+)"')
_HEAD_BYTES = 4096


def send_file(services: Services, request: Request, token: str, what: str) -> Response:
    """Send one file of the newest revision."""
    target = resolve_link(services, token, renew="renew")
    return target if isinstance(target, Response) else send_target_file(services, request, target, what)


def send_target_file(services: Services, request: Request, target: LinkTarget, what: str) -> Response:
    """Send one file of a link's target, and record the opening."""
    file = target.file(what)
    if file is None:  # recipients with fewer rights do not learn which files exist
        return gone(services.settings.contact) if target.link.tier == "full" else nothing_here()
    stem, _, suffix = NAMES[what].partition(".")
    # `report-2026-11-18.pdf`: without the room's name, because others may see a download folder.
    name = f"{stem}-{target.record.start.astimezone(target.zone):%Y-%m-%d}.{suffix}"
    version = target.files.version_id(file)
    url = services.archive.download_url(file.key, version, seconds=DOWNLOAD_SECONDS, name=name)
    response = Response(302, {"location": url}) if url else _send_bytes(target, file, what, name)
    record_opening(services, request, target.link, what)
    return response


def _send_bytes(target: LinkTarget, file: ManifestFile, what: str, name: str) -> Response:
    """Send a file as listed in the manifest. Raise NotReady while another revision is being written."""
    body = target.files.read(file)
    is_page = what == "report"
    headers = {
        "content-type": _TYPES.get(what, _CSV),
        "content-disposition": "inline" if is_page else f'attachment; filename="{name}"',
        "content-security-policy": _policy_for(body) if is_page else DENY_ALL,
    }
    return Response(200, headers, body)


def _policy_for(body: bytes) -> str:
    """Return the report's own policy, which lists the hashes of its style and script, with a sandbox.

    In the sandbox the script works as in a local file, and can reach neither this portal nor anything else.
    """
    found = _META_POLICY.search(body[:_HEAD_BYTES])
    policy = found[1].decode() if found else "default-src 'none'"
    return f"{policy}; frame-ancestors 'none'; sandbox allow-scripts"
