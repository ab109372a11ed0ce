"""Decide which calls to Kaltura are repeated, how often, and after which wait."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from functools import partial

from tenacity import RetryCallState, Retrying, retry_if_exception_type, retry_if_not_exception_type

from debrief.errors import RetryLater, Throttled
from debrief.kaltura.api.errors import THROTTLE_SECONDS, QueryTooWide, ServerFailed

log = logging.getLogger(__name__)

ATTEMPTS, BRIEF_ATTEMPTS = 5, 2
SERVER_FAILED_ATTEMPTS = 3
BUDGET_SECONDS = 300.0  # for one call with its retries, well below the time limit of a Lambda function


def retrying(name: str, sleep: Callable[[float], None], attempts: int = ATTEMPTS) -> Retrying:
    """Return a retrier that raises the last error. `name` is the call's name in the log."""
    return Retrying(
        retry=retry_if_exception_type(RetryLater) & retry_if_not_exception_type(QueryTooWide),
        stop=partial(_stop, attempts),
        wait=_wait,
        sleep=sleep,
        before_sleep=lambda state: log.warning("Trying %s again: %s", name, _error(state)),
        reraise=True,
    )


def _stop(attempts: int, state: RetryCallState) -> bool:
    most = min(attempts, SERVER_FAILED_ATTEMPTS) if isinstance(_error(state), ServerFailed) else attempts
    return state.attempt_number >= most or (state.seconds_since_start or 0.0) > BUDGET_SECONDS


def _wait(state: RetryCallState) -> float:
    """Return 1, 2, 4, 8 seconds with jitter; ten seconds more if Kaltura limits the rate."""
    backoff = 2.0 ** (state.attempt_number - 1)
    jitter = random.uniform(0.0, backoff / 2)  # noqa: S311 - not security-relevant
    if isinstance(_error(state), Throttled):
        return THROTTLE_SECONDS + backoff + jitter
    return backoff + jitter


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
