"""What only SES does: its error codes, its answers that never come, and that nothing is ever sent twice."""

from __future__ import annotations

import socket
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from debrief.delivery.mail.mailer import Envelope
from debrief.delivery.mail.ses import SesMailer
from debrief.documents.mail.headers import header_block, mailbox
from debrief.errors import (
    BadRequest,
    BadSettings,
    DebriefError,
    GiveUp,
    MailBlocked,
    OutcomeUnknown,
    RecipientBlocked,
    Throttled,
    Unavailable,
)
from support.aws import SENDER, make_ses, offline_aws, ses_mails
from support.ses_server import UNVERIFIED, ses_server

MESSAGE = f"From: Reports <{SENDER}>\r\nTo: anna@example.org\r\nSubject: x\r\n\r\ntext\r\n".encode()
ENVELOPE = Envelope("name", "anna@example.org", MESSAGE)


@pytest.mark.usefixtures("aws")
def test_the_mime_goes_out_as_it_is() -> None:
    SesMailer(make_ses(SENDER)).send(ENVELOPE)
    [(_, message)] = ses_mails()
    assert message == MESSAGE


@pytest.mark.usefixtures("aws")
def test_an_unverified_sender_stops_all_emails_until_it_is_verified() -> None:
    with pytest.raises(MailBlocked, match="not verified") as refused:
        SesMailer(make_ses()).send(ENVELOPE)
    assert type(refused.value) is MailBlocked
    assert "@" not in str(refused.value)
    assert ses_mails() == []


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("configuration_set", ["", "debrief"])
def test_the_request_names_one_recipient_and_the_configuration_set(configuration_set: str) -> None:
    client = make_ses()
    expected: dict[str, Any] = {
        "FromEmailAddress": f"Reports <{SENDER}>",
        "Destination": {"ToAddresses": ["anna@example.org"]},
        "Content": {"Raw": {"Data": MESSAGE}},
        "EmailTags": [{"Name": "debrief-mail", "Value": "name"}],
    }
    if configuration_set:
        expected["ConfigurationSetName"] = configuration_set
    with Stubber(client) as stubber:
        stubber.add_response("send_email", {"MessageId": "1"}, expected)
        SesMailer(client, configuration_set).send(ENVELOPE)
        stubber.assert_no_pending_responses()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("TooManyRequestsException", 429, Throttled),
        ("Throttling", 429, Throttled),
        ("ThrottlingException", 400, Throttled),
        ("LimitExceededException", 400, MailBlocked),
        ("SendingPausedException", 400, MailBlocked),
        ("MessageRejected", 400, MailBlocked),
        ("MailFromDomainNotVerifiedException", 400, MailBlocked),
        ("BadRequestException", 400, GiveUp),
        ("NotFoundException", 404, MailBlocked),
        ("AccountSuspendedException", 400, MailBlocked),
        ("AccessDeniedException", 403, MailBlocked),
        ("ExpiredTokenException", 403, MailBlocked),
        ("InternalFailure", 500, OutcomeUnknown),
        ("ServiceUnavailable", 503, OutcomeUnknown),
        ("504", 504, OutcomeUnknown),
    ],
)
def test_a_refusal_is_what_its_code_says_and_names_no_address(
    code: str, status: int, expected: type[DebriefError]
) -> None:
    client = make_ses()
    with Stubber(client) as stubber:
        stubber.add_client_error("send_email", code, "Not verified: anna@example.org", http_status_code=status)
        with pytest.raises(expected) as refused:
            SesMailer(client).send(ENVELOPE)
    assert type(refused.value) is expected
    assert "@" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("code", ["ThrottlingException", "Throttling", "TooManyRequestsException"])
@pytest.mark.parametrize(
    ("words", "expected"),
    [("Maximum sending rate exceeded.", Throttled), ("Daily message quota exceeded.", MailBlocked), ("", Throttled)],
)
def test_the_daily_quota_concerns_every_mail_and_the_rate_this_one(
    code: str, words: str, expected: type[DebriefError]
) -> None:
    client = make_ses()
    with Stubber(client) as stubber:
        stubber.add_client_error("send_email", code, words, http_status_code=429)
        with pytest.raises(expected) as refused:
            SesMailer(client).send(ENVELOPE)
    assert expected is MailBlocked or refused.value.after == 30  # type: ignore[attr-defined]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("name", ["1%2Ecue-r1-0123456789abcdef", "x" * 257, "a b", "Zoë", ""])
