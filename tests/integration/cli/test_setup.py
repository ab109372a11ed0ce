"""`debrief setup` with flags: what it creates, repeats, restores and removes."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import boto3
import pytest

from debrief.cli.setup import run
from debrief.cli.setup.aws_account import AwsAccount
from debrief.env import AppToken as Token
from debrief.errors import BadSettings, Forbidden
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.provision import PERMISSIONS, ROLE_NAME
from debrief.settings import Settings
from kaltura_standin.account import AppToken
from kaltura_standin.faults import Fault
from support.prepared import ADMIN, FLAGS, SECRET, SENDER, Prepared


def test_an_app_token_is_stored_and_the_answers_are_written(prepared: Prepared) -> None:
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert code == 0, shown
    token = prepared.kaltura.account.app_tokens[0]
    assert prepared.secret() == {
        "kaltura_partner_id": "12345",
        "kaltura_app_token_id": token.id,
        "kaltura_app_token": token.token,
    }
    assert prepared.config() == {
        "capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        "confirm_changeset": False,
        "fail_on_empty_changeset": False,
        "resolve_s3": True,
        "region": "eu-west-1",
        "parameter_overrides": {
            "MailFrom": SENDER,
            "MailTo": ADMIN,
            "Organizers": "no",
            "AdminTo": ADMIN,
            "AlarmEmail": ADMIN,
            "Timezone": "Europe/Berlin",
            "KalturaSecretName": SECRET,
            "KalturaServiceUrl": prepared.kaltura.url,
            "ReservedPortalConcurrency": "0",
            "ReservedWebhookConcurrency": "0",
        },
    }
    assert shown.endswith(
        "Two commands remain:\n\n"
        "  make deploy    # builds and deploys; about ten minutes the first time\n"
        "  make status    # lists sessions, and what became of their reports\n"
    )


@pytest.mark.parametrize("has_events", [True, False])
def test_with_the_admin_secret_a_token_of_a_read_only_role_is_created(prepared: Prepared, has_events: bool) -> None:
    prepared.kaltura.account = replace(prepared.kaltura.account, has_virtual_events=has_events)
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.admin)
    assert code == 0, shown
    (role,) = prepared.kaltura.account.user_roles
    assert (role.name, set(role.permissions) - {"VIRTUAL_EVENT_BASE"}) == (ROLE_NAME, set(PERMISSIONS))
    assert ("VIRTUAL_EVENT_BASE" in role.permissions) == has_events
    token = prepared.kaltura.account.app_tokens[-1]
    assert (token.privileges, token.hash_type) == (f"setrole:{role.id},disableentitlement", "SHA256")
    assert prepared.secret()["kaltura_app_token"] == token.token
    assert "app token accepted for account 12345" in shown


def test_no_secret_is_printed_logged_or_written(prepared: Prepared, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        _, shown = prepared.setup(*FLAGS, "--yes", "--verbose", environ=prepared.admin)
        _, again = prepared.setup("--yes")
        _, undone = prepared.setup("--undo", "--yes", environ=prepared.admin)
    written = b"".join(path.read_bytes() for path in prepared.folder.iterdir()).decode()
    logged = "".join(record.getMessage() for record in caplog.records if record.name.startswith("debrief"))
    account = prepared.kaltura.account
    for secret in (account.admin_secret, *(token.token for token in account.app_tokens)):
        assert all(secret not in text for text in (shown, again, undone, written, logged))


def test_a_second_run_takes_the_earlier_answers_and_changes_nothing(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--reports", "both", "--yes", environ=prepared.admin)
    before = (prepared.folder / "samconfig.toml").stat().st_mtime_ns
    code, shown = prepared.setup("--yes")
    assert code == 0
    assert "Nothing to change" in shown
    assert "done" not in shown
    assert (prepared.folder / "samconfig.toml").stat().st_mtime_ns == before
    assert len(prepared.own_tokens) == 1


def test_one_changed_answer_is_the_only_change(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    _, shown = prepared.setup("--reports", "organizers", "--yes")
    assert shown.count("done") == 1
    assert "Organizers: no -> yes" in shown
    assert f"MailTo: {ADMIN} -> empty" in shown
    found = prepared.config()["parameter_overrides"]
    assert (found["Organizers"], found["MailTo"], found["AdminTo"]) == ("yes", "", ADMIN)


def test_another_token_replaces_the_stored_one_and_other_keys_stay(prepared: Prepared) -> None:
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name=SECRET, SecretString='{"kaltura_admin_secret": "old", "note": "ours"}')
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert (code, "replace  secret" in shown) == (0, True)
    assert prepared.secret().keys() == {"kaltura_partner_id", "kaltura_app_token_id", "kaltura_app_token", "note"}
    prepared.setup("--undo", "--yes")
    assert prepared.has_secret()  # setup did not create it


def test_settings_that_somebody_added_to_the_file_stay(prepared: Prepared) -> None:
    (prepared.folder / "samconfig.toml").write_text(
        'version = 0.1\n[default.deploy.parameters]\nregion = "eu-west-1"\ntags = "team=\\"web\\""\n'
        'parameter_overrides = "RulesKey=\\"settings/rules.yaml\\" Contact=\\"Team \\\\\\"A\\\\\\"\\" '
        'MailTo=\\"team@example.com\\" LinkDays=\\"7\\""\n[test.deploy.parameters]\nstack_name = "debrief-test"\n'
    )
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert code == 0, shown
    found = prepared.config()["parameter_overrides"]
    assert (found["RulesKey"], found["Contact"], found["LinkDays"]) == ("settings/rules.yaml", 'Team "A"', "7")
    assert found["MailTo"] == f"{ADMIN},team@example.com"
    assert prepared.config()["tags"] == 'team="web"'
    assert "[test.deploy.parameters]" in (prepared.folder / "samconfig.toml").read_text()


def test_an_installation_that_is_older_than_setup_keeps_its_recipients(prepared: Prepared) -> None:
    (prepared.folder / "samconfig.toml").write_text(
        'version = 0.1\n[default.deploy.parameters]\nregion = "eu-west-1"\n'
        'parameter_overrides = "MailFrom=\\"old@example.com\\""\n'
    )
    prepared.setup("--admin", ADMIN, "--timezone", "UTC", "--yes", environ=prepared.token)
    found = prepared.config()["parameter_overrides"]
    assert (found["MailFrom"], found["Organizers"], found["MailTo"]) == ("old@example.com", "yes", "")


@pytest.mark.parametrize("done", range(1, 7))
def test_a_run_that_was_stopped_is_completed_by_the_next(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    print_row, count = run.print_row, 0

    def stop_after(cells: Any, widths: Any) -> None:
        nonlocal count
        count += cells[1] == "done"
        if count == done:
            raise KeyboardInterrupt
        print_row(cells, widths)

    with monkeypatch.context() as patch:
        patch.setattr(run, "print_row", stop_after)
        stopped, said = prepared.setup(*FLAGS, "--yes", environ=prepared.admin)
        assert (stopped, "run the\nsame command again, with the same answers" in said) == (130, True)
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.admin)
    assert code == 0, shown
    assert len(prepared.kaltura.account.user_roles) == 1
    assert prepared.own_tokens == [prepared.secret()["kaltura_app_token_id"]]
    assert set(prepared.aws.identities) == {SENDER, ADMIN}


@pytest.mark.parametrize(("service", "action"), [("userRole", "add"), ("appToken", "add")])
def test_an_answer_that_is_lost_leaves_no_second_role_or_token(prepared: Prepared, service: str, action: str) -> None:
    prepared.kaltura.faults.add(Fault("truncate", service=service, action=action))
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.admin)
    assert code == 0, shown
    assert len(prepared.kaltura.account.user_roles) == 1
    assert prepared.own_tokens == [prepared.secret()["kaltura_app_token_id"]]


def test_undo_removes_what_setup_created_and_setup_restores_it(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.admin)
    code, shown = prepared.setup("--undo", "--yes", environ=prepared.admin)
    assert code == 0, shown
    account = prepared.kaltura.account
    assert (account.user_roles, prepared.own_tokens, prepared.aws.identities) == ((), [], {})
    assert not prepared.has_secret()
    assert {path.name for path in prepared.folder.iterdir()} == {"template.yaml", "samconfig.toml.removed"}
    assert "All of this is removed." in shown
    assert "Nothing to remove" in prepared.setup("--undo", "--yes", environ=prepared.admin)[1]
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.admin)
    assert (code, "restore  secret" in shown) == (0, True)
    assert prepared.own_tokens == [prepared.secret()["kaltura_app_token_id"]]


def test_undo_leaves_what_setup_did_not_create(prepared: Prepared) -> None:
    prepared.aws.verify(SENDER)
    prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    tokens = prepared.kaltura.account.app_tokens
    code, _ = prepared.setup("--undo", "--yes", environ=prepared.admin)
    assert code == 0
    assert (prepared.kaltura.account.app_tokens, set(prepared.aws.identities)) == (tokens, {SENDER})


def test_undo_finds_an_address_that_is_no_answer_any_more(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    prepared.setup("--sender", "events@example.com", "--yes")
    prepared.setup("--secret", "debrief/other", "--sender", "other@example.com", "--yes", environ=prepared.token)
    code, shown = prepared.setup("--undo", "--secret", SECRET, "--yes")
    assert (code, f"{SENDER} in SES" in shown) == (0, True)
    assert set(prepared.aws.identities) == {"other@example.com"}  # of another installation


def test_undo_says_when_ses_does_not_list_the_addresses(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    prepared.aws.denied.add("list-identities")
    _, shown = prepared.setup("--undo", "--yes")
    assert "Not known whether setup let SES verify more addresses" in shown
    assert prepared.aws.identities == {}


def test_an_answer_that_names_another_stack_warns_of_the_running_one(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    boto3.client("cloudformation").create_stack(StackName="debrief", TemplateBody=template)
    code, shown = prepared.setup("--stack", "debrief2", "--yes")
    assert code == 0
    assert "the stack debrief in eu-west-1 also sends: with a second stack, each email arrives twice" in shown
    assert "\n  .venv-sam/bin/sam delete --stack-name debrief --region eu-west-1\n" in shown
    assert "--undo" not in shown  # the new stack uses the same secret
    assert "stack: debrief -> debrief2" in shown


def test_an_answer_that_names_another_region_lists_what_stays_in_the_first(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--region", "us-east-1", "--yes", environ=prepared.token)
    boto3.client("cloudformation", region_name="us-east-1").create_stack(
        StackName="debrief", TemplateBody='{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    )
    code, shown = prepared.setup("--region", "eu-west-1", "--yes", environ=prepared.token)
    assert code == 0
    assert "the stack debrief in us-east-1 also sends" in shown
    assert f"in us-east-1 stay: the secret {SECRET}, {SENDER} in SES, {ADMIN} in SES" in shown
    assert "\n  .venv-sam/bin/sam delete --stack-name debrief --region us-east-1\n" in shown
    assert "\n  .venv/bin/debrief setup --undo --region us-east-1 --stack debrief\n" in shown
    boto3.client("cloudformation", region_name="us-east-1").delete_stack(StackName="debrief")
    assert prepared.setup("--undo", "--region", "us-east-1", "--stack", "debrief", "--yes")[0] == 0
    assert prepared.config()["region"] == "eu-west-1"  # the file of the other region stays
    assert prepared.has_secret()


def test_an_earlier_stack_that_cannot_be_seen_is_not_taken_for_gone(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.token)

    def refused(*_: object) -> str:
        raise BadSettings("AWS refuses cloudformation:DescribeStacks on the stack debrief: AccessDenied.")

    monkeypatch.setattr(AwsAccount, "stack_status", refused)
    code, shown = prepared.setup("--stack", "debrief2", "--yes")
    assert (code, "not known whether the stack debrief in eu-west-1 still exists" in shown) == (0, True)
    assert "sam delete --stack-name debrief " in shown


def test_undo_without_an_administrator_says_what_stays_in_kaltura(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.admin)
    _, shown = prepared.setup("--undo", "--yes")
    assert prepared.own_tokens[0] in shown
    assert len(prepared.own_tokens) == 1


def test_the_role_stays_while_another_installation_uses_it(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--secret", "debrief/other", "--yes", environ=prepared.admin)
    prepared.setup(*FLAGS, "--secret", SECRET, "--yes", environ=prepared.admin)
    assert len(prepared.own_tokens) == 2
    prepared.setup("--undo", "--yes", environ=prepared.admin)
    assert (len(prepared.own_tokens), len(prepared.kaltura.account.user_roles)) == (1, 1)


def test_undo_is_refused_while_the_stack_needs_the_secret(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    boto3.client("cloudformation").create_stack(StackName="debrief", TemplateBody=template)
    code, shown = prepared.setup("--undo", "--yes")
    assert (code, "Remove the stack first" in shown) == (2, True)
    assert prepared.has_secret()


def test_the_new_token_cannot_read_the_accounts_other_app_tokens(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.admin)
    own = prepared.secret()
    settings = Settings(
        service_url=prepared.kaltura.url,
        partner_id="12345",
        credential=Token(own["kaltura_app_token_id"], own["kaltura_app_token"]),
    )
    with pytest.raises(Forbidden):
        Kaltura(settings).call("appToken", "list", {})


def test_a_role_with_more_permissions_is_reported(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--yes", environ=prepared.admin)
    (role,) = prepared.kaltura.account.user_roles
    wider = replace(role, permissions=(*role.permissions, "ADMIN_USER_DELETE"))
    prepared.kaltura.account = replace(prepared.kaltura.account, user_roles=(wider,))
    assert "ADMIN_USER_DELETE" in prepared.setup("--yes", environ=prepared.admin)[1]


def test_a_token_that_may_not_read_reports_is_refused(prepared: Prepared) -> None:
    weak = AppToken("1_weak", "weak-token-1", privileges="setrole:CONTENT_ONLY")
    prepared.kaltura.account = replace(prepared.kaltura.account, app_tokens=(weak,))
    code, shown = prepared.setup(*FLAGS, "--yes", environ=prepared.token)
    assert (code, "FAIL" in shown) == (2, True)
    assert not prepared.has_secret()
    assert not (prepared.folder / "samconfig.toml").exists()
