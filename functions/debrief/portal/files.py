"""`/r/<token>/<file>`: redirect to a short-lived download URL, or send the bytes if the archive has no URLs.

`report.html` is sent as bytes even if the archive has URLs, because the portal adds links to the session's other files.
The archived page has no links, because they depend on the recipient. Only if the archive has URLs and the report is
larger than PAGE_LIMIT, the report is redirected and has no links.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from debrief.documents import templates, workbook
from debrief.documents.room_name import room_name
from debrief.pipeline.state.has_series import has_series
from debrief.portal.http import DENY_ALL, HTML, Request, Response
from debrief.portal.pages import gone, nothing_here
from debrief.portal.resolve_link import (
    FILES,
    LISTS,
    NAMES,
    SHORT_LABELS,
    LinkTarget,
    record_opening,
    resolve_link,
)
from debrief.portal.session_zip import ZIP, fits, zip_of
from debrief.util.file_names import attachment, saved_name

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.pipeline.services import Services

DOWNLOAD_SECONDS = 300
_TYPES = {"pdf": "application/pdf", "full": "application/pdf", "workbook": workbook.CONTENT_TYPE}
_CSV = "text/csv; charset=utf-8"
# Lambda answers at most 6 MB of JSON, in which escapes such as \u00e4 turn two bytes into six.
PAGE_LIMIT = 2_000_000  # bytes
_HEAD_END = b"</header>\n"
_META_POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([ !#-;=?-~]+)"')
_HEAD_BYTES = 4096


def send_file(services: Services, request: Request, token: str, path_name: str) -> Response:
    """Send one file of the newest revision."""
    target = resolve_link(services, token, renew="renew")
    if isinstance(target, Response):
        return target
    return send_target_file(services, request, target, path_name, parent=("./", "All files"))


def send_target_file(
    services: Services, request: Request, target: LinkTarget, path_name: str, parent: tuple[str, str]
) -> Response:
    """Send one file of a link's target, and record the opening. `parent`: address and label of the page above."""
    file = target.file(path_name)
    if file is None:  # recipients with fewer rights do not learn which files exist
        return gone(services.settings.contact) if target.link.tier == "full" else nothing_here()
    name = _download_name(target, NAMES[path_name])
    is_page = path_name == "report" and file.bytes <= PAGE_LIMIT
    version = None if is_page else target.files.version_id(file)
    url = "" if is_page else services.archive.download_url(file.key, version, seconds=DOWNLOAD_SECONDS, name=name)
    if url:
        response = Response(302, {"location": url})
    elif path_name == "report":
        response = _send_page(target, file, parent)
    else:
        response = _download(name, _TYPES.get(path_name, _CSV), target.files.read(file))
    record_opening(services, request, target.link, path_name)
    return response


def send_target_zip(services: Services, request: Request, target: LinkTarget) -> Response:
    """Send all files that the link's tier may see in one zip, and record the opening."""
    files = target.offered().values()
    if not fits(files):
        return nothing_here()
    response = _download(_download_name(target, "report.zip"), "application/zip", zip_of(target.files, files))
    record_opening(services, request, target.link, ZIP)
    return response


def _download_name(target: LinkTarget, file: str) -> str:
    """Return `Weekly_2026-11-18_report.pdf`, with the recipient's date."""
    room = room_name(target.record.entry_name, target.link.tier)
    return saved_name(room, target.record.start, target.zone, file)


def _download(name: str, content_type: str, body: bytes) -> Response:
    disposition = attachment(name, instead="report")
    return Response(
        200,
        {"content-type": content_type, "content-disposition": disposition, "content-security-policy": DENY_ALL},
        body,
    )


def _send_page(target: LinkTarget, file: ManifestFile, parent: tuple[str, str]) -> Response:
    """Send the report with links to the other files that its reader may see.

    Raises NotReady while another revision is being written.
    """
    body = target.files.read(file)
    offered = [path_name for path_name in target.offered() if path_name != "report"]
    links = templates.render(
        "portal/file_links.html.j2",
        series="series" if has_series(target.files.services, target.record) else "",
        files=[(path_name, SHORT_LABELS[path_name]) for path_name in offered if path_name in FILES],
        lists=[(path_name, SHORT_LABELS[path_name]) for path_name in offered if path_name in LISTS],
        parent=parent,
    )
    headers = {
        "content-type": HTML,
        "content-disposition": "inline",
        "content-security-policy": policy_for(body),
    }
    return Response(200, headers, body.replace(_HEAD_END, _HEAD_END + links.encode(), 1))


def policy_for(body: bytes) -> str:
    """Return the report's own policy, which lists the hashes of its style and script, with a sandbox.

    In the sandbox the script works as in a local file, and can reach neither this portal nor anything else. The links
    to other files need the permission to download.
    """
    found = _META_POLICY.search(body[:_HEAD_BYTES])
    policy = found[1].decode() if found else "default-src 'none'"
    return f"{policy}; frame-ancestors 'none'; sandbox allow-scripts allow-downloads"
