"""Functions, queues and settings fit each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import boto3
import pytest

from debrief.delivery.dynamodb import DynamoLedger
from debrief.delivery.s3 import S3Archive
from debrief.delivery.ses import SesMailer
from debrief.documents.environment import fonts_dir, templates_dir
from debrief.kaltura.client import BUDGET_SECONDS
from debrief.pipeline.deliver import CLAIM_LASTS
from debrief.settings import Settings
from handlers import common, queues
from support.aws import moto_aws
from support.cloudformation import ROOT, of_type
from support.events import forget

Resources = dict[str, dict[str, Any]]

REFERENCES = {
    "Archive": "debrief-archive-1a2b3c",
    "Ledger": "debrief-Ledger-1A2B3C",
    "Exports": "https://sqs.eu-west-1.amazonaws.com/123456789012/debrief-Exports",
    "Deliveries": "https://sqs.eu-west-1.amazonaws.com/123456789012/debrief-Deliveries",
    "AWS::StackName": "debrief",
    "MailFrom": "reports@example.org",
}


def test_every_handler_is_a_function_that_can_be_imported(functions: Resources) -> None:
    for function in functions.values():
        module, _, name = function["Handler"].rpartition(".")
        assert callable(getattr(import_module(module), name))


def test_all_functions_are_one_package_for_one_runtime(functions: Resources) -> None:
    kinds = {(item["CodeUri"], item["Runtime"], *item["Architectures"]) for item in functions.values()}
    assert kinds == {("functions/", "python3.13", "arm64")}


def test_every_function_and_layer_that_is_built_has_its_target(template: dict[str, Any]) -> None:
    makefiles = {
        "AWS::Serverless::Function": ROOT / "functions" / "Makefile",
        "AWS::Serverless::LayerVersion": ROOT / "infra" / "layers" / "pdf" / "Makefile",
    }
    for name, resource in template["Resources"].items():
        if resource.get("Metadata", {}).get("BuildMethod") == "makefile":
            assert name in makefiles[resource["Type"]].read_text()


def sqs_events(functions: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, function in functions.items():
        for event in function["Events"].values():
            if event["Type"] == "SQS":
                yield name, event["Properties"]


def test_a_message_stays_hidden_for_six_times_as_long_as_its_function_may_run(
    template: dict[str, Any], functions: Resources
) -> None:
    """AWS's own rule, so that a throttled function never meets its message twice."""
    consumed = [(name, event["Queue"]["Fn::GetAtt"].removesuffix(".Arn")) for name, event in sqs_events(functions)]
    assert sorted(consumed) == [("DeliverFunction", "Deliveries"), ("ExportFunction", "Exports")]
    for name, queue in consumed:
        hidden = template["Resources"][queue]["Properties"]["VisibilityTimeout"]
        assert hidden >= 6 * functions[name]["Timeout"]


def test_consumers_report_each_failed_message_and_are_held_back(functions: Resources) -> None:
    for _, event in sqs_events(functions):
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert event["ScalingConfig"]["MaximumConcurrency"]


def test_functions_have_the_time_that_the_code_counts_on(functions: Resources) -> None:
    """One call of Kaltura with all its retries fits, and a mail's claim outlives the run that made it."""
    assert functions["ReconcileFunction"]["Timeout"] > BUDGET_SECONDS
    assert functions["ExportFunction"]["Timeout"] > BUDGET_SECONDS
    assert functions["DeliverFunction"]["Timeout"] <= CLAIM_LASTS.total_seconds()


def test_the_schedule_waits_tries_again_and_leaves_room_for_a_second_stack(functions: Resources) -> None:
    tick = functions["ReconcileFunction"]["Events"]["Tick"]
    assert tick["Type"] == "ScheduleV2"
    assert tick["Properties"]["FlexibleTimeWindow"]["Mode"] == "FLEXIBLE"
    assert tick["Properties"]["RetryPolicy"]["MaximumRetryAttempts"] > 0
    assert tick["Properties"]["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": "FailedTicks.Arn"}
    assert tick["Properties"]["OmitName"] is True


def environment(template: dict[str, Any], function: Mapping[str, Any]) -> dict[str, str]:
    """The environment as Lambda sets it when every parameter has its default."""
    defaults = {name: item["Default"] for name, item in template["Parameters"].items() if "Default" in item}
    values = defaults | REFERENCES
    filled = {}
    for name, value in function["Environment"]["Variables"].items():
        match value:
            case {"Ref": reference}:
                filled[name] = str(values[reference])
            case {"Fn::Sub": text}:
                filled[name] = text.replace("${Archive}", values["Archive"]).replace("${Ledger}", values["Ledger"])
            case _:
                filled[name] = str(value)
    return filled


class Asked(dict[str, str]):
    """An environment that remembers which names it was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


def test_every_variable_that_a_function_is_given_is_one_that_somebody_reads(functions: Resources) -> None:
    asked = Asked()
    Settings.from_environment(asked)
    known = asked.names | {
        common.SECRET_NAME,
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


@pytest.mark.parametrize("name", ["ReconcileFunction", "ExportFunction", "DeliverFunction"])
def test_with_the_defaults_and_a_secret_every_function_opens_its_services(
    template: dict[str, Any], functions: Resources, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget()
    with moto_aws():
        for variable, value in environment(template, functions[name]).items():
            monkeypatch.setenv(variable, value)
        secret = {"kaltura_partner_id": "77", "kaltura_app_token_id": "0_t", "kaltura_app_token": "t"}
        boto3.client("secretsmanager").create_secret(Name="debrief/kaltura", SecretString=json.dumps(secret))
        opened = common.services(asks_kaltura=name != "DeliverFunction")
        assert isinstance(opened.archive, S3Archive)
        assert isinstance(opened.ledger, DynamoLedger)
        assert isinstance(opened.mailer, SesMailer)
        assert opened.archive.location("raw/x") == f"s3://{REFERENCES['Archive']}/raw/x"
    forget()


def test_the_layer_with_the_templates_is_unpacked_where_the_code_looks(
    template: dict[str, Any], functions: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda unpacks a layer in /opt; without a build method that is the folder's content."""
    layer = template["Resources"]["TemplatesLayer"]
    assert "Metadata" not in layer
    where = functions["ExportFunction"]["Environment"]["Variables"]["DEBRIEF_TEMPLATES_DIR"]
    monkeypatch.setenv("DEBRIEF_TEMPLATES_DIR", where)
    assert templates_dir() == Path("/opt")
    content = ROOT / layer["Properties"]["ContentUri"]
    assert (content / fonts_dir().relative_to("/opt")).is_dir()
    assert (content / "report").is_dir()
    assert (content / "email").is_dir()


def test_only_the_export_carries_the_pdf_layer(functions: Resources) -> None:
    layers = {name: [layer["Ref"] for layer in item.get("Layers", [])] for name, item in functions.items()}
    assert layers == {
        "ReconcileFunction": [],
        "ExportFunction": ["PdfLayer", "TemplatesLayer"],
        "DeliverFunction": ["TemplatesLayer"],
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
