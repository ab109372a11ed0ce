"""`debrief doctor`: the rows about the sender of emails."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cli_world import kaltura_settings

from debrief.cli import sender
from debrief.cli.main import main
from debrief.delivery.aws import clients
from debrief.delivery.aws.sender_checks import SES_ROWS
from debrief.delivery.dns.sender import SMTP_ROWS
from support.aws import offline_aws
from support.dns_server import Dns, dns_server
from support.ses_server import Ses, ses_server
from support.world import World

Doctor = Callable[..., tuple[int, dict[str, str]]]
SENDER = {"DEBRIEF_MAIL_FROM": "Webinars <reports@Example.com>"}


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dns]:
    """The DNS server that this computer asks."""
    with dns_server() as server:
        monkeypatch.setattr(sender, "DnsResolver", server.resolver)
        yield server


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ses]:
    """An account in the sandbox, with a verified domain."""
    with offline_aws(), ses_server() as server:
        server.account["ProductionAccessEnabled"] = False
        server.verified = {"example.com"}
        server.identities = {"example.com": {"VerifiedForSendingStatus": True}}
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        clients.session.cache_clear()
        yield server
    clients.session.cache_clear()


@pytest.fixture
def doctor(small: World, dns: Dns, capsys: pytest.CaptureFixture[str]) -> Doctor:
    def run(**environ: str) -> tuple[int, dict[str, str]]:
        place = kaltura_settings(small.kaltura) | {
            "DEBRIEF_ARCHIVE": str(small.root / "archive"),
        }
        code = main(("doctor",), {**place, **environ})
        lines = capsys.readouterr().out.splitlines()
        return code, {line[6:30].strip(): line for line in lines}

    return run


def test_in_the_sandbox_doctor_says_that_emails_wait_and_does_not_fail(doctor: Doctor, ses: Ses) -> None:
    code, lines = doctor(DEBRIEF_MAIL_CHANNEL="ses", **SENDER)
    assert [line for line in lines.values() if line.startswith("FAIL")] == []
    assert code == 0
    assert set(SES_ROWS) <= set(lines)
    assert lines["SES account"].startswith("warn")
    assert "the other emails wait until production access is granted" in lines["SES account"]
    assert lines["SES sender"].endswith("example.com is verified")
    assert ses.requests == []


def test_an_unverified_sender_is_a_failure(doctor: Doctor, ses: Ses) -> None:
    ses.identities = {}
    code, lines = doctor(DEBRIEF_MAIL_CHANNEL="ses", DEBRIEF_SES_CONFIGURATION_SET="debrief", **SENDER)
    assert code == 1
    assert lines["SES sender"].startswith("FAIL")
    assert lines["SES configuration set"].startswith("FAIL")


def test_with_a_mail_server_only_dns_is_looked_at(doctor: Doctor, dns: Dns) -> None:
    dns.text("_dmarc.example.com", "v=DMARC1; p=none")
    _, lines = doctor(DEBRIEF_SMTP_URL="smtp://127.0.0.1:9", DEBRIEF_MAIL_CHANNEL="smtp", **SENDER)
    assert lines["DMARC"].endswith("the policy of example.com is none")
    assert set(SES_ROWS) & set(lines) == set(SMTP_ROWS)


@pytest.mark.parametrize("environ", [{}, {"DEBRIEF_MAIL_CHANNEL": "ses"}, {"DEBRIEF_MAIL_CHANNEL": "smtp"}])
def test_without_a_channel_or_a_sender_nothing_is_looked_up(
    doctor: Doctor, dns: Dns, ses: Ses, environ: dict[str, str]
) -> None:
    _, lines = doctor(**environ)
    assert not set(SES_ROWS) & set(lines)
    assert dns.asked == []
