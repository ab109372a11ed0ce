"""Every alarm can go off, and whoever it wakes learns what to do."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from support.cloudformation import ROOT, Stack, of_type
from support.documented import section

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def alarms(monitoring: dict[str, Any]) -> Resources:
    """All alarms by logical id."""
    return of_type(monitoring, "AWS::CloudWatch::Alarm")


def metrics_of(source: str) -> Iterator[str]:
    """The metrics that a handler counts: `count("X")`, `failure_metric="X"`, and the values of a mapping `_METRICS`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name("count"), args=[named, *_]):
                yield from texts(named)
            case (
                ast.keyword(arg="failure_metric", value=named)
                | ast.AnnAssign(target=ast.Name("_METRICS"), value=named)
                | ast.Assign(targets=[ast.Name("_METRICS")], value=named)
            ):
                yield from texts(named)


def texts(node: ast.expr | None) -> list[str]:
    """What a name may be: of a mapping its values, of a choice both sides."""
    match node:
        case ast.Constant(str(text)):
            return [text]
        case ast.Dict(values=values):
            return [text for value in values for text in texts(value)]
        case ast.IfExp(body=one, orelse=other):
            return texts(one) + texts(other)
    return []


@pytest.fixture(scope="session")
def emitted() -> set[str]:
    """All metrics that the handlers count."""
    sources = (path.read_text() for path in (ROOT / "functions" / "handlers").glob("*.py"))
    return {name for source in sources for name in metrics_of(source)}


@pytest.fixture(scope="session")
def operate() -> str:
    """docs/operate.md."""
    return (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def widgets(monitoring: dict[str, Any]) -> list[dict[str, Any]]:
    """The dashboard's widgets."""
    body = of_type(monitoring, "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def own(alarms: Resources) -> Resources:
    return {name: alarm for name, alarm in alarms.items() if alarm.get("Namespace") == "Debrief"}


def test_what_must_never_go_unnoticed_has_an_alarm(alarms: Resources) -> None:
    assert {alarm["MetricName"] for alarm in own(alarms).values()} == {
        "ReconcileSucceeded",
        "ExportGivenUp",
        "MailGivenUp",
        "MailBlocked",
        "MailUnknown",
        "UnexpectedErrors",
        "SessionsOverdue",
        "MailClaimsOld",
        "MailBounced",
        "MailComplained",
        "WebhookRefused",
    }
    watched = {alarm["Dimensions"][0]["Value"]["Ref"] for alarm in alarms.values() if "MetricName" in alarm}
    queues = {"FailedTicks", "FailedExports", "FailedDeliveries", "FailedFeedback", "Exports", "Deliveries"}
    assert watched == {"Service", "PortalFunction"} | queues


def test_anything_in_any_queue_of_what_failed_is_an_alarm(template: dict[str, Any], alarms: Resources) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    failed = {name for name in queues if name.startswith("Failed")}
    full = {
        alarm["Dimensions"][0]["Value"]["Ref"]
        for alarm in alarms.values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    }
    assert full == failed
    targets = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
        for queue in queues.values()
        if "RedrivePolicy" in queue
    }
    assert {target.removesuffix(".Arn") for target in targets} <= failed


def test_what_is_counted_again_at_each_scheduled_run_is_not_summed_up(alarms: Resources) -> None:
    """One overdue session that four scheduled runs see is one session; and the alarm ends when it is exported."""
    for name in ("SessionsOverdue", "MailClaimsOld"):
        alarm = alarms[name]
        assert (alarm["Statistic"], alarm["Period"]) == ("Maximum", 3600)
        assert alarm["OKActions"] == [{"Ref": "Alarms"}]


def test_one_bounce_is_an_alarm_and_one_stranger_at_the_webhook_is_none(alarms: Resources) -> None:
    for name in ("MailsBounced", "MailsComplained"):
        assert (alarms[name]["ComparisonOperator"], alarms[name]["Threshold"]) == ("GreaterThanThreshold", 0)
    assert alarms["WebhooksRefused"]["Threshold"] > 10


def test_the_errors_of_every_function_count_though_some_did_not_run(
    template: dict[str, Any], monitoring: dict[str, Any], alarms: Resources
) -> None:
    """A function that did not run has no value, and `a + b` with a gap is a gap: the alarm would never go off."""
    first, *rows = alarms["FunctionErrors"]["Metrics"]
    assert first["Expression"] == "SUM(FILL(METRICS(), 0))"
    metrics = [row["Fn::If"][1] if "Fn::If" in row else row for row in rows]
    dimensions = [row["MetricStat"]["Metric"]["Dimensions"][0] for row in metrics]
    assert {one["Value"]["Ref"] for one in dimensions} == set(of_type(template, "AWS::Serverless::Function"))
    assert not any(row["ReturnData"] for row in metrics)


def test_without_webhooks_the_nested_stack_does_not_look_at_their_function(
    template: dict[str, Any], monitoring: dict[str, Any]
) -> None:
    given = template["Resources"]["Monitoring"]["Properties"]["Parameters"]["ReceiveFunction"]
    assert given == {"Fn::If": ["HasWebhook", {"Ref": "ReceiveFunction"}, ""]}
    assert not Stack.of(monitoring, {"ReceiveFunction": ""}).holds("HasReceive")
    body = of_type(monitoring, "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    assert "${ReceiveFunction}" not in body


def test_the_alarm_of_waiting_emails_names_quotas_and_no_other_alarm_claims_them(alarms: Resources) -> None:
    assert "quota" in alarms["MailsBlocked"]["AlarmDescription"]
    assert "MailsBlocked" in alarms["MailsLate"]["AlarmDescription"]


def test_every_alarm_says_what_it_means_and_what_to_do_and_informs_somebody(alarms: Resources) -> None:
    for alarm in alarms.values():
        assert len(re.findall(r"[.:;] ", alarm["AlarmDescription"] + " ")) >= 2
        assert len(alarm["AlarmDescription"]) <= 1024  # CloudWatch's limit
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]


def test_every_metric_with_an_alarm_is_emitted_by_a_handler(alarms: Resources, emitted: set[str]) -> None:
    for alarm in own(alarms).values():
        assert alarm["MetricName"] in emitted
        assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "Service"}}]


