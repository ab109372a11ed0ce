"""Router of the portal: find the function for a path, and call it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from debrief.pipeline.services import Services
from debrief.portal.failures import with_error_pages
from debrief.portal.files import send_file
from debrief.portal.http import SAFE_METHODS, Request, Response, sentence_page, text_response, with_common_headers
from debrief.portal.pages import nothing_here, start_page
from debrief.portal.report import show_page
from debrief.portal.resolve_link import NAMES
from debrief.portal.session_zip import ZIP
from debrief.portal.unsubscribe import unsubscribe

BODY_LIMIT = 4096  # bytes
NOT_FOUND = 404
_SESSION = re.compile(r"[A-Za-z0-9_%-]{1,400}")  # an encoded id; DynamoDB limits the length of a key
Answer: TypeAlias = Callable[[Services, Request], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """Methods that a path accepts, and the function that answers them."""

    methods: tuple[str, ...]
    answer: Answer


_FIXED = {
    "": Route(SAFE_METHODS, lambda services, _: start_page(is_local=services.local_link is not None)),
    "robots.txt": Route(SAFE_METHODS, lambda *_: text_response(200, "User-agent: *\nDisallow: /")),
    "favicon.ico": Route(SAFE_METHODS, lambda *_: Response(204)),
}


def respond(services: Services, request: Request) -> Response:
    """Answer one request and raise nothing.

    GET and HEAD change nothing, except that the first GET of a file or page each day is recorded.
    """
    return with_common_headers(with_error_pages(partial(_answer, services, request)), request)


def _answer(services: Services, request: Request) -> Response:
    if len(request.body) > BODY_LIMIT:
        return sentence_page(413, "This request is too large.")
    path = request.path
    if path.startswith(("/r/", "/u/", "/i/")):  # an email program may include punctuation after a link
        path = path.rstrip("./)")
    route = _route(path)
    if route is None:
        return nothing_here()
    if request.method not in route.methods:
        return sentence_page(405, "This page does not accept this method.", allow=", ".join(route.methods))
    response = route.answer(services, request)
    added = request.path[len(path) :]
    # Without this redirect to the clean path, relative links on the page would break.
    if "/" in added and request.method in SAFE_METHODS and response.status != NOT_FOUND:
        return Response(303, {"location": "../" * added.count("/") + path.rpartition("/")[2]})
    return response


def _route(path: str) -> Route | None:
    """Find the route of a path. Nothing is decoded: no character of a token needs encoding."""
    match path.split("/"):
        case ["", "u", token]:
            return Route((*SAFE_METHODS, "POST"), partial(unsubscribe, token=token))
        case ["", "r", token, *rest]:
            return _report_route(token, rest)
        case ["", "i", token, *rest]:
            return _index_route(token, rest)
        case ["", name]:
            return _FIXED.get(name)
    return None


def _report_route(token: str, rest: list[str]) -> Route | None:
    match rest:
        case []:
            return Route(SAFE_METHODS, partial(show_page, token=token))
        case ["renew"]:
            from debrief.portal.renew_link import renew

            return Route(("POST",), partial(renew, token=token))
        case ["index"]:
            from debrief.portal.index import mail_index

            return Route(("POST",), partial(mail_index, token=token))
        case ["series"]:
            from debrief.portal.series import show_series

            return Route(SAFE_METHODS, partial(show_series, token=token))
        case [path_name] if path_name in NAMES:
            return Route(SAFE_METHODS, partial(send_file, token=token, path_name=path_name))
    return None


def _index_route(token: str, rest: list[str]) -> Route | None:
    from debrief.portal.index import renew_index, send_index_file, show_index

    match rest:
        case []:
            return Route(SAFE_METHODS, partial(show_index, token=token))
        case ["renew"]:
            return Route(("POST",), partial(renew_index, token=token))
        case [session, "series"] if _SESSION.fullmatch(session):
            from debrief.portal.series import show_whole_series

            return Route(SAFE_METHODS, partial(show_whole_series, token=token, session=session))
        case [session, path_name] if path_name in {*NAMES, ZIP} and _SESSION.fullmatch(session):
            return Route(SAFE_METHODS, partial(send_index_file, token=token, session=session, path_name=path_name))
    return None