def test_a_mail_whose_name_is_no_tag_goes_out_without_one(name: str) -> None:
    client = make_ses()
    expected = {
        "FromEmailAddress": f"Reports <{SENDER}>",
        "Destination": {"ToAddresses": ["anna@example.org"]},
        "Content": {"Raw": {"Data": MESSAGE}},
    }
    with Stubber(client) as stubber:
        stubber.add_response("send_email", {"MessageId": "1"}, expected)
        SesMailer(client).send(Envelope(name, ENVELOPE.to, MESSAGE))
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ("", SENDER),
        ("Debrief", f"Debrief <{SENDER}>"),
        ("Acme, Inc.", f'"Acme, Inc." <{SENDER}>'),
        ("Berichte für Zoë", f"=?utf-8?b?QmVyaWNodGUgZsO8ciBab8Or?= <{SENDER}>"),
        ("報告" * 30, None),
    ],
)
def test_ses_gets_the_sender_as_the_message_has_it_with_its_name(display: str, expected: str | None) -> None:
    written = mailbox("From", display, SENDER)
    message = header_block([("From", written), ("To", "anna@example.org")]) + b"\r\ntext\r\n"
    with offline_aws(), ses_server() as ses:
        ses.verified = {SENDER}
        SesMailer(make_ses(endpoint_url=ses.url)).send(Envelope("name", "anna@example.org", message))
    [request] = ses.requests
    assert request["FromEmailAddress"] == (expected or written.replace("\r\n", ""))
    assert "\n" not in request["FromEmailAddress"]
    assert b64decode(request["Content"]["Raw"]["Data"]) == message


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("head", [b"", b"From: a@example.org, b@example.org\r\n", b"From: nobody\r\n"])
def test_a_message_without_exactly_one_sender_is_not_sent(head: bytes) -> None:
    with pytest.raises(BadRequest, match="exactly one sender"):
        SesMailer(make_ses(SENDER)).send(Envelope("name", "anna@example.org", head + b"To: x\r\n\r\ntext\r\n"))
    assert ses_mails() == []


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("anna@example.org", RecipientBlocked),
        ("Anna@EXAMPLE.org", RecipientBlocked),
        ('"Anna" <anna@example.org>', RecipientBlocked),
        (SENDER, MailBlocked),
        (f"Reports <{SENDER}>, anna@example.org", MailBlocked),
        ("bob@example.org", MailBlocked),
        ("hanna@example.org", MailBlocked),
        ("", MailBlocked),
    ],
)
def test_an_unverified_recipient_in_the_sandbox_concerns_nobody_else(named: str, expected: type[DebriefError]) -> None:
    client = make_ses()
    with Stubber(client) as stubber:
        stubber.add_client_error("send_email", "MessageRejected", UNVERIFIED.format(named), http_status_code=400)
        with pytest.raises(MailBlocked) as refused:
            SesMailer(client).send(ENVELOPE)
    assert type(refused.value) is expected
    assert "@" not in str(refused.value)


@contextmanager
def broken_endpoint(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads one request a connection, answers so much and hangs up: its address, and the requests."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    requests.append(_request(connection))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", requests
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return body


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwhat",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 13\r\n\r\n<html></html>",
        b"nonsense\r\n\r\n",
    ],
    ids=["nothing", "half", "no-json", "500", "502", "no-http"],
)
def test_a_broken_answer_is_an_unknown_outcome_and_the_mail_was_sent_once(answer: bytes) -> None:
    with offline_aws(), broken_endpoint(answer) as (address, requests):
        with pytest.raises(OutcomeUnknown):
            SesMailer(make_ses(endpoint_url=address)).send(ENVELOPE)
        assert len(requests) == 1


def test_an_answer_that_does_not_come_in_time_is_an_unknown_outcome() -> None:
    with offline_aws(), socket.create_server(("127.0.0.1", 0)) as server:
        client = make_ses(endpoint_url=f"http://127.0.0.1:{server.getsockname()[1]}", read_timeout=0.2)
        with pytest.raises(OutcomeUnknown):
            SesMailer(client).send(ENVELOPE)


def test_an_ses_that_cannot_be_reached_certainly_sent_nothing() -> None:
    with offline_aws(), pytest.raises(Unavailable):
        SesMailer(make_ses(endpoint_url="http://127.0.0.1:9")).send(ENVELOPE)
    with offline_aws(), pytest.raises(Unavailable):  # through a proxy that is not there
        SesMailer(make_ses()).send(ENVELOPE)


def test_without_credentials_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with offline_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name)
        mailer = SesMailer(make_ses())
        with pytest.raises(BadSettings, match="NoCredentialsError"):
            mailer.send(ENVELOPE)


def test_a_client_that_would_send_twice_is_refused() -> None:
    with offline_aws(), pytest.raises(ValueError, match="must not retry"):
        SesMailer(boto3.client("sesv2"))


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("account", "identities", "problem"),
    [
        ({"SendingEnabled": True}, [{"IdentityName": "example.org", "SendingEnabled": True}], None),
        ({"SendingEnabled": False}, [], "disabled"),
        ({}, [], "disabled"),
        ({"SendingEnabled": True}, [], "no verified sender"),
        ({"SendingEnabled": True}, [{"IdentityName": "example.org", "SendingEnabled": False}], "no verified sender"),
    ],
)
def test_the_check_wants_sending_switched_on_and_a_verified_sender(
    account: dict[str, Any], identities: list[dict[str, Any]], problem: str | None
) -> None:
    client = make_ses()
    with Stubber(client) as stubber:
        stubber.add_response("get_account", account)
        stubber.add_response("list_email_identities", {"EmailIdentities": identities})
        if problem is None:
            SesMailer(client).check()
            stubber.assert_no_pending_responses()
        else:
            with pytest.raises(BadSettings, match=problem):
                SesMailer(client).check()
    assert ses_mails() == []


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("code", "status"), [("AccessDeniedException", 403), ("TooManyRequestsException", 429)])
def test_a_check_that_ses_does_not_answer_fails(code: str, status: int) -> None:
    client = make_ses()
    with Stubber(client) as stubber:
        stubber.add_client_error("get_account", code, http_status_code=status)
        with pytest.raises(BadSettings, match=f"ses:GetAccount.*{code}|{code}"):
            SesMailer(client).check()
