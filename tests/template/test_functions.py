"""Functions, queues and settings fit each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import boto3
import pytest

from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.documents.templates import fonts_dir, templates_dir
from debrief.kaltura.api.retries import BUDGET_SECONDS
from debrief.pipeline.mailing.stale_claims import CLAIM_LASTS
from debrief.settings import Settings
from debrief.wiring import channel_of
from handlers import common, queues
from support.asked import settings_variables
from support.aws import moto_aws
from support.cloudformation import ROOT, Stack, of_type
from support.events import forget

Resources = dict[str, dict[str, Any]]

VALUES = {
    "Archive": "debrief-archive-1a2b3c",
    "Ledger": "debrief-Ledger-1A2B3C",
    "Exports": "https://sqs.eu-west-1.amazonaws.com/123456789012/debrief-Exports",
    "Deliveries": "https://sqs.eu-west-1.amazonaws.com/123456789012/debrief-Deliveries",
    "Hints": "https://sqs.eu-west-1.amazonaws.com/123456789012/debrief-Hints",
    "OwnSecret": "debrief/own",
    "PeopleSecret": "debrief/people",
    "ConfigurationSet": "debrief-ConfigurationSet-1A2B3C",
    "PortalFunctionUrl.FunctionUrl": "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws/",
    "AWS::StackName": "debrief",
    "AWS::NoValue": "",
    "MailFrom": "reports@example.org",
}
OF_THE_SECRETS = {
    "KALTURA_APP_TOKEN_ID",
    "KALTURA_APP_TOKEN",
    "KALTURA_ADMIN_SECRET",
    "KALTURA_USER_ID",
    "KALTURA_KS",
    "KALTURA_REGISTRATIONS_TOKEN_ID",
    "KALTURA_REGISTRATIONS_TOKEN",
} | {
    "DEBRIEF_LINK_KEY",
    "DEBRIEF_PEOPLE_KEY",
    "DEBRIEF_WEBHOOK_SECRET",
}
NOT_OF_LAMBDA = {"DEBRIEF_OUTBOX", "DEBRIEF_SMTP_URL"}  # the stack mails through SES


def variables(template: dict[str, Any], function: dict[str, Any], **parameters: str) -> dict[str, str]:
    """The environment as Lambda sets it; every other parameter has its default."""
    stack = Stack.of(template, VALUES | parameters)
    return {name: stack.text(value) for name, value in function["Environment"]["Variables"].items()}


def test_every_handler_is_a_function_that_can_be_imported(functions: Resources) -> None:
    for function in functions.values():
        module, _, name = function["Handler"].rpartition(".")
        assert callable(getattr(import_module(module), name))


def test_all_functions_are_one_package_for_one_runtime(functions: Resources) -> None:
    kinds = {(item["CodeUri"], item["Runtime"], *item["Architectures"]) for item in functions.values()}
    assert kinds == {("functions/", "python3.13", "arm64")}


def test_every_function_and_layer_that_is_built_has_its_target(template: dict[str, Any]) -> None:
    folder = template["Globals"]["Function"]["CodeUri"]
    for name, resource in template["Resources"].items():
        if resource.get("Metadata", {}).get("BuildMethod") == "makefile":
            makefile = ROOT / resource["Properties"].get("ContentUri", folder) / "Makefile"
            assert name in makefile.read_text()


def sqs_events(functions: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, function in functions.items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                yield name, event["Properties"]


def test_a_message_stays_hidden_for_six_times_as_long_as_its_function_may_run(
    template: dict[str, Any], functions: Resources
) -> None:
    """AWS's own rule, so that a throttled function never meets its message twice."""
    consumed = [(name, event["Queue"]["Fn::GetAtt"].removesuffix(".Arn")) for name, event in sqs_events(functions)]
    assert sorted(consumed) == [
        ("DeliverFunction", "Deliveries"),
        ("ExportFunction", "Exports"),
        ("ReconcileFunction", "Hints"),
    ]
    for name, queue in consumed:
        hidden = template["Resources"][queue]["Properties"]["VisibilityTimeout"]
        assert hidden >= 6 * functions[name]["Timeout"]


def test_consumers_report_each_failed_message_and_are_held_back(functions: Resources) -> None:
    for name, event in sqs_events(functions):
        assert event["ScalingConfig"]["MaximumConcurrency"]
        if name != "ReconcileFunction":  # it answers all hints at once or none
            assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_burst_of_notifications_is_one_reconciliation(template: dict[str, Any], functions: Resources) -> None:
    (hints,) = (event for name, event in sqs_events(functions) if name == "ReconcileFunction")
    assert (hints["BatchSize"], hints["MaximumBatchingWindowInSeconds"]) == (1000, 60)
    assert hints["ScalingConfig"]["MaximumConcurrency"] == 2
    assert "FunctionResponseTypes" not in hints


