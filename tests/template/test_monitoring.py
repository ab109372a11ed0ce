"""Every alarm can go off, and whoever it wakes learns what to do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from support.cloudformation import ROOT, of_type

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def alarms(monitoring: dict[str, Any]) -> Resources:
    """All alarms by logical id."""
    return of_type(monitoring, "AWS::CloudWatch::Alarm")


@pytest.fixture(scope="session")
def emitted() -> set[str]:
    """The words between quotes in the handlers: the names of metrics are among them."""
    sources = (path.read_text() for path in (ROOT / "functions" / "handlers").glob("*.py"))
    return {word for source in sources for word in re.findall(r'"([A-Z][A-Za-z]+)"', source)}


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
        "MailUnknown",
        "UnexpectedErrors",
    }
    watched = {alarm["Dimensions"][0]["Value"]["Ref"] for alarm in alarms.values() if "MetricName" in alarm}
    queues = {"FailedTicks", "FailedExports", "FailedDeliveries", "Exports", "Deliveries"}
    assert watched == {"Service"} | queues


def test_every_alarm_says_what_it_means_and_what_to_do_and_tells_somebody(alarms: Resources) -> None:
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


def test_silence_of_the_schedule_is_an_alarm_and_silence_of_all_else_is_not(alarms: Resources) -> None:
    breaching = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}
    assert breaching == {"ReconcileSilent"}
    silent = alarms["ReconcileSilent"]
    assert (silent["ComparisonOperator"], silent["Threshold"]) == ("LessThanThreshold", 1)
    assert silent["Period"] * silent["EvaluationPeriods"] == 3600


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
