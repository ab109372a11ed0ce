"""`/r/<token>/<file>`: an address of the archive's that ends in minutes, or the bytes where it has none to give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from debrief.portal.http import HTML, NOTHING, Request, Response
from debrief.portal.pages import gone, nothing_here
from debrief.portal.resolve_link import NAMES, Opened, note_opening, opened

if TYPE_CHECKING:
    from debrief.delivery.archive.manifest import ManifestFile
    from debrief.pipeline.services import Services

DOWNLOAD_SECONDS = 300
_TYPES = {"report": HTML, "pdf": "application/pdf"}
_CSV = "text/csv; charset=utf-8"
_STATED_POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([ !#-;=?-~]+)"')
_STATED_WITHIN = 4096  # bytes


def send_file(services: Services, request: Request, token: str, what: str) -> Response:
    """One file of the newest revision."""
    found = opened(services, token, renew="renew")
    return found if isinstance(found, Response) else sent(services, request, found, what)


def sent(services: Services, request: Request, found: Opened, what: str) -> Response:
    """One file of what was opened."""
    file = found.file(what)
    if file is None:  # who may not see everything does not learn which files there are
        return gone(services.settings.contact) if found.link.tier == "full" else nothing_here()
    name = _name(found, what)
    version = found.files.version_id(file)
    url = services.archive.download_url(file.key, version, seconds=DOWNLOAD_SECONDS, name=name)
    response = Response(302, {"location": url}) if url else _bytes(found, file, what, name)
    note_opening(services, request, found.link, what)
    return response


def _name(found: Opened, what: str) -> str:
    """`report-2026-11-18.pdf`: nothing in it that a download folder should not tell."""
    stem, _, suffix = NAMES[what].partition(".")
    return f"{stem}-{found.record.start.astimezone(found.zone):%Y-%m-%d}.{suffix}"


def _bytes(found: Opened, file: ManifestFile, what: str, name: str) -> Response:
    """What the manifest vouches for. Raises NotReady while another revision is being written."""
    body = found.files.read(file)
    is_page = what == "report"
    headers = {
        "content-type": _TYPES.get(what, _CSV),
        "content-disposition": "inline" if is_page else f'attachment; filename="{name}"',
        "content-security-policy": _policy_for(body) if is_page else NOTHING,
    }
    return Response(200, headers, body)


def _policy_for(body: bytes) -> str:
    """The policy that a report states itself, which names its style and script by their hashes, in a sandbox.

    So the script runs as it does in a file, and reaches neither this portal nor anything else.
    """
    stated = _STATED_POLICY.search(body[:_STATED_WITHIN])
    policy = stated[1].decode() if stated else "default-src 'none'"
    return f"{policy}; frame-ancestors 'none'; sandbox allow-scripts"