def test_a_hint_is_tried_once_and_forgotten(template: dict[str, Any]) -> None:
    hints = of_type(template, "AWS::SQS::Queue")["Hints"]
    assert hints["MessageRetentionPeriod"] == 3600
    assert hints["VisibilityTimeout"] > hints["MessageRetentionPeriod"]
    assert "RedrivePolicy" not in hints


def test_without_webhooks_there_is_no_address_for_them(template: dict[str, Any]) -> None:
    assert template["Resources"]["ReceiveFunction"]["Condition"] == "HasWebhook"
    assert template["Outputs"]["WebhookUrl"]["Condition"] == "HasWebhook"
    assert not Stack.of(template, VALUES).holds("HasWebhook")
    assert Stack.of(template, VALUES | {"WebhookState": "ENABLED"}).holds("HasWebhook")


def test_only_the_portal_and_the_webhook_are_open_to_the_world_and_both_can_be_held_back(
    template: dict[str, Any], functions: Resources
) -> None:
    """No Cors: no other page may send a browser's request there."""
    found = {name: item["FunctionUrlConfig"] for name, item in functions.items() if "FunctionUrlConfig" in item}
    assert found == {"PortalFunction": {"AuthType": "NONE"}, "ReceiveFunction": {"AuthType": "NONE"}}
    stack = Stack.of(template, VALUES | {"ReservedPortalConcurrency": "5", "ReservedWebhookConcurrency": "2"})
    held = {name: stack.text(functions[name]["ReservedConcurrentExecutions"]) for name in found}
    assert held == {"PortalFunction": "5", "ReceiveFunction": "2"}


def test_a_new_account_which_cannot_reserve_concurrency_can_deploy_with_the_defaults(
    template: dict[str, Any], functions: Resources
) -> None:
    stack = Stack.of(template, VALUES)
    for name in ("PortalFunction", "ReceiveFunction"):
        assert stack.text(functions[name]["ReservedConcurrentExecutions"]) == VALUES["AWS::NoValue"]


def test_a_notification_goes_to_the_path_that_the_function_knows(template: dict[str, Any]) -> None:
    url = template["Outputs"]["WebhookUrl"]["Value"]
    stack = Stack.of(template, {"ReceiveFunctionUrl.FunctionUrl": "https://r.lambda-url.eu-west-1.on.aws/"})
    assert stack.text(url) == "https://r.lambda-url.eu-west-1.on.aws/webhook"


@pytest.mark.parametrize(
    ("given", "leads_to"),
    [("", VALUES["PortalFunctionUrl.FunctionUrl"]), ("https://reports.example.org", "https://reports.example.org")],
)
def test_links_in_emails_lead_to_the_portal_or_to_the_operators_domain(
    template: dict[str, Any], functions: Resources, given: str, leads_to: str
) -> None:
    found = variables(template, functions["DeliverFunction"], PortalUrl=given)
    assert found["DEBRIEF_PORTAL_URL"] == leads_to
    assert Settings.from_environment(found).portal_url == leads_to.rstrip("/")
    assert Stack.of(template, VALUES | {"PortalUrl": given}).text(template["Outputs"]["PortalUrl"]["Value"]) == leads_to


def test_emails_are_sent_with_the_configuration_set_of_the_stack_or_the_one_that_is_named(
    template: dict[str, Any], functions: Resources
) -> None:
    name = "DEBRIEF_SES_CONFIGURATION_SET"
    assert variables(template, functions["DeliverFunction"])[name] == VALUES["ConfigurationSet"]
    assert variables(template, functions["DeliverFunction"], SesConfigurationSet="ours")[name] == "ours"
    for made in ("ConfigurationSet", "SesEvents"):
        assert template["Resources"][made]["Condition"] == "MakesConfigurationSet"


def test_events_of_an_email_reach_the_feedback_function(template: dict[str, Any], functions: Resources) -> None:
    events = of_type(template, "AWS::SES::ConfigurationSetEventDestination")["SesEvents"]["EventDestination"]
    assert set(events["MatchingEventTypes"]) == {"bounce", "complaint", "reject", "delivery", "deliveryDelay"}
    assert events["Enabled"] is True
    (event,) = functions["FeedbackFunction"]["Events"].values()
    topic = {"Ref": "FeedbackTopic"}
    assert (event["Type"], event["Properties"]["Topic"], events["SnsDestination"]["TopicARN"]) == ("SNS", topic, topic)


