"""Convert errors of S3, DynamoDB, SES and other AWS services.

AWS's messages are never quoted, because messages of SES contain email addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

from debrief.errors import BadSettings, DebriefError, Unavailable

_TEMPORARY = frozenset({
    "SlowDown",
    "RequestTimeout",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
})  # fmt: skip


@contextmanager
def aws_errors(action: str, place: str) -> Iterator[None]:
    """Raise a temporary AWS error of the block as Unavailable, any other error as BadSettings.

    Messages name `action`, the IAM permission that is needed, and `place`, the bucket, table or service.
    """
    try:
        yield
    except ClientError as error:
        raise _refusal(error, action, place) from None
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable(f"{place} could not be reached for {action} ({type(error).__name__}).") from None
    except BotoCoreError as error:  # no credentials, no region, a name that AWS does not allow
        raise BadSettings(
            f"{action} on {place} is impossible ({type(error).__name__}); set a region and credentials."
        ) from None


def code_of(error: ClientError) -> str:
    """Return the error code; for a HEAD request, which has no body, the HTTP status as text."""
    return error.response.get("Error", {}).get("Code", "")


def status_of(error: ClientError) -> int:
    """Return the HTTP status of the answer; 0 without an answer."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _refusal(error: ClientError, action: str, place: str) -> DebriefError:
    code, status = code_of(error), status_of(error)
    if status >= 500 or status == 429 or code in _TEMPORARY:
        return Unavailable(f"{place} cannot answer {action} now ({code}).")
    return BadSettings(f"AWS refuses {action} on {place}: {code}.")
