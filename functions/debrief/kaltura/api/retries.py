"""Which calls to Kaltura are tried again, how often, and after how long."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception

from debrief.errors import RetryLater, Throttled
from debrief.kaltura.api.errors import THROTTLE_SECONDS, QueryTooWide, ServerFailed

log = logging.getLogger(__name__)

ATTEMPTS = 5
SERVER_FAILED_ATTEMPTS = 3
BUDGET_SECONDS = 300.0  # of one call with all its retries, well below a Lambda function's limit


def retrying(name: str, sleep: Callable[[float], None]) -> Retrying:
    """Calls what it is given until it goes well, or raises its last error. `name` tells the call in the log."""
    return Retrying(
        retry=retry_if_exception(_may_pass),
        stop=_stop,
        wait=_wait,
        sleep=sleep,
        before_sleep=lambda state: log.warning("Trying %s again: %s", name, _error(state)),
        reraise=True,
    )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, RetryLater) and not isinstance(error, QueryTooWide)


def _stop(state: RetryCallState) -> bool:
    failed_inside = isinstance(_error(state), ServerFailed)
    most = SERVER_FAILED_ATTEMPTS if failed_inside else ATTEMPTS
    return state.attempt_number >= most or (state.seconds_since_start or 0.0) > BUDGET_SECONDS


def _wait(state: RetryCallState) -> float:
    """Seconds: 1, 2, 4, 8 with jitter; at least ten, growing, when Kaltura limits the rate."""
    backoff = 2.0 ** (state.attempt_number - 1)
    jitter = random.uniform(0.0, backoff / 2)  # noqa: S311 - spreads load, guards nothing
    if isinstance(_error(state), Throttled):
        return THROTTLE_SECONDS + backoff + jitter
    return backoff + jitter


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
