"""The portal: which path is what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from debrief.pipeline.services import Services
from debrief.portal.exchange import READING, Request, Response, dressed, sentence_page, text_response
from debrief.portal.failures import guarded
from debrief.portal.files import send_file
from debrief.portal.opening import NAMES
from debrief.portal.pages import nothing_here
from debrief.portal.report import show_page
from debrief.portal.unsubscribing import unsubscribe

BODY_LIMIT = 4096  # bytes
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
    route = _route(request.path)
    if route is None:
        return nothing_here()
    if request.method not in route.methods:
        return sentence_page(405, "This page does not do that.", allow=", ".join(route.methods))
    return route.answer(services, request)


def _route(path: str) -> Route | None:
    """What a path leads to. Nothing is decoded: a token has no character that anybody would encode."""
    match path.split("/"):
        case ["", "u", token]:
            return Route((*READING, "POST"), partial(unsubscribe, token=token))
        case ["", "r", token, *rest]:
            return _route_of_report(token, rest)
        case ["", name]:
            return _FIXED.get(name)
    return None


def _route_of_report(token: str, rest: list[str]) -> Route | None:
    match rest:
        case []:
            return Route(READING, partial(show_page, token=token))
        case ["renew"]:
            from debrief.portal.renewal import renew

            return Route(("POST",), partial(renew, token=token))
        case [what] if what in NAMES:
            return Route(READING, partial(send_file, token=token, what=what))
    return None
