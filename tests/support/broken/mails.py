"""The emails that SES accepted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage
from functools import lru_cache

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from support.aws import REGION
from support.stack import ADMIN

_COMPARED = re.compile(r"(?<=were last compared on )\S+ at \d\d:\d\d")
_DATED = re.compile(r"(?<=^Date: ).*$", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """One email. `content` is all that is compared: headers and parts."""

    to: str
    message_id: str
    subject: str
    text: str = field(repr=False)  # the plain part, in one line
    content: str = field(repr=False)


def mails() -> list[Mail]:
    """In the order in which they were sent."""
    return [_read(sent.raw_data) for sent in ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages]


@lru_cache(maxsize=1000)
def _read(raw: str) -> Mail:
    message: EmailMessage = message_from_string(raw, policy=policy.default)  # type: ignore[assignment]
    plain = message.get_body(("plain",))
    assert plain is not None
    to, subject = str(message["To"]), str(message["Subject"])
    is_notice = to == ADMIN or subject.startswith("Your new link")
    content = _without_minutes(message) if is_notice else _DATED.sub("then", raw)
    return Mail(to, str(message["Message-ID"]), subject, " ".join(plain.get_content().split()), content)


def _without_minutes(message: EmailMessage) -> str:
    """The head and the parts of a notice, without the times of which left.py says that they may differ."""
    head, _, _ = message.as_string().partition("\n\n")
    parts = (part.get_content() for part in message.walk() if not part.is_multipart())
    return "\n".join([_DATED.sub("then", head), *(_COMPARED.sub("then", part) for part in parts)])
