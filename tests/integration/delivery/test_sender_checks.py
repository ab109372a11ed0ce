"""What `doctor` and `setup` say about the sender, with a small SES and a small DNS server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.aws.sender_checks import SES_ROWS, check_ses_sender
from debrief.delivery.dns.lookup import Row
from debrief.delivery.dns.records import Dmarc, find_dmarc, has_dkim_key, spf_includes
from debrief.delivery.dns.sender import SMTP_ROWS, check_smtp_sender
from support.aws import offline_aws
from support.dns_server import Dns, dns_server
from support.ses_server import Ses, ses_server

DOMAIN, ADDRESS, BOUNCES = "example.com", "reports@example.com", "bounce.example.com"
TOKENS = ["aaa", "bbb", "ccc"]


def identity(**changes: Any) -> dict[str, Any]:
    """A domain that SES has verified, with its keys and its own MAIL FROM domain."""
    dkim = {"SigningEnabled": True, "Status": "SUCCESS", "Tokens": TOKENS, "SigningAttributesOrigin": "AWS_SES"}
    mail_from = {
        "MailFromDomain": BOUNCES,
        "MailFromDomainStatus": "SUCCESS",
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    }
    return {"VerifiedForSendingStatus": True, "DkimAttributes": dkim, "MailFromAttributes": mail_from} | changes


@contextmanager
def well_set_up() -> Iterator[tuple[Ses, Dns]]:
    """A sender with which nothing is wrong."""
    with offline_aws(), ses_server() as ses, dns_server() as dns:
        ses.account["SendQuota"] = {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 120.0}
        ses.identities = {DOMAIN: identity()}
        ses.configuration_sets = {"debrief": {"SendingOptions": {"SendingEnabled": True}}}
        for token in TOKENS:
            dns.alias(f"{token}._domainkey.{DOMAIN}", f"{token}.dkim.amazonses.com")
        dns.text(BOUNCES, "v=spf1 include:amazonses.com ~all")
        dns.text(f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject")
        yield ses, dns


@cache
def session() -> boto3.Session:
    """Kept, because each session reads the description of SES."""
    return boto3.Session()


def client(url: str) -> Any:
    return session().client("sesv2", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


def check(ses: Ses, dns: Dns, address: str = ADDRESS, name: str = "debrief", seconds: float = 5) -> dict[str, Row]:
    """The rows by name."""
    rows = [*check_ses_sender(client(ses.url), address, dns.resolver(seconds), name)]
    assert [row.name for row in rows] == list(SES_ROWS)
    assert all(row.sentence.isprintable() and "\ufffd" not in row.sentence for row in rows)
    return {row.name: row for row in rows}


def test_a_sender_with_which_nothing_is_wrong_is_ok_in_every_row() -> None:
    with well_set_up() as (ses, dns):
        rows = check(ses, dns)
    assert {row.status for row in rows.values()} == {"ok"}
    assert rows["SES quota"].sentence == "49,880 of 50,000 emails are left in these 24 hours"
    assert rows["alignment"].sentence == (
        "DKIM (example.com) and SPF (bounce.example.com) match example.com, so emails pass DMARC"
    )


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"ProductionAccessEnabled": False}, "warn", "sandbox.*request production access"),
        (
            {"ProductionAccessEnabled": False, "Details": {"ReviewDetails": {"Status": "PENDING"}}},
            "warn",
            "other emails wait.*AWS is reviewing the request",
        ),
        (
            {"ProductionAccessEnabled": False, "Details": {"ReviewDetails": {"Status": "DENIED"}}},
            "warn",
            "denied.*support case",
        ),
        ({"SendingEnabled": False}, "FAIL", "sending is switched off"),
        ({"EnforcementStatus": "PROBATION"}, "warn", "under review by AWS"),
    ],
)
def test_the_row_of_the_account_says_what_the_sandbox_or_a_stop_means(
    change: dict[str, Any], status: str, words: str
) -> None:
    with well_set_up() as (ses, dns):
        ses.account |= change
        row = check(ses, dns)["SES account"]
    assert row.status == status
    assert re.search(words, row.sentence)


@pytest.mark.parametrize(
    ("quota", "status", "words"),
    [
        ({"Max24HourSend": 200.0, "SentLast24Hours": 200.0}, "warn", "0 of 200"),
        ({"Max24HourSend": 200.0, "SentLast24Hours": 205.0}, "warn", "0 of 200"),
        ({"Max24HourSend": -1.0, "SentLast24Hours": 5.0}, "ok", "no daily limit"),
        ({}, "warn", "not known, because"),
    ],
)
def test_the_quota_that_is_left_is_counted(quota: dict[str, float], status: str, words: str) -> None:
    with well_set_up() as (ses, dns):
        ses.account["SendQuota"] = quota
        row = check(ses, dns)["SES quota"]
    assert (row.status, words in row.sentence) == (status, True)


@pytest.mark.parametrize(
    ("identities", "status", "words"),
    [
        ({ADDRESS: {"VerifiedForSendingStatus": True}}, "ok", f"{ADDRESS} is verified"),
        ({DOMAIN: identity()}, "ok", f"{DOMAIN} is verified"),
        ({ADDRESS: {"VerifiedForSendingStatus": False}}, "FAIL", "open the link"),
        ({DOMAIN: identity(VerifiedForSendingStatus=False)}, "FAIL", "publish the DNS records"),
        ({ADDRESS: {"VerifiedForSendingStatus": False}, DOMAIN: identity()}, "ok", f"{DOMAIN} is verified"),
        ({}, "FAIL", "example.com is not known to SES in this region"),
    ],
)
def test_the_address_its_domain_or_a_parent_must_be_verified(
    identities: dict[str, Any], status: str, words: str
) -> None:
    with well_set_up() as (ses, dns):
        ses.identities = identities
        row = check(ses, dns)["SES sender"]
    assert (row.status, words in row.sentence) == (status, True)


def test_a_parent_domain_counts_and_aligns_unless_alignment_is_strict() -> None:
    with well_set_up() as (ses, dns):
        rows = check(ses, dns, "reports@news.example.com")
        assert {row.status for row in rows.values()} == {"ok"}
        assert rows["DMARC"].sentence == "the policy of example.com is reject"
        dns.text(f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject; adkim=s; aspf=s")
        row = check(ses, dns, "reports@news.example.com")["alignment"]
    assert (row.status, "rejected" in row.sentence) == ("FAIL", True)


@pytest.mark.parametrize(
    ("policy", "status", "words"),
    [
        ("v=DMARC1; p=reject", "FAIL", "emails are rejected"),
        ("v=DMARC1;p=quarantine", "FAIL", "treated as spam"),
        ("v=DMARC1; p=none", "warn", "may be treated as spam"),
        ("", "warn", "may be treated as spam"),
    ],
)
def test_with_only_the_address_verified_dmarc_decides_what_receivers_do(policy: str, status: str, words: str) -> None:
    with well_set_up() as (ses, dns):
        ses.identities = {ADDRESS: {"VerifiedForSendingStatus": True}}
        dns.text(f"_dmarc.{DOMAIN}", policy)
        rows = check(ses, dns)
    assert rows["DKIM"].status == "warn"
    assert (rows["alignment"].status, words in rows["alignment"].sentence) == (status, True)


@pytest.mark.parametrize(
    ("state", "published", "status", "words"),
    [
        ({}, TOKENS[:2], "warn", "1 of the DNS records"),
        ({"Status": "PENDING"}, [], "warn", "3 of the DNS records"),
        ({"Status": "PENDING"}, TOKENS, "warn", "72 hours"),
        ({"SigningEnabled": False}, TOKENS, "warn", "switched off"),
        ({"SigningEnabled": False, "Status": "PENDING"}, [], "warn", "3 of the DNS records"),
        ({"SigningHostedZone": "dkim.eu-south-2.amazonses.com"}, TOKENS, "warn", "3 of the DNS records"),
    ],
)
def test_the_keys_are_compared_with_dns(state: dict[str, Any], published: list[str], status: str, words: str) -> None:
    with well_set_up() as (ses, dns):
        ses.identities[DOMAIN]["DkimAttributes"] |= state
        for token in set(TOKENS) - set(published):
            del dns.records[f"{token}._domainkey.{DOMAIN}", "CNAME"]
        ses.identities[DOMAIN]["MailFromAttributes"] = {}
        rows = check(ses, dns)
    assert (rows["DKIM"].status, words in rows["DKIM"].sentence) == (status, True)
    assert rows["alignment"].status != "ok"  # whoever receives an email asks DNS, not SES


def test_a_key_that_the_dns_provider_serves_itself_counts_and_so_does_an_own_key() -> None:
    with well_set_up() as (ses, dns):
        del dns.records[f"aaa._domainkey.{DOMAIN}", "CNAME"]
        dns.text(f"aaa._domainkey.{DOMAIN}", "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ" + "A" * 400)
        assert check(ses, dns)["DKIM"].status == "ok"
        ses.identities[DOMAIN]["DkimAttributes"] |= {"SigningAttributesOrigin": "EXTERNAL", "Tokens": ["own"]}
        assert check(ses, dns)["DKIM"].status == "warn"
        dns.text(f"own._domainkey.{DOMAIN}", "v=DKIM1; k=rsa; p=")  # a revoked key
        assert check(ses, dns)["DKIM"].status == "warn"
        dns.text(f"own._domainkey.{DOMAIN}", "v=DKIM1; k=rsa; p=MIGf")
        assert check(ses, dns)["DKIM"].status == "ok"


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ({"MailFromDomainStatus": "FAILED"}, "warn", "uses amazonses.com"),
        ({"MailFromDomainStatus": "FAILED", "BehaviorOnMxFailure": "REJECT_MESSAGE"}, "FAIL", "all emails wait"),
        ({"MailFromDomain": ""}, "ok", "as by default"),
    ],
)
def test_without_a_usable_mail_from_domain_dkim_alone_aligns(state: dict[str, Any], status: str, words: str) -> None:
    with well_set_up() as (ses, dns):
        ses.identities[DOMAIN]["MailFromAttributes"] |= state
        rows = check(ses, dns)
    assert (rows["MAIL FROM"].status, words in rows["MAIL FROM"].sentence) == (status, True)
    assert rows["alignment"].sentence == "DKIM (example.com) matches example.com, so emails pass DMARC"


@pytest.mark.parametrize(
    ("records", "status", "words"),
    [
        (["v=spf1 include:amazonses.com -all", "google-site-verification=x"], "ok", "allows SES"),
        (["V=SPF1 +INCLUDE:AmazonSES.com -all"], "ok", "allows SES"),
        (["v=spf1 include:other.example -all"], "ok", "allows SES"),
        (["v=spf1 redirect=loop.example"], "warn", "does not allow SES"),
        (["v=spf1 -include:amazonses.com -all"], "warn", "does not allow SES"),
        (["v=spf1 include:amazonses.com.evil.example -all"], "warn", "does not allow SES"),
        (["v=spf10 include:amazonses.com"], "warn", "does not allow SES"),
        (["v=spf1 include:amazonses.com -all", "v=spf1 -all"], "warn", "2 SPF records"),
        ([], "warn", "does not allow SES"),
    ],
)
def test_spf_of_the_mail_from_domain_must_allow_ses(records: list[str], status: str, words: str) -> None:
    with well_set_up() as (ses, dns):
        dns.text(BOUNCES, *records)
        dns.text("other.example", "v=spf1 include:amazonses.com -all")
        dns.text("loop.example", "v=spf1 include:loop.example include:loop2.example -all")
        dns.text("loop2.example", "v=spf1 redirect=loop.example")
        row = check(ses, dns)["SPF"]
    assert (row.status, words in row.sentence) == (status, True)


def test_a_tree_of_includes_is_not_followed_beyond_the_limit() -> None:
    with well_set_up() as (ses, dns):
        dns.text(BOUNCES, "v=spf1 " + " ".join(f"include:a{number}.example" for number in range(100)))
        assert check(ses, dns)["SPF"].status == "warn"
        assert len([name for name in dns.asked if name.endswith(".example")]) == 10


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({"_dmarc.a.b.example.com": ["v=DMARC1; p=none"]}, Dmarc("a.b.example.com")),
        ({"_dmarc.b.example.com": ["v=DMARC1; p=none"], "_dmarc.example.com": ["v=DMARC1; p=reject"]},
         Dmarc("example.com", "reject")),
        ({"_dmarc.example.com": ["v=DMARC1; p=reject; sp=quarantine"]}, Dmarc("example.com", "quarantine")),
        ({"_dmarc.b.example.com": ["v=DMARC1; p=reject; psd=n"], "_dmarc.example.com": ["v=DMARC1; p=none"]},
         Dmarc("b.example.com", "reject")),
        ({"_dmarc.example.com": ["v=DMARC1; p=reject; psd=y"]}, None),
        ({"_dmarc.example.com": ["v=DMARC1; p=reject", "v=DMARC1; p=none"]}, Dmarc("example.com", count=2)),
        ({"_dmarc.example.com": ["v=spf1 -all", " v=DMARC1; p=reject", "V=dmarc1; p=reject", "v=DMARC10"]}, None),
        ({"_dmarc.example.com": ["v=DMARC1; P = Reject ; ADKIM=s;;=;x"]},
         Dmarc("example.com", "reject", strict_dkim=True)),
        ({"_dmarc.example.com": ["v=DMARC1; p=reject; p=none"]}, Dmarc("example.com", "reject")),
        ({"_dmarc.example.com": ["v=DMARC1; p=\x1b[31mreject"]}, Dmarc("example.com")),
        ({}, None),
    ],
)  # fmt: skip
def test_the_policy_is_the_domains_own_or_that_of_its_organization(
    records: dict[str, list[str]], expected: Dmarc | None
) -> None:
    with dns_server() as dns:
        for name, texts in records.items():
            dns.text(name, *texts)
        assert find_dmarc(dns.resolver(), "a.b.example.com") == expected


def test_a_sender_with_very_many_labels_causes_few_lookups() -> None:
    with dns_server() as dns:
        assert find_dmarc(dns.resolver(), ".".join("abcdefghijklmnopqrstuvwxyz")) is None
        assert len([name for name in dns.asked if name.startswith("_dmarc.")]) == 7


@pytest.mark.parametrize("broken", ["silent", "refused", "garbage", "cut"])
def test_what_dns_does_not_answer_is_not_known_and_never_a_failure(broken: str) -> None:
    with well_set_up() as (ses, dns):
        dns.broken = broken
        rows = check(ses, dns, seconds=0.3)
        assert "FAIL" not in {row.status for row in rows.values()}
        for name in ("SPF", "DMARC", "alignment"):
            assert rows[name].sentence.startswith("not known, because ")
        assert "not known, because" in rows["DKIM"].sentence
        smtp = [*check_smtp_sender(DOMAIN, dns.resolver(0.3))]
    assert {row.status for row in smtp} == {"warn"}


@pytest.mark.parametrize(
    "hostile",
    [
        [b"\xff\xfe\x00\x1b[2J" * 300],
        [b"v=DMARC1; p=reject" + b" " * 60000],
        [f"v=DMARC1; p=none; x={number}".encode() for number in range(300)],
        [b"v=DMARC1; p=" + b"reject" * 5000],
        [b"v=DMARC1" + b";" * 20000],
    ],
    ids=["bytes", "long", "many", "long-policy", "tags"],
)
def test_hostile_records_neither_break_the_checks_nor_reach_the_screen(hostile: list[bytes]) -> None:
    with well_set_up() as (ses, dns):
        for name in (f"_dmarc.{DOMAIN}", BOUNCES):
            dns.text(name, *hostile)
        rows = check(ses, dns)
    assert all(len(row.sentence) < 250 for row in rows.values())


def test_a_server_that_knows_no_public_names_is_no_proof_that_a_record_is_missing() -> None:
    with well_set_up() as (ses, dns):
        dns.records.clear()
        rows = check(ses, dns)
        assert "FAIL" not in {row.status for row in rows.values()}
        assert rows["DMARC"].sentence == "not known, because the DNS server of this computer knows no public names"
        smtp = [*check_smtp_sender(DOMAIN, dns.resolver())]
    assert smtp[0].sentence == rows["DMARC"].sentence


@given(st.lists(st.text(st.characters(max_codepoint=127), max_size=60), max_size=4), st.sampled_from(["", "v=DMARC1;"]))
def test_records_of_any_text_can_be_read(texts: list[str], head: str) -> None:
    class Anything:
        def texts(self, _name: str) -> list[str]:
            return [head + text for text in texts]

        def alias(self, _name: str) -> str:
            return ""

    dmarc = find_dmarc(Anything(), "a.example.com")
    assert dmarc is None or dmarc.policy in {"none", "quarantine", "reject"}
    assert has_dkim_key(Anything(), "x") in {True, False}
    assert not spf_includes(Anything(), "v=spf1 " + " ".join(texts), "amazonses.com")


def test_a_loop_of_aliases_is_not_known() -> None:
    with well_set_up() as (ses, dns):
        for one, other in ((f"_dmarc.{DOMAIN}", "loop.example"), ("loop.example", f"_dmarc.{DOMAIN}")):
            dns.records.pop((one, "TXT"), None)
            dns.alias(one, other)
        row = check(ses, dns)["DMARC"]
    assert row.status == "warn"


def test_what_ses_may_not_be_asked_is_not_known() -> None:
    with well_set_up() as (ses, dns):
        ses.denied = {"account", "identities", "configuration-sets"}
        rows = check(ses, dns)
    unknown = {name for name, row in rows.items() if row.sentence.startswith("not known, because ")}
    assert unknown == set(SES_ROWS) - {"DMARC"}
    assert "FAIL" not in {row.status for row in rows.values()}
    assert rows["SES account"].sentence == (
        "not known, because AWS refuses ses:GetAccount on SES: AccessDeniedException"
    )


def test_an_ses_that_cannot_be_reached_is_asked_once() -> None:
    with offline_aws(), dns_server() as dns:
        rows = [*check_ses_sender(client("http://127.0.0.1:9"), ADDRESS, dns.resolver(), "debrief")]
    assert "FAIL" not in {row.status for row in rows}
    assert "could not be reached" in rows[0].sentence


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        ({}, "FAIL", "does not exist in this region"),
        ({"debrief": {"SendingOptions": {"SendingEnabled": False}}}, "FAIL", "paused"),
        ({"debrief": {}}, "ok", "exists"),
    ],
)
def test_the_configuration_set_must_exist_and_send(found: dict[str, Any], status: str, words: str) -> None:
    with well_set_up() as (ses, dns):
        ses.configuration_sets = found
        row = check(ses, dns)["SES configuration set"]
        assert check(ses, dns, name="")["SES configuration set"].status == "ok"
    assert (row.status, words in row.sentence) == (status, True)


def test_with_a_mail_server_only_dns_is_asked_and_alignment_is_not_known() -> None:
    with dns_server() as dns:
        dns.text(DOMAIN, "v=spf1 mx -all")
        dns.text(f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject")
        rows = [*check_smtp_sender(DOMAIN, dns.resolver())]
        assert [(row.name, row.status) for row in rows] == list(zip(SMTP_ROWS, ("ok", "ok", "warn"), strict=True))
        dns.text(DOMAIN)
        assert next(iter(check_smtp_sender(DOMAIN, dns.resolver()))).status == "warn"
