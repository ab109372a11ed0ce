"""Lambda function for SES events about sent emails, one per SNS message."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from debrief.errors import BadRequest, DebriefError, Unavailable
from debrief.pipeline.mailing.feedback import FeedbackKind, FeedbackOutcome, take_feedback
from debrief.pipeline.services import Services
from handlers.common import count, logger, metrics, open_services

Take = Callable[[Services, Mapping[str, Any]], FeedbackOutcome]
_METRICS: Mapping[FeedbackKind, str] = {
    "bounced": "MailBounced",
    "complained": "MailComplained",
    "too large": "MailPutOff",
    "returned": "MailGivenUp",
    "put off": "MailPutOff",
    "delayed": "MailDelayed",
    "rejected": "MailGivenUp",
    "delivered": "MailDelivered",
}
_GREETING = "Successfully validated SNS topic"  # the start of SES's first message to a new topic, which is not JSON


@logger.inject_lambda_context(log_event=False)  # overrides the environment, because an event contains addresses
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Record the events in the ledger. Returns their number. After an error Lambda sends all of them again."""
    return take_all(open_services(asks_kaltura=False), event)


def take_all(services: Services, event: Mapping[str, Any], *, take: Take = take_feedback) -> dict[str, int]:
    """Record every event, then raise the first error; an event that is not understood is only logged."""
    records = event.get("Records")
    if not isinstance(records, list):
        raise BadRequest("The event has no records; this function accepts SNS events only.")
    errors = [error for error in map(partial(_attempt, services, take), records) if error]
    if errors:
        raise errors[0]
    return {"events": len(records)}


def _attempt(services: Services, take: Take, record: object) -> DebriefError | None:
    """Record one event. Returns an error after which Lambda must try again; its message quotes no library's error."""
    try:
        _take_one(services, take, record)
    except BadRequest as reason:
        logger.error(str(reason), error=type(reason).__name__)
        count("FeedbackNotUnderstood")
    except DebriefError as error:
        logger.warning(str(error), error=type(error).__name__)
        return error
    except Exception as error:  # noqa: BLE001 - Lambda tries again; the message may contain personal data
        logger.error("Unexpected error", error=type(error).__name__)
        count("UnexpectedErrors")
        return Unavailable(f"An SES event could not be recorded ({type(error).__name__}).")
    return None


def _take_one(services: Services, take: Take, record: object) -> None:
    match record:
        case {"Sns": {"Message": str(text)}}:
            pass
        case _:
            raise BadRequest("The record is not an SNS message.")
    if text.startswith(_GREETING):
        logger.info("SES validated the SNS topic")
        return
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise BadRequest("The SNS message is not a JSON object.")
    outcome = take(services, message)
    if name := _METRICS.get(outcome.kind):
        count(name)
    session, state = (mail.cue_point_id, mail.state) if (mail := outcome.delivery) else (None, None)
    logger.info("Feedback", kind=outcome.kind, suppressed=list(outcome.suppressed), session=session, state=state)
