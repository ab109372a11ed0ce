"""Render the pages in templates/portal, without scripts or external content.

The Content-Security-Policy allows only our style sheet, by its hash, and forms to this site.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from debrief.documents import templates
from debrief.documents.html.csp import hash_of
from debrief.portal.http import HTML, Response


def page(status: int, template: str, *, language: str = "en", contact: str = "", **values: object) -> Response:
    """Render a page. `contact` is the operator, shown only for a known token."""
    style, policy = _style_and_policy(templates.templates_dir())
    body = templates.render(
        f"portal/{template}.html.j2",
        style=style,
        language=language,
        contact=contact,
        **values,
    )
    return Response(status, {"content-type": HTML, "content-security-policy": policy}, body.encode())


@lru_cache(maxsize=4)
def _style_and_policy(folder: Path) -> tuple[Markup, str]:
    """Return the style sheet in a templates folder, and the policy that allows it."""
    style = (folder / "portal" / "portal.css").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src '{hash_of(style)}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return Markup(style), policy  # noqa: S704  our own file


def start_page(*, is_local: bool) -> Response:
    """Return the page for `/`, which says where links come from and reveals nothing."""
    return page(200, "start", is_local=is_local)


def nothing_here() -> Response:
    """Return the page for a wrong path, an unknown token or a revoked link."""
    return page(404, "unknown")


def gone(contact: str) -> Response:
    """Return the page for a valid link whose file is not in the archive."""
    return page(410, "gone", contact=contact)


def expired(renew: str, contact: str) -> Response:
    """Return the page for an expired link; `renew` is the relative address that sends a new link, if one can be."""
    return page(410, "expired", renew=renew, contact=contact)
