"""Every error that Debrief raises on purpose.

DebriefError
├── RetryLater(after)     may pass: try the same thing again after so many seconds
│   ├── NotReady          the session is still open or too fresh
│   ├── Throttled         Kaltura answered ACTION_BLOCKED, or SES its throttle
│   ├── Unavailable       5xx, time-out, reset, truncated answer, INTERNAL_SERVERL_ERROR
│   └── Conflict          someone else changes the same ledger record or session's files at the same time
│       └── Overtaken     someone else has replaced the files that we read: read them again
├── OutcomeUnknown        a mail may or may not have gone out: never sent again, told to the operator
└── GiveUp                will not pass by waiting: the reason is recorded and told to the operator
    ├── BadSettings       the configuration or the command line is wrong
    │   └── MailBlocked   no mail can be sent until the installation is changed or its quota is free again
    ├── BadCredentials    Kaltura does not accept who we are
    ├── Forbidden         the role may not do this
    ├── ReportChanged     a report lacks a column that we need
    ├── ReportTooLarge    an answer as large as Kaltura's cap that cannot be split further
    ├── UnknownSession    Kaltura knows no such session
    ├── NoRecipient       nobody to mail to under that id
    └── BadRequest        Kaltura, or whoever calls us, does not understand the request
        └── BadMessage    a queue message that is no order of this version

`RetryLater` and `GiveUp` are all that a queue consumer needs to know.
"""

from traceback import extract_tb


class DebriefError(Exception):
    """The root: the message is one sentence for a person and never holds a secret."""


class RetryLater(DebriefError):
    """May pass: hide the message for `after` seconds and fail the item."""

    def __init__(self, message: str, *, after: float = 60.0) -> None:
        super().__init__(message)
        self.after = after


class NotReady(RetryLater):
    """The session is still open or too fresh."""


class Throttled(RetryLater):
    """The other side asks us to slow down."""


class Unavailable(RetryLater):
    """The other side cannot answer now."""


class Conflict(RetryLater):
    """Someone else changed the same record between our read and our write, or is writing the same documents."""


class Overtaken(Conflict):
    """Someone else replaced the same documents between our read and our write."""


class OutcomeUnknown(DebriefError):
    """A mail may or may not have been accepted; only the delivery stage meets this one."""


class GiveUp(DebriefError):
    """Will not pass by waiting: record the reason and tell the operator."""


class BadSettings(GiveUp):
    """The configuration or the command line is wrong."""


class MailBlocked(BadSettings):
    """No mail can be sent until the installation is changed or its quota is free again: the mail itself is well."""


class BadCredentials(GiveUp):
    """Kaltura does not accept who we are."""


class Forbidden(GiveUp):
    """The account or role may not do this."""


class ReportChanged(GiveUp):
    """A report lacks a column that we need."""


class ReportTooLarge(GiveUp):
    """An answer as large as Kaltura's row cap that cannot be split further."""


class UnknownSession(GiveUp):
    """Kaltura knows no such session."""


class NoRecipient(GiveUp):
    """The ledger holds no such delivery."""


class BadRequest(GiveUp):
    """A request that its receiver does not understand."""


class BadMessage(BadRequest):
    """A queue message that is no order of this version: nothing is given up by dropping it."""


def frames(error: BaseException) -> list[str]:
    """Where an error came from, without its words: those of a foreign error may quote an attendee."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
