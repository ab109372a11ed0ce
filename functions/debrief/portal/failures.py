"""What is answered when something fails: never a trace, and nothing of the request in the log."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from debrief.errors import DebriefError, RetryLater, frames
from debrief.portal.http import Response, sentence_page

log = logging.getLogger(__name__)


def guarded(work: Callable[[], Response]) -> Response:
    """What the work answers; 503 when it may pass, 500 when it will not, and then the log says what and where."""
    try:
        return work()
    except RetryLater as later:
        log.warning("A request must come again: %s", later)
        return sentence_page(503, "Please try again in a minute.", retry_after=str(max(math.ceil(later.after), 1)))
    except DebriefError as error:
        log.error("A request cannot be answered: %s", error)  # noqa: TRY400 - a trace could quote a token
    except Exception as error:  # noqa: BLE001 - logged by its type and place: its message could quote anything
        log.error("Unexpected error %s at %s", type(error).__name__, "; ".join(frames(error)))  # noqa: TRY400
    return sentence_page(500, "Something is wrong here. It has been noted; please tell whoever runs this.")
