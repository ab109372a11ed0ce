"""The portal: which path is what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from debrief.pipeline.services import Services
from debrief.portal.failures import guarded
from debrief.portal.files import send_file
from debrief.portal.http import READING, Request, Response, dressed, sentence_page, text_response
from debrief.portal.pages import nothing_here
from debrief.portal.report import show_page
from debrief.portal.resolve_link import FILES, NAMES
from debrief.portal.unsubscribe import unsubscribe

BODY_LIMIT = 4096  # bytes
NOT_FOUND = 404
_SESSION = re.compile(r"[A-Za-z0-9_%-]{1,400}")  # an id as documents.keys writes it; a table's key has a length
Answer: TypeAlias = Callable[[Services, Request], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """The methods that a path knows, and what answers them."""

    methods: tuple[str, ...]
    answer: Answer


_FIXED = {
    "robots.txt": Route(READING, lambda *_: text_response(200, "User-agent: *\nDisallow: /")),
    "favicon.ico": Route(READING, lambda *_: Response(204)),
}


def respond(services: Services, request: Request) -> Response:
    """Answer one request. Never raises; GET and HEAD change nothing but the note that a link was opened."""
    return dressed(guarded(partial(_answer, services, request)), request)


def _answer(services: Services, request: Request) -> Response:
    if len(request.body) > BODY_LIMIT:
        return sentence_page(413, "That is more than this page takes.")
    path = _without_end(request.path)
    route = _route(path)
    if route is None:
        return nothing_here()
    if request.method not in route.methods:
        return sentence_page(405, "This page does not do that.", allow=", ".join(route.methods))
    answer = route.answer(services, request)
    end = request.path[len(path) :]
    if "/" in end and request.method in READING and answer.status != NOT_FOUND:  # links on the page are relative
        return Response(303, {"location": "../" * end.count("/") + path.rpartition("/")[2]})
    return answer


def _without_end(path: str) -> str:
    """The path without what a sentence or a mail program adds to a link."""
    return path.rstrip("./)") if path.startswith(("/r/", "/u/", "/i/")) else path


def _route(path: str) -> Route | None:
    """What a path leads to. Nothing is decoded: a token has no character that anybody would encode."""
    match path.split("/"):
        case ["", "u", token]:
            return Route((*READING, "POST"), partial(unsubscribe, token=token))
        case ["", "r", token, *rest]:
            return _route_of_report(token, rest)
        case ["", "i", token, *rest]:
            return _route_of_index(token, rest)
        case ["", name]:
            return _FIXED.get(name)
    return None


def _route_of_report(token: str, rest: list[str]) -> Route | None:
    match rest:
        case []:
            return Route(READING, partial(show_page, token=token))
        case ["renew"]:
            from debrief.portal.renew_link import renew

            return Route(("POST",), partial(renew, token=token))
        case ["index"]:
            from debrief.portal.index import mail_index

            return Route(("POST",), partial(mail_index, token=token))
        case [what] if what in NAMES:
            return Route(READING, partial(send_file, token=token, what=what))
    return None


def _route_of_index(token: str, rest: list[str]) -> Route | None:
    from debrief.portal.index import renew_index, send_indexed, show_index

    match rest:
        case []:
            return Route(READING, partial(show_index, token=token))
        case ["renew"]:
            return Route(("POST",), partial(renew_index, token=token))
        case [session, what] if what in FILES and _SESSION.fullmatch(session):
            return Route(READING, partial(send_indexed, token=token, session=session, what=what))
    return None
