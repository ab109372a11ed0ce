"""Answer errors with a page, without a traceback; the log has no text of the request."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from debrief.errors import DebriefError, RetryLater, frames
from debrief.portal.http import Response, sentence_page

log = logging.getLogger(__name__)


def with_error_pages(work: Callable[[], Response]) -> Response:
    """Return the response of the work; 503 after a temporary error, 500 after any other. Errors are logged."""
    try:
        return work()
    except RetryLater as later:
        log.warning("Temporary error, answered 503: %s", later)
        return sentence_page(503, "Please try again in a minute.", retry_after=str(max(math.ceil(later.after), 1)))
    except DebriefError as error:
        log.error("A request cannot be answered: %s", error)  # noqa: TRY400 - a traceback could quote a token
    except Exception as error:  # noqa: BLE001 - logged by type and place: its message could quote a token
        log.error("Unexpected error %s at %s", type(error).__name__, "; ".join(frames(error)))  # noqa: TRY400
    return sentence_page(500, "Something went wrong. The error was logged. Please tell your administrator.")
