"""The errors that Debrief raises on purpose.

DebriefError
├── RetryLater(after)     temporary: try again after this many seconds
│   ├── NotReady          something that this work needs is not finished yet
│   ├── Throttled         Kaltura or SES limits the rate of calls
│   ├── Unavailable       5xx, time-out, connection reset, truncated answer, INTERNAL_SERVERL_ERROR
│   └── Conflict          another run is changing the same ledger record or files
│       └── Overtaken     another run has replaced the files that were read: read them again
│   └── ChannelGone       the endpoint of a channel says that it is gone: disable the channel
├── OutcomeUnknown        an email may or may not have been sent: do not send it again, inform the operator
└── GiveUp                permanent: record the reason and inform the operator
    ├── BadSettings       the configuration or the command line is wrong
    │   └── MailBlocked   no email can be sent until the configuration is fixed or the quota is free again
    │       └── RecipientBlocked  the same, but only for this recipient
    ├── BadCredentials    Kaltura rejects the credentials
    ├── Forbidden         a permission is missing, or a filter needs a name or event that may not be read
    ├── ReportChanged     a report lacks a required column
    ├── ReportTooLarge    an answer reaches Kaltura's row limit and cannot be split further
    ├── UnknownSession    there is no such session, room or virtual event, or it has no documents
    ├── NoRecipient       an email cannot be made: it has no record, no address, no documents or no page to link to
    └── BadRequest        a request, an answer or an archived file is not valid
        └── BadMessage    a queue message is not an order of this version

A queue consumer only needs to know `RetryLater` and `GiveUp`.
"""

from traceback import extract_tb


class DebriefError(Exception):
    """The base class. The message is one sentence for a person and never contains a secret."""


class RetryLater(DebriefError):
    """A temporary error: try again after `after` seconds."""

    def __init__(self, message: str, *, after: float = 60.0) -> None:
        super().__init__(message)
        self.after = after


class NotReady(RetryLater):
    """Something that this work needs is not finished yet."""


class Throttled(RetryLater):
    """Kaltura or SES limits the rate of calls."""


class Unavailable(RetryLater):
    """Kaltura or AWS cannot answer now."""


class Conflict(RetryLater):
    """Another run changed the same record after it was read, or is writing the same documents."""


class Overtaken(Conflict):
    """Another run replaced the same documents after they were read."""


class ChannelGone(RetryLater):
    """The endpoint of a channel says that it is gone, so the channel must be disabled. Nothing was accepted."""


class OutcomeUnknown(DebriefError):
    """An email may or may not have been accepted. Only the delivery stage sees this error."""


class GiveUp(DebriefError):
    """A permanent error: record the reason and inform the operator."""


class BadSettings(GiveUp):
    """The configuration or the command line is wrong."""


class MailBlocked(BadSettings):
    """No email can be sent until the configuration is fixed or the quota is free again. The email itself is valid."""


class RecipientBlocked(MailBlocked):
    """No email can be sent to this recipient until the configuration is fixed; others can get theirs."""


class BadCredentials(GiveUp):
    """Kaltura rejects the credentials."""


class Forbidden(GiveUp):
    """A permission is missing, or a filter needs a room's name or an event that may not be read."""


class ReportChanged(GiveUp):
    """A report lacks a required column."""


class ReportTooLarge(GiveUp):
    """An answer reaches Kaltura's row limit and cannot be split further."""


class UnknownSession(GiveUp):
    """There is no such session, room or virtual event, or it has no documents."""


class NoRecipient(GiveUp):
    """An email cannot be made: it has no record in the ledger, no address, no documents or no page to link to."""


class NothingToSend(GiveUp):
    """A digest has no content, so no email is sent."""


class BadRequest(GiveUp):
    """A request, an answer or an archived file is not valid."""


class BadMessage(BadRequest):
    """A queue message is not an order of this version; it can be dropped."""


def frames(error: BaseException) -> list[str]:
    """Return where an error was raised, without its message: a library's message may contain personal data."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
