"""Pages from templates/portal: no script, nothing from elsewhere, the style sheet allowed by its hash alone."""

from __future__ import annotations

from markupsafe import Markup

from debrief.documents import templates
from debrief.documents.html.csp import hash_of
from debrief.portal.http import HTML, Response


def page(status: int, template: str, *, language: str = "en", contact: str = "", **values: object) -> Response:
    """A page. `contact` says who runs this; it is for those only whose token we know."""
    style = templates.source("portal/portal.css")
    body = templates.render(
        f"portal/{template}.html.j2",
        style=Markup(style),  # noqa: S704  a file of ours
        language=language,
        contact=contact,
        **values,
    )
    policy = (
        f"default-src 'none'; style-src '{hash_of(style)}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return Response(status, {"content-type": HTML, "content-security-policy": policy}, body.encode())


def nothing_here() -> Response:
    """The one answer to a wrong path, an unknown token and a revoked one."""
    return page(404, "unknown")


def gone(contact: str) -> Response:
    """A link of ours to documents that are not kept any more."""
    return page(410, "gone", contact=contact)


def expired(renew: str, contact: str) -> Response:
    """A link of ours whose days are over; `renew` is where a fresh one is asked for, relative to the page."""
    return page(410, "expired", renew=renew, contact=contact)
