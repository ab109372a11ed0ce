"""SES's events of what became of mails, one to an SNS message."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from debrief.errors import BadRequest, DebriefError, Unavailable
from debrief.pipeline.mailing.feedback import FeedbackKind, FeedbackOutcome, take_feedback
from debrief.pipeline.services import Services
from handlers.common import count, logger, metrics, services

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
_GREETING = "Successfully validated SNS topic"  # SES's first words to a new topic are no JSON


@logger.inject_lambda_context(log_event=False)  # whatever the environment says: an event holds addresses
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Enter the events into the ledger; returns how many. Raised errors make Lambda come again with all of them."""
    return take_all(services(asks_kaltura=False), event)


def take_all(opened: Services, event: Mapping[str, Any], *, take: Take = take_feedback) -> dict[str, int]:
    """Take every record, and raise the first error that may pass only after the last."""
    records = event.get("Records")
    if not isinstance(records, list):
        raise BadRequest("The event has no records; the function is for SNS alone.")
    errors = [error for error in map(partial(_attempt, opened, take), records) if error]
    if errors:
        raise errors[0]
    return {"events": len(records)}


def _attempt(opened: Services, take: Take, record: object) -> DebriefError | None:
    """Take one record. What no repetition helps is counted and done with; no foreign error's words are passed on."""
    try:
        _take_one(opened, take, record)
    except BadRequest as reason:
        logger.error(str(reason), error=type(reason).__name__)
        count("FeedbackNotUnderstood")
    except DebriefError as error:
        logger.warning(str(error), error=type(error).__name__)
        return error
    except Exception as error:  # noqa: BLE001 - none is lost: Lambda comes again, but must not log its words
        logger.error("Unexpected error", error=type(error).__name__)
        count("UnexpectedErrors")
        return Unavailable(f"An event of SES's could not be worked off ({type(error).__name__}).")
    return None


def _take_one(opened: Services, take: Take, record: object) -> None:
    text = _text(record)
    if text.startswith(_GREETING):
        logger.info("SES greets the topic")
        return
    outcome = take(opened, _message(text))
    if name := _METRICS.get(outcome.kind):
        count(name)
    session, state = (mail.cue_point_id, mail.state) if (mail := outcome.delivery) else (None, None)
    logger.info("Feedback", kind=outcome.kind, suppressed=list(outcome.suppressed), session=session, state=state)


def _text(record: object) -> str:
    match record:
        case {"Sns": {"Message": str(text)}}:
            return text
    raise BadRequest("The record is no message of SNS's.")


def _message(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise BadRequest("The message of SNS's is no JSON object.")
    return message