def test_an_event_of_ses_that_cannot_be_worked_off_is_kept_for_two_weeks(
    template: dict[str, Any], functions: Resources
) -> None:
    """Whether the topic cannot reach the function, or the function fails each time."""
    kept = {"Fn::GetAtt": "FailedFeedback.Arn"}
    (event,) = functions["FeedbackFunction"]["Events"].values()
    assert event["Properties"]["RedrivePolicy"] == {"deadLetterTargetArn": kept}
    assert functions["FeedbackFunction"]["DeadLetterQueue"] == {"Type": "SQS", "TargetArn": kept}
    assert of_type(template, "AWS::SQS::Queue")["FailedFeedback"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_functions_have_the_time_that_the_code_counts_on(functions: Resources) -> None:
    """One call of Kaltura with all its retries fits, and an email's claim lasts longer than the run that made it."""
    assert functions["ReconcileFunction"]["Timeout"] > BUDGET_SECONDS
    assert functions["ExportFunction"]["Timeout"] > BUDGET_SECONDS
    assert functions["DeliverFunction"]["Timeout"] <= CLAIM_LASTS.total_seconds()


def test_the_schedule_waits_tries_again_and_leaves_room_for_a_second_stack(functions: Resources) -> None:
    scheduled_run = functions["ReconcileFunction"]["Events"]["Tick"]
    assert scheduled_run["Type"] == "ScheduleV2"
    assert scheduled_run["Properties"]["FlexibleTimeWindow"]["Mode"] == "FLEXIBLE"
    assert scheduled_run["Properties"]["RetryPolicy"]["MaximumRetryAttempts"] > 0
    assert scheduled_run["Properties"]["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": "FailedTicks.Arn"}
    assert scheduled_run["Properties"]["OmitName"] is True


def test_every_setting_can_be_set_by_a_parameter_or_is_set_by_the_template(functions: Resources) -> None:
    given = {name for function in functions.values() for name in function["Environment"]["Variables"]}
    assert settings_variables() - OF_THE_SECRETS - NOT_OF_LAMBDA <= given
    assert given.isdisjoint(OF_THE_SECRETS | NOT_OF_LAMBDA)


def test_every_parameter_is_used(template: dict[str, Any]) -> None:
    used = str({name: part for name, part in template.items() if name != "Parameters"})
    for name in template["Parameters"]:
        assert f"{{'Ref': '{name}'}}" in used or f"${{{name}}}" in used, name


def test_settings_have_the_same_defaults_in_lambda_and_on_a_laptop(
    template: dict[str, Any], functions: Resources
) -> None:
    """Except where the functions work together, and for the throttle of calls: many of them may run at once."""
    every = {name: value for one in functions.values() for name, value in variables(template, one).items()}
    here, there = Settings(), Settings.from_environment(every)
    differ = {name for name in vars(here) if getattr(here, name) != getattr(there, name)}
    assert differ == {
        "archive",
        "ledger",
        "mail_channel",
        "mail_from",
        "ses_configuration_set",
        "calls_per_second",
        "portal_url",
    }
    assert there.calls_per_second == 5


def test_the_rules_are_read_from_the_archives_bucket(template: dict[str, Any], functions: Resources) -> None:
    """Functions that decide who gets what read the rules: for a failure, at the export, before an email, for a link."""
    assert {name for name, item in functions.items() if "DEBRIEF_RULES" in item["Environment"]["Variables"]} == {
        "ReconcileFunction",
        "ExportFunction",
        "DeliverFunction",
        "PortalFunction",
    }
    assert variables(template, functions["ExportFunction"])["DEBRIEF_RULES"] == ""
    found = variables(template, functions["ExportFunction"], RulesKey="settings/rules.yaml")
    assert found["DEBRIEF_RULES"] == f"s3://{VALUES['Archive']}/settings/rules.yaml"


def test_the_longest_parameters_fit_into_a_functions_environment(
    template: dict[str, Any], functions: Resources
) -> None:
    """Lambda takes 4 KB of names and values."""
    texts = {name: item for name, item in template["Parameters"].items() if item["Type"] == "String"}
    longest = {name: "x" * item.get("MaxLength", 60) for name, item in texts.items() if "AllowedValues" not in item}
    for function in functions.values():
        found = variables(template, function, **longest)
        assert sum(len(name) + len(value) for name, value in found.items()) <= 4096


def test_every_variable_that_a_function_is_given_is_one_that_somebody_reads(functions: Resources) -> None:
    known = settings_variables() | {
        common.SECRET_NAME,
        common.OWN_SECRET_NAME,
        common.PEOPLE_SECRET_NAME,
        "DEBRIEF_HINT_QUEUE_URL",
        queues.EXPORT_QUEUE_URL,
        queues.DELIVERY_QUEUE_URL,
        "DEBRIEF_TEMPLATES_DIR",  # see the test of the layer
        "POWERTOOLS_SERVICE_NAME",
    }
    for function in functions.values():
        assert set(function["Environment"]["Variables"]) <= known


def test_no_function_logs_its_events(functions: Resources) -> None:
    for function in functions.values():
        assert "POWERTOOLS_LOGGER_LOG_EVENT" not in function["Environment"]["Variables"]


ASKS_KALTURA = {"ReconcileFunction", "ExportFunction"}
KNOWS_THE_LINK_KEY = {"DeliverFunction"}
KNOWS_THE_PEOPLE_KEY = {"DeliverFunction", "ExportFunction"}


@pytest.mark.parametrize("name", sorted(ASKS_KALTURA | KNOWS_THE_PEOPLE_KEY | {"FeedbackFunction", "PortalFunction"}))
def test_with_the_defaults_and_the_secrets_every_function_opens_its_services(
    template: dict[str, Any], functions: Resources, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget()
    with moto_aws():
        for variable, value in variables(template, functions[name]).items():
            monkeypatch.setenv(variable, value)
        secret = {"kaltura_partner_id": "77", "kaltura_app_token_id": "0_t", "kaltura_app_token": "t"}
        own = {"link_key": "k" * 48, "webhook_secret": ""}
        boto3.client("secretsmanager").create_secret(Name="debrief/kaltura", SecretString=json.dumps(secret))
        boto3.client("secretsmanager").create_secret(Name="debrief/own", SecretString=json.dumps(own))
        people = json.dumps({"people_key": "p" * 48})
        boto3.client("secretsmanager").create_secret(Name="debrief/people", SecretString=people)
        opened = common.open_services(asks_kaltura=name in ASKS_KALTURA)
        assert isinstance(opened.ledger, DynamoLedger)
        assert channel_of(opened.settings) == "ses"
        assert opened.mailer.was_sent("a mail") is None
        assert opened.archive.location("raw/x") == f"s3://{VALUES['Archive']}/raw/x"
        assert (opened.settings.credential is not None) is (name in ASKS_KALTURA)
        assert opened.settings.link_key == ("k" * 48 if name in KNOWS_THE_LINK_KEY else "")
        assert bool(opened.people_key()) is (name in KNOWS_THE_PEOPLE_KEY)
    forget()


@pytest.mark.parametrize(
    ("secret", "read"), [("OwnSecret", {"link_key", "webhook_secret"}), ("PeopleSecret", {"people_key"})]
)
def test_the_stacks_secrets_have_the_keys_that_the_code_reads_and_outlive_the_stack(
    template: dict[str, Any], secret: str, read: set[str]
) -> None:
    resource = template["Resources"][secret]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    made = resource["Properties"]["GenerateSecretString"]
    assert {*json.loads(made["SecretStringTemplate"]), made["GenerateStringKey"]} == read
    assert (made["PasswordLength"], made["ExcludePunctuation"]) == (48, True)


def test_the_layer_with_the_templates_is_unpacked_where_the_code_looks(
    template: dict[str, Any], functions: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda unpacks a layer in /opt; its Makefile copies the folder's content."""
    layer = template["Resources"]["TemplatesLayer"]
    where = functions["ExportFunction"]["Environment"]["Variables"]["DEBRIEF_TEMPLATES_DIR"]
    monkeypatch.setenv("DEBRIEF_TEMPLATES_DIR", where)
    assert templates_dir() == Path("/opt")
    content = ROOT / layer["Properties"]["ContentUri"] / "templates"
    assert (content / fonts_dir().relative_to("/opt")).is_dir()
    assert (content / "report").is_dir()
    assert (content / "email").is_dir()


def test_only_the_export_carries_the_pdf_layer(functions: Resources) -> None:
    layers = {name: [layer["Ref"] for layer in item.get("Layers", [])] for name, item in functions.items()}
    assert layers == {
        "ReconcileFunction": [],
        "ReceiveFunction": [],
        "ExportFunction": ["PdfLayer", "TemplatesLayer"],
        "DeliverFunction": ["TemplatesLayer"],
        "FeedbackFunction": [],
        "PortalFunction": ["TemplatesLayer"],
    }


def test_every_parameter_says_what_it_is_for(template: dict[str, Any]) -> None:
    for parameter in template["Parameters"].values():
        assert parameter["Description"].endswith(".")


def test_every_queue_that_is_consumed_keeps_what_failed_for_two_weeks(template: dict[str, Any]) -> None:
    found = of_type(template, "AWS::SQS::Queue")
    for name in ("Exports", "Deliveries"):
        redrive = found[name]["RedrivePolicy"]
        assert redrive["maxReceiveCount"] >= 5  # AWS's advice for functions that are held back
        kept = found[redrive["deadLetterTargetArn"]["Fn::GetAtt"].removesuffix(".Arn")]
        assert kept["MessageRetentionPeriod"] == 14 * 24 * 3600
