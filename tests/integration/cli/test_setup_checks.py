"""What `debrief setup` checks before it changes anything, and what it refuses."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.cli.setup import wizard
from debrief.cli.setup.answers import Answers, parse_reports, parse_timezone
from debrief.cli.setup.asker import Asker
from debrief.cli.setup.samconfig import SamConfig, read_config, write_config
from debrief.delivery.aws import clients
from debrief.errors import BadSettings
from debrief.kaltura.api import retries
from kaltura_standin.faults import Fault
from support.cloudformation import ROOT
from support.prepared import ADMIN, FLAGS, SENDER, Prepared

SAM_PYTHON = ROOT / ".venv-sam/bin/python"


class NoDns:
    """A DNS without records."""

    def texts(self, name: str) -> list[str]:
        return []

    def alias(self, name: str) -> str:
        return ""


def test_a_new_account_reserves_nothing_and_asks_ses_to_verify_whom_the_sandbox_needs(prepared: Prepared) -> None:
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert code == 0
    assert "10 functions at the same time; too few to reserve any" in shown
    assert set(prepared.aws.identities) == {SENDER, ADMIN}
    assert f"until then emails wait:\n  {SENDER}\n  {ADMIN}\n" in shown


def test_an_account_in_use_reserves_for_the_portal_and_verifies_nobody(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wizard, "DnsResolver", NoDns)
    prepared.aws.concurrency, prepared.aws.in_sandbox = 1000, False
    prepared.aws.verify("example.com")
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert code == 0
    found = prepared.config()["parameter_overrides"]
    assert (found["ReservedPortalConcurrency"], found["ReservedWebhookConcurrency"]) == ("5", "2")
    assert set(prepared.aws.identities) == {"example.com"}
    assert "DMARC" in shown  # what receivers will find is said at once
    assert "until then" not in shown


def test_an_account_that_cannot_reserve_for_both_functions_reserves_nothing(prepared: Prepared) -> None:
    prepared.aws.concurrency = 103
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert (code, "too few to reserve any" in " ".join(shown.split())) == (0, True)
    assert prepared.config()["parameter_overrides"]["ReservedPortalConcurrency"] == "0"


def test_an_alarm_address_with_a_name_is_not_called_the_sender(prepared: Prepared) -> None:
    _, shown = prepared.setup(*FLAGS, "--yes", "--alarm", "Ann <ann@example.com>", environ=prepared.token)
    assert "--alarm: Give the address without a name" in shown


def test_a_domain_that_waits_needs_dns_records_and_no_link(prepared: Prepared) -> None:
    prepared.aws.identities["example.com"] = {"VerifiedForSendingStatus": False, "Tags": []}
    prepared.aws.identities["bob@example.org"] = {"VerifiedForSendingStatus": False, "Tags": []}
    argv = [*FLAGS, "--admin", f"{ADMIN},bob@example.org,eve@example.net", "--yes"]
    code, shown = prepared.setup(*argv, environ=prepared.token)
    assert code == 0
    waits = "example.com is not verified yet: add its DNS records (docs/deploy-reference.md, section 2)"
    assert shown.count(waits) == 2  # for the sender, for a recipient
    assert "bob@example.org is not verified yet: open the link that AWS sent to it" in shown
    assert "SES does not know eve@example.net yet; setup will ask AWS to send it a link" in shown
    assert "until then emails wait:\n  bob@example.org\n  eve@example.net\n" in shown
    assert "until then emails wait:\n  example.com\nSee docs/deploy-reference.md, section 2.\n" in shown
    assert "aws ses verify-email-identity --region eu-west-1 --email-address ADDRESS" in shown


def test_what_aws_does_not_let_setup_see_is_not_known(prepared: Prepared) -> None:
    prepared.aws.denied |= {"account-settings", "account"}
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert code == 0
    assert "not known: AWS refuses lambda:GetAccountSettings on Lambda: AccessDeniedException." in shown
    assert "SES sandbox    not known: AWS refuses ses:GetAccount on SES: AccessDeniedException." in shown
    assert set(prepared.aws.identities) == {SENDER}
    prepared.aws.denied.add("identities")
    _, shown = prepared.setup("--yes")
    assert f"not known whether {SENDER} is verified; until it is, nothing is sent." in shown
    assert prepared.config()["parameter_overrides"]["ReservedPortalConcurrency"] == "0"


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"KALTURA_APP_TOKEN_ID": "1_token000", "KALTURA_APP_TOKEN": "wrong"}, "the app token is wrong"),
        ({"KALTURA_APP_TOKEN_ID": "1_nobody", "KALTURA_APP_TOKEN": "wrong"}, "no app token of that id exists"),
        ({"KALTURA_ADMIN_SECRET": "wrong"}, "The admin secret is wrong for account 12345."),
        ({"KALTURA_KS": "djJ8"}, "A KS expires."),
    ],
)
def test_a_credential_that_is_refused_changes_nothing(
    prepared: Prepared, environ: dict[str, str], sentence: str
) -> None:
    code, shown = prepared.setup(*FLAGS, "--yes", environ=environ)
    assert (code, sentence in shown) == (2, True), shown
    assert not prepared.has_secret()
    assert not (prepared.folder / "samconfig.toml").exists()


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("--region", "eu west"),
        ("--region", "http://evil.example"),
        ("--partner-id", "12345; rm"),
        ("--sender", "Reports <reports@example.com>"),
        ("--sender", "reports@example.com\nBcc: x@example.com"),
        ("--sender", 'a"b@example.com'),
        ("--admin", ""),
        ("--admin", "ann@example.com, bob at example.com"),
        ("--admin", ",".join(f"somebody.{number:03}@department.example.com" for number in range(20))),
        ("--alarm", "a@example.com,b@example.com"),
        ("--timezone", "Berlin"),
        ("--timezone", "../../etc/passwd"),
        ("--reports", "everybody"),
        ("--stack", "debrief --profile x"),
        ("--secret", 'a"b'),
        ("--kaltura-url", "http://kaltura.example.com"),
    ],
)
def test_a_bad_answer_is_one_sentence_and_changes_nothing(prepared: Prepared, flag: str, text: str) -> None:
    prepared.aws.asked.clear()
    code, shown = prepared.setup(*FLAGS, "--yes", flag, text, environ=prepared.token)
    assert (code, prepared.aws.asked) == (2, [])
    (sentence,) = [line for line in shown.splitlines() if line.startswith("debrief: ")]
    assert sentence.endswith((".", "-"))
    assert not prepared.has_secret()
    assert not (prepared.folder / "samconfig.toml").exists()


def test_without_a_terminal_the_missing_flags_are_named(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    code, shown = prepared.setup(environ={"KALTURA_PARTNER_ID": ""})
    assert code == 2
    assert shown == (
        "debrief: There is no terminal to ask, so setup needs --region, --sender, --admin, --partner-id, "
        "KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN (or KALTURA_ADMIN_SECRET) in the environment, --yes.\n"
    )


def test_setup_works_only_in_the_folder_of_the_template(prepared: Prepared) -> None:
    (prepared.folder / "template.yaml").unlink()
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert (code, "There is no template.yaml here." in shown) == (2, True)


@pytest.mark.parametrize("text", ["not = [toml", "\x00", "a = 1\na = 2"])
def test_a_file_that_is_no_toml_is_not_replaced(prepared: Prepared, text: str) -> None:
    path = prepared.folder / "samconfig.toml"
    path.write_text(text)
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert (code, "is not valid TOML" in shown) == (2, True)
    assert path.read_text() == text


TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40)
KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,20}", fullmatch=True)


@given(parameters=st.dictionaries(KEYS, TEXTS, max_size=5))
def test_every_text_survives_the_file(tmp_path_factory: pytest.TempPathFactory, parameters: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("file")
    write_config(folder, SamConfig().with_answers("debrief", "eu-west-1", parameters))
    found = read_config(folder)
    assert found is not None
    assert (found.stack, found.region, found.parameters) == ("debrief", "eu-west-1", parameters)


@pytest.mark.skipif(not SAM_PYTHON.exists(), reason="`make build` has not set up the SAM CLI")
def test_the_sam_cli_reads_the_same_parameters(tmp_path: Path) -> None:
    parameters = {"MailFrom": "o'hara+$HOME=\"x\\@example.com", "MailTo": "", "CheckHours": "6,24", "Contact": "A B"}
    write_config(tmp_path, SamConfig().with_answers("debrief", "eu-west-1", parameters))
    assert _as_sam_reads(tmp_path) == parameters


@pytest.mark.skipif(not SAM_PYTHON.exists(), reason="`make build` has not set up the SAM CLI")
@pytest.mark.parametrize(
    "overrides",
    [
        'MailFrom="a@example.com" Contact="Team \\"A\\" B" CheckHours="6,24" MailTo=""',
        "MailFrom=a@example.com Contact=Team\\ A LinkDays=7",
        "ParameterKey=MailFrom,ParameterValue=a@example.com ParameterKey=Contact,ParameterValue='A B'",
        ["MailFrom=a@example.com", 'Contact="A B"'],
    ],
)
def test_what_the_sam_cli_wrote_is_read_as_it_reads_it(tmp_path: Path, overrides: Any) -> None:
    text = f"version = 0.1\n[default.deploy.parameters]\nparameter_overrides = {json.dumps(overrides)}\n"
    (tmp_path / "samconfig.toml").write_text(text)
    found = read_config(tmp_path)
    assert found is not None
    assert found.parameters == _as_sam_reads(tmp_path)


def _as_sam_reads(folder: Path) -> Any:
    script = (
        "import json, sys\nfrom pathlib import Path\nfrom samcli.cli.types import CfnParameterOverridesType\n"
        "from samcli.lib.config.file_manager import TomlFileManager\n"
        "found = TomlFileManager.read(Path(sys.argv[1]))['default']['deploy']['parameters']['parameter_overrides']\n"
        "found = found.unwrap()\n"
        "print(json.dumps(CfnParameterOverridesType().convert(found, None, None)))\n"
    )
    command = [str(SAM_PYTHON), "-c", script, str(folder / "samconfig.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"SAM_CLI_TELEMETRY": "0"})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_chat_service_in_the_environment_becomes_a_parameter(prepared: Prepared) -> None:
    assert "no polls until you set KalturaChatUrl" in prepared.setup(*FLAGS, "--yes", environ=prepared.token)[1]
    environ = {**prepared.token, "KALTURA_CHAT_URL": prepared.kaltura.chat_url}
    assert prepared.setup(*FLAGS, "--yes", environ=environ)[0] == 0
    assert prepared.config()["parameter_overrides"]["KalturaChatUrl"] == prepared.kaltura.chat_url


def test_an_unknown_account_and_a_server_that_is_away_are_named(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "ATTEMPTS", 1)
    host = prepared.kaltura.url.removeprefix("http://")
    code, shown = prepared.setup(*FLAGS, "--partner-id", "99999", "--yes", environ=prepared.token)
    assert (code, f"Kaltura at {host} has no account 99999." in shown) == (2, True), shown
    for environ in (prepared.token, prepared.admin):
        prepared.kaltura.faults.add(Fault("reset", times=None))
        code, shown = prepared.setup(*FLAGS, "--yes", environ=environ)
        assert (code, f"The server is {prepared.kaltura.url}; try again, or set --kaltura-url." in shown) == (1, True)
        assert "Trying" not in shown
        assert "Correct it in Kaltura" not in shown


def test_the_kaltura_server_is_shown_and_the_usual_one_replaces_another(prepared: Prepared) -> None:
    _, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert f"accepted for account 12345 at {prepared.kaltura.url.removeprefix('http://')}" in shown
    answers = Answers("eu-west-1", SENDER, ADMIN, ADMIN, "UTC", "me")
    assert "KalturaServiceUrl" not in answers.parameters({})
    moved = answers.parameters({"KalturaServiceUrl": "https://api.eu.kaltura.com"})
    assert moved["KalturaServiceUrl"] == "https://www.kaltura.com"


def test_case_does_not_matter_for_words_and_time_zones() -> None:
    assert (parse_reports("ME"), parse_timezone("europe/berlin")) == ("me", "Europe/Berlin")


def test_without_credentials_for_aws_the_way_to_sign_in_is_named(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    clients.session.cache_clear()
    try:
        code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    finally:
        clients.session.cache_clear()
    assert (code, "`aws configure`" in shown) == (2, True)


def test_input_that_ends_names_no_other_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(BadSettings, match="Nothing was changed; run the same command again"):
        Asker({}, {}, 1, is_interactive=True).confirm("Continue?")
