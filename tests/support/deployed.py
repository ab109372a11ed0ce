"""template.yaml deployed to moto's CloudFormation, and what the stack is then made of.

Nothing is repeated here: handlers, environments, addresses of queues, batch sizes and policies are read from the stack,
or from properties that the stack itself resolved. What moto cannot make is in support/by_hand.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from support.aws import REGION, admin
from support.cloudformation import ROOT
from support.moto_stack import Made, create, of_types
from support.sam import transformed

STACK = "debrief"


@dataclass(frozen=True)
class Function:
    """A function as Lambda would run it."""

    logical_id: str
    name: str
    arn: str
    handler: str  # such as handlers.export.handler
    environment: Mapping[str, str]
    timeout_seconds: int
    memory_mb: int
    role: str  # its name
    role_arn: str
    managed_policies: tuple[str, ...]  # ARNs, AWS's own among them
    layers: tuple[Path, ...]  # the folders that they are made of
    url: str  # blank without one
    event_retries: int  # how often Lambda tries an event again that nobody waits for
    dead_letters: str  # the ARN of the queue that keeps such events after the last try; blank: they are dropped


@dataclass(frozen=True)
class Source:
    """A queue whose messages a function gets."""

    queue_url: str
    queue_arn: str
    function: str  # its logical id
    batch_size: int
    reports_failures: bool
    enabled: bool


@dataclass(frozen=True)
class Deployed:
    """The stack."""

    name: str
    functions: Mapping[str, Function]
    sources: tuple[Source, ...]
    roles: Mapping[str, str]  # names by logical id; not only those of functions
    subscribers: Mapping[str, str]  # by topic, the logical id of the function that gets its messages
    outputs: Mapping[str, str]
    physical_ids: Mapping[str, str]
    properties: Mapping[str, dict[str, Any]]  # as the stack resolved them, by logical id
    tick: Mapping[str, Any]  # the event of the schedule
    ticks: str  # the logical id of the function that it goes to
    tick_role: str  # the name of the role that sends it

    @property
    def bucket(self) -> str:
        return self.physical_ids["Archive"]

    @property
    def table(self) -> str:
        return self.physical_ids["Ledger"]

    def queue_url(self, logical_id: str) -> str:
        return self.physical_ids[logical_id]


def deploy(parameters: Mapping[str, str]) -> Deployed:
    """Make the stack, in moto in this process or behind AWS_ENDPOINT_URL, with defaults for what is not given."""
    template = transformed(parameters)
    made = create(STACK, template, parameters)
    functions = {
        name: _function(name, template, made)
        for name, _ in of_types(template, {"AWS::Lambda::Function"})
        if name in made.ids
    }
    roles = {name: made.ids[name] for name, _ in of_types(template, {"AWS::IAM::Role"}) if name in made.ids}
    by_arn = {function.arn: name for name, function in functions.items()}
    (tick,) = (name for name, _ in of_types(template, {"AWS::Scheduler::Schedule"}))
    target = made.properties[tick]["Target"]
    return Deployed(
        name=STACK,
        functions=functions,
        sources=tuple(_sources(template, made, functions)),
        roles=roles,
        subscribers=_subscribers(by_arn),
        outputs=made.outputs,
        physical_ids=made.ids,
        properties=made.properties,
        tick=_tick(tick, made),
        ticks=by_arn[target["Arn"]],
        tick_role=target["RoleArn"].rpartition("/")[2],
    )


def _function(name: str, template: Mapping[str, Any], made: Made) -> Function:
    found = admin("lambda").get_function_configuration(FunctionName=made.ids[name])
    role = next(role for role in made.ids if found["Role"].endswith(f"/{made.ids[role]}"))
    return Function(
        logical_id=name,
        name=found["FunctionName"],
        arn=found["FunctionArn"],
        handler=found["Handler"],
        environment={variable: str(value) for variable, value in found["Environment"]["Variables"].items()},
        timeout_seconds=int(found["Timeout"]),
        memory_mb=int(found["MemorySize"]),
        role=made.ids[role],
        role_arn=found["Role"],
        managed_policies=tuple(made.properties[role].get("ManagedPolicyArns", [])),
        layers=tuple(_layers(template, name)),
        url=made.ids.get(f"{name}Url", ""),
        event_retries=_event_retries(template, made, found["FunctionName"]),
        dead_letters=made.properties[name].get("DeadLetterConfig", {}).get("TargetArn", ""),
    )


def _event_retries(template: Mapping[str, Any], made: Made, function: str) -> int:
    """As the template says, or Lambda's default."""
    configs = [made.properties[name] for name, _ in of_types(template, {"AWS::Lambda::EventInvokeConfig"})]
    found = [one for one in configs if one["FunctionName"] == function]
    return int(found[0]["MaximumRetryAttempts"]) if found else 2


def _layers(template: Mapping[str, Any], function: str) -> Iterator[Path]:
    """The folders that a function's layers are made of. From the template: moto forgets a function's layers."""
    for layer in template["Resources"][function]["Properties"].get("Layers", []):
        folder = ROOT / template["Resources"][layer["Ref"]]["Properties"]["Content"]["S3Key"]
        copied = folder / "templates"  # what the build of that layer copies
        yield copied if copied.exists() else folder


def _sources(template: Mapping[str, Any], made: Made, functions: Mapping[str, Function]) -> Iterator[Source]:
    by_name = {function.name: name for name, function in functions.items()}
    for name, _ in of_types(template, {"AWS::Lambda::EventSourceMapping"}):
        properties = made.properties[name]
        queue = properties["EventSourceArn"]
        yield Source(
            queue_url=next(url for url in made.ids.values() if url.endswith(f"/{queue.rpartition(':')[2]}")),
            queue_arn=queue,
            function=by_name[properties["FunctionName"]],
            batch_size=properties.get("BatchSize", 10),  # Lambda's default
            reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            enabled=properties.get("Enabled", True),
        )


def _subscribers(by_arn: Mapping[str, str]) -> dict[str, str]:
    found = admin("sns").list_subscriptions()["Subscriptions"]
    return {item["TopicArn"]: by_arn[item["Endpoint"]] for item in found if item["Protocol"] == "lambda"}


def _tick(name: str, made: Made) -> dict[str, Any]:
    """The schedule's input, or what the scheduler sends without one."""
    target = made.properties[name]["Target"]
    if "Input" in target:
        return json.loads(target["Input"])  # type: ignore[no-any-return]
    return {
        "version": "0",
        "id": "d2719c4e-6b0f-4f0a-9a55-0d3f1f7f2b10",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": DEFAULT_ACCOUNT_ID,
        "time": "2026-11-02T10:15:00Z",
        "region": REGION,
        "resources": [f"arn:aws:scheduler:{REGION}:{DEFAULT_ACCOUNT_ID}:schedule/default/{STACK}-{name}"],
        "detail": "{}",
    }