def test_the_dashboard_shows_metrics_that_are_emitted(widgets: list[dict[str, Any]], emitted: set[str]) -> None:
    shown = {
        row[1] for widget in widgets for row in widget["properties"]["metrics"] if row[0] == "Debrief"
    }  # [namespace, name, dimension, value, looks]
    assert shown <= emitted
    assert {"SessionsAsked", "SessionsExported", "MailSent"} <= shown


def test_the_dashboard_has_rows_for_sessions_mails_and_portal_and_none_covers_another(
    widgets: list[dict[str, Any]],
) -> None:
    assert {"Sessions", "Emails", "Portal", "Notifications"} <= {widget["properties"]["title"] for widget in widgets}
    places = {(widget["x"], widget["y"]) for widget in widgets}
    assert len(places) == len(widgets)
    assert {(widget["width"], widget["height"]) for widget in widgets} == {(12, 6)}
    assert all(x in {0, 12} and y % 6 == 0 for x, y in places)


def test_the_operators_page_has_a_section_for_every_alarm(alarms: Resources, operate: str) -> None:
    assert re.findall(r"^### (\w+)$", section(operate, "## Alarms"), re.MULTILINE) == list(alarms)


def test_the_operators_page_explains_every_metric(emitted: set[str], operate: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", section(operate, "## Metrics"), re.MULTILINE)
    assert rows == sorted(set(rows))
    assert set(rows) == emitted


def test_silence_of_the_schedule_is_an_alarm_and_silence_of_all_else_is_not(alarms: Resources) -> None:
    breaching = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}
    assert breaching == {"ReconcileSilent"}
    silent = alarms["ReconcileSilent"]
    assert (silent["ComparisonOperator"], silent["Threshold"]) == ("LessThanThreshold", 1)
    assert (silent["Period"], silent["EvaluationPeriods"]) == (3600, {"Ref": "SilentHours"})


@pytest.mark.parametrize(
    ("state", "hours", "watches"),
    [("ENABLED", "1", True), ("ENABLED", "168", True), ("ENABLED", "0", False), ("DISABLED", "1", False)],
)
def test_a_schedule_that_is_disabled_is_not_expected_to_run(
    template: dict[str, Any], monitoring: dict[str, Any], state: str, hours: str, *, watches: bool
) -> None:
    given = template["Resources"]["Monitoring"]["Properties"]["Parameters"]
    asked = {
        name: Stack.of(template, {"ScheduleState": state, "SilentHours": hours}).text(given[name]) for name in GIVEN
    }
    assert Stack.of(monitoring, asked).holds(monitoring["Resources"]["ReconcileSilent"]["Condition"]) is watches


GIVEN = ("ScheduleState", "SilentHours")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


@pytest.mark.parametrize("schedule", ["rate(60 minutes)", "rate(1 hour)", "rate(12 hours)", "rate(1 day)"])
def test_a_slow_rate_with_an_alarm_after_one_hour_is_refused(template: dict[str, Any], schedule: str) -> None:
    (rule,) = template["Rules"].values()
    (assertion,) = rule["Assertions"]
    refused, tested = assertion["Assert"]["Fn::Not"][0]["Fn::Contains"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "SilentHours"}, "1"]}
    assert tested == {"Ref": "ScheduleExpression"}
    assert schedule in refused
    pattern = template["Parameters"]["ScheduleExpression"]["AllowedPattern"]
    assert all(re.fullmatch(pattern, rate) and seconds(rate) >= 3600 for rate in refused)


def test_the_default_schedule_runs_twice_before_the_default_alarm(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    hours = parameters["SilentHours"]["Default"]
    assert 2 * seconds(parameters["ScheduleExpression"]["Default"]) <= hours * 3600
    assert parameters["SilentHours"]["MaxValue"] * 3600 <= 604_800  # CloudWatch's limit for an alarm


def seconds(rate: str) -> int:
    """The pause of rate(15 minutes)."""
    number, unit = re.match(r"rate\((\d+) (minute|hour|day)s?\)", rate).groups()  # type: ignore[union-attr]
    return int(number) * SECONDS[unit]


def test_the_nested_stack_is_given_exactly_what_it_asks_for(
    template: dict[str, Any], monitoring: dict[str, Any]
) -> None:
    nested = template["Resources"]["Monitoring"]["Properties"]
    assert (ROOT / nested["Location"]).is_file()
    assert set(nested["Parameters"]) == set(monitoring["Parameters"])


def test_the_metrics_dimension_is_the_name_that_the_functions_run_under(template: dict[str, Any]) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    service = template["Resources"]["Monitoring"]["Properties"]["Parameters"]["Service"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == service
