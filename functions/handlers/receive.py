"""Lambda function of the webhook: each Kaltura notification is a hint to reconcile sooner."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from debrief.portal.failures import with_error_pages
from debrief.portal.http import Response, with_common_headers
from debrief.portal.webhook import HINT, Hook, receive
from handlers.common import count, logger, metrics, read_settings
from handlers.queues import queue
from handlers.urls import answer_of, request_of

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Ledger
    from debrief.settings import Settings

HINT_QUEUE_URL = "DEBRIEF_HINT_QUEUE_URL"
_METRICS = {2: "WebhookReceived", 4: "WebhookRefused", 5: "WebhookFailed"}  # by the status's first digit


@logger.inject_lambda_context(log_event=False)  # overrides the environment, because a notification may name people
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one notification. The hint to reconcile is queued before the answer."""
    response = with_error_pages(partial(_receive, event))
    count(_METRICS[response.status // 100])
    return answer_of(response)


def _receive(event: dict[str, Any]) -> Response:
    request = request_of(event)
    return with_common_headers(with_error_pages(lambda: receive(_hook(read_settings(os.environ)), request)), request)


def _hook(settings: Settings) -> Hook:
    def send_hint() -> None:
        queue(HINT_QUEUE_URL).send([HINT])

    return Hook(settings.webhook_secret, partial(_ledger, settings), partial(datetime.now, UTC), send_hint)


@lru_cache(maxsize=1)
def _ledger(settings: Settings) -> Ledger:
    """Open the ledger. The webhook calls this only for a signed notification."""
    from debrief.wiring import open_ledger

    return open_ledger(settings)
