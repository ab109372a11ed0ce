"""What holds for every mailer: the outbox, SMTP and SES."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from debrief.delivery.mail.mailer import Envelope, Mailer
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.delivery.mail.ses import SesMailer
from debrief.delivery.mail.smtp import SmtpMailer
from debrief.errors import BadRequest, GiveUp
from support.aws import SENDER, make_ses, moto_aws, ses_mails
from support.smtp import mail_server

NAME = "1_cue00001-r1-0123456789abcdef"
TO = "anna@example.org"


@dataclass(frozen=True)
class Channel:
    """A mailer, what it carried away, and to whom, where that can be known."""

    mailer: Mailer
    messages: Callable[[], list[bytes]]
    recipients: Callable[[], list[list[str]]] | None = None


@pytest.fixture(params=["outbox", "smtp", "ses"])
def channel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Channel]:
    with ExitStack() as stack:
        if request.param == "outbox":
            box = tmp_path / "new" / "outbox"
            yield Channel(OutboxMailer(box), lambda: [path.read_bytes() for path in sorted(box.glob("*.eml"))])
        elif request.param == "smtp":
            server = stack.enter_context(mail_server())
            mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}")
            yield Channel(
                mailer, lambda: [mail[2] for mail in server.mails], lambda: [mail[1] for mail in server.mails]
            )
        else:
            stack.enter_context(moto_aws())
            mails = ses_mails  # moto adds the recipients of the headers after those of the request
            yield Channel(
                SesMailer(make_ses(SENDER)), lambda: [mail[1] for mail in mails()], lambda: [m[0][:1] for m in mails()]
            )


def mail(subject: str = "Your session", text: str = "Three people came.\n") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = f"Reports <{SENDER}>", TO, subject
    message["Message-ID"] = f"<{NAME}@example.org>"
    message.set_content(text)
    message.add_alternative("<p>Three people came.</p>\n", subtype="html")
    message.add_attachment(b"%PDF-1.7\r\n\xff\x00", maintype="application", subtype="pdf", filename="report.pdf")
    return message


def envelope(message: EmailMessage, to: str = TO, name: str = NAME) -> Envelope:
    return Envelope(name, to, message.as_bytes())


def parsed(body: bytes) -> EmailMessage:
    return email.message_from_bytes(body, _class=EmailMessage, policy=SMTP)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Your session", "Three people came.\n"),
        ("Zoës Sitzung: Überblick", "Grüße aus Zürich ✓\n"),
        ("Dots", ".\n..\n.a line that starts with a dot\n\n.\n"),
    ],
)
def test_the_email_arrives_whole_and_once(channel: Channel, subject: str, text: str) -> None:
    message = mail(subject, text)
    channel.mailer.send(envelope(message))
    assert channel.messages() == [message.as_bytes()]


def test_the_email_goes_only_to_the_envelopes_recipient_regardless_of_its_headers(channel: Channel) -> None:
    message = mail()
    message["Cc"] = "everyone@example.org"
    channel.mailer.send(envelope(message, to="Bob@Example.org"))
    if channel.recipients is not None:
        assert channel.recipients() == [["Bob@example.org"]]
    assert len(channel.messages()) == 1


def test_emails_of_different_deliveries_are_separate(channel: Channel) -> None:
    for number in ("1", "2"):
        channel.mailer.send(envelope(mail(f"Session {number}"), name=f"{NAME}-{number}"))
    assert sorted(parsed(body)["Subject"] for body in channel.messages()) == ["Session 1", "Session 2"]


def test_a_mailer_that_can_know_says_what_it_sent_and_the_others_say_none(channel: Channel) -> None:
    channel.mailer.send(envelope(mail()))
    can_know = isinstance(channel.mailer, OutboxMailer)
    assert channel.mailer.was_sent(NAME) is (True if can_know else None)
    assert channel.mailer.was_sent("another") is (False if can_know else None)


@pytest.mark.parametrize("name", ["../outside", "a/b", "", "a\nb", ".hidden", "C:a"])
def test_the_outbox_refuses_a_name_that_is_no_file_name(tmp_path: Path, name: str) -> None:
    outbox = OutboxMailer(tmp_path / "outbox")
    for use in (lambda: outbox.send(envelope(mail(), name=name)), lambda: outbox.was_sent(name)):
        with pytest.raises(BadRequest):
            use()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


HOSTILE_RECIPIENTS = [
    "",
    "anna",
    "a@example.org,b@example.org",
    "a@example.org>\r\nDATA",
    "<a@example.org",
    "zoë@a.org",
]


@pytest.mark.parametrize("channel", ["smtp", "ses"], indirect=True)  # the outbox has no use for the recipient
def test_a_hostile_recipient_is_refused_without_being_repeated(channel: Channel) -> None:
    for to in HOSTILE_RECIPIENTS:
        with pytest.raises(GiveUp) as refused:
            channel.mailer.send(envelope(mail(), to=to))
        assert not to or to not in str(refused.value)
    assert channel.messages() == []


def test_an_envelope_shows_neither_address_nor_message() -> None:
    assert repr(envelope(mail())) == f"Envelope(name={NAME!r})"


@pytest.mark.parametrize("channel", ["outbox", "smtp"], indirect=True)  # moto has no GetAccount: see the tests of SES
def test_the_check_sends_nothing(channel: Channel) -> None:
    channel.mailer.check()
    assert channel.messages() == []
