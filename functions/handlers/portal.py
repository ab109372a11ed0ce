"""Lambda function of the portal, to which the links in emails lead."""

from __future__ import annotations

from functools import partial
from typing import Any

from debrief.portal.app import respond
from debrief.portal.failures import with_error_pages
from debrief.portal.http import Request, Response, with_common_headers
from handlers.common import logger, open_services
from handlers.queues import DELIVERY_QUEUE_URL, queue
from handlers.urls import answer_of, request_of


@logger.inject_lambda_context(log_event=False)  # overrides the environment, because an event contains a token
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request. If the request orders an email, the email is queued before the answer."""
    return answer_of(with_error_pages(partial(_respond, event)))


def _respond(event: dict[str, Any]) -> Response:
    request = request_of(event)
    return with_common_headers(with_error_pages(partial(_answer, request)), request)


def _answer(request: Request) -> Response:
    response = respond(open_services(asks_kaltura=False), request)
    if response.orders:
        from debrief.order_codec import encode

        queue(DELIVERY_QUEUE_URL).send(map(encode, response.orders))
    return response
