"""A transformed template made into a stack by moto's CloudFormation, and finished by hand."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from support.aws import REGION, admin
from support.by_hand import FIRST, LAST, REST
from support.cloudformation import Stack
from support.sam import ARTIFACTS, MONITORING, monitoring, uploads

_MADE = "Made"  # an output of that name carries a resource's properties as the stack resolved them
_READ = {*LAST, *REST, "AWS::Lambda::Function"}
_UNSPEAKABLE = {"Layers"}  # moto puts things of its own there, which are no JSON


@dataclass(frozen=True)
class Made:
    """A stack: physical ids, outputs, and resolved properties by logical id."""

    ids: Mapping[str, str]
    outputs: Mapping[str, str]
    properties: Mapping[str, dict[str, Any]]


def create(stack: str, template: dict[str, Any], parameters: Mapping[str, str]) -> Made:
    """Make the stack whole."""
    _upload(template)
    first = _make_first(stack, template, parameters)
    _create(stack, _for_moto(_with_parameters(template, first), parameters), {**parameters, **first})
    made = _read(stack, first)
    _finish(stack, template, made)
    nested = made.ids["Monitoring"]
    _finish(stack, monitoring(), _read(nested, {}))
    return made


def of_types(template: Mapping[str, Any], types: Container[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resources of some types, by logical id."""
    for name, resource in template["Resources"].items():
        if resource["Type"] in types:
            yield name, resource


def _upload(template: Mapping[str, Any]) -> None:
    """What `sam deploy` uploads. Code runs from this checkout, so its packages are empty."""
    client = admin("s3")
    client.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    for key in uploads(template):
        client.put_object(Bucket=ARTIFACTS, Key=key, Body=b"")
    client.put_object(Bucket=ARTIFACTS, Key=MONITORING, Body=json.dumps(_for_moto(monitoring(), {})).encode())


def _make_first(stack: str, template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """What others refer to, by logical id."""
    given = Stack.of(dict(template), parameters)
    return {
        name: FIRST[resource["Type"]](f"{stack}-{name}", resource["Properties"])
        for name, resource in of_types(template, FIRST)
        if "Condition" not in resource or given.holds(resource["Condition"])
    }


def _with_parameters(template: Mapping[str, Any], first: Mapping[str, str]) -> dict[str, Any]:
    return {**template, "Parameters": {**template["Parameters"], **{name: {"Type": "String"} for name in first}}}


def _create(stack: str, template: Mapping[str, Any], values: Mapping[str, str]) -> None:
    admin("cloudformation").create_stack(
        StackName=stack,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )


def _for_moto(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The template without what moto cannot make, and with the properties of all that is read here as outputs."""
    stack = Stack.of(dict(template), parameters)
    outputs = dict(template.get("Outputs", {}))
    for name, resource in of_types(template, _READ):
        condition = {"Condition": resource["Condition"]} if "Condition" in resource else {}
        properties = {key: value for key, value in resource.get("Properties", {}).items() if key not in _UNSPEAKABLE}
        outputs[_MADE + name] = {"Value": {"Fn::ToJsonString": properties}} | condition
    kept = {
        name: _without_holes(resource, stack)
        for name, resource in template["Resources"].items()
        if resource["Type"] not in {*FIRST, *LAST}
    }
    return _addresses_as_parameters({**template, "Resources": kept, "Outputs": outputs})


def _without_holes(value: Any, stack: Stack) -> Any:
    """Lists without the elements that are NoValue: moto would leave a null in their place."""
    match value:
        case dict():
            return {key: _without_holes(item, stack) for key, item in value.items()}
        case list():
            return [_without_holes(item, stack) for item in value if not _is_hole(item, stack)]
    return value


def _is_hole(item: Any, stack: Stack) -> bool:
    match item:
        case {"Fn::If": [condition, _, {"Ref": "AWS::NoValue"}]}:
            return not stack.holds(condition)
    return False


def _addresses_as_parameters(template: dict[str, Any]) -> dict[str, Any]:
    """The template with references to a function's address, which is a parameter now."""
    text = json.dumps(template)
    for name in [name for name in template["Parameters"] if name.endswith("FunctionUrl")]:
        attribute = json.dumps({"Fn::GetAtt": [name, "FunctionUrl"]})
        text = text.replace(attribute, json.dumps({"Ref": name})).replace(f"${{{name}.FunctionUrl}}", f"${{{name}}}")
    return json.loads(text)  # type: ignore[no-any-return]


def _read(stack: str, first: Mapping[str, str]) -> Made:
    client = admin("cloudformation")
    (made,) = client.describe_stacks(StackName=stack)["Stacks"]
    outputs = {item["OutputKey"]: str(item["OutputValue"]) for item in made.get("Outputs", [])}
    found = client.describe_stack_resources(StackName=stack)["StackResources"]
    resources = [item for item in found if "PhysicalResourceId" in item]  # those of a condition that fails are blank
    return Made(
        ids={**first, **{item["LogicalResourceId"]: item["PhysicalResourceId"] for item in resources}},
        outputs={name: value for name, value in outputs.items() if not name.startswith(_MADE)},
        properties={
            name.removeprefix(_MADE): _without_nulls(json.loads(value))
            for name, value in outputs.items()
            if name.startswith(_MADE)
        },
    )


def _without_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_nulls(item) for key, item in value.items()}
        case list():
            return [_without_nulls(item) for item in value if item is not None]
    return value


def _finish(stack: str, template: Mapping[str, Any], made: Made) -> None:
    """Make the rest by hand."""
    for name, resource in of_types(template, REST):
        if name in made.ids:
            REST[resource["Type"]](made.ids[name], made.properties[name])
    for name, resource in of_types(template, LAST):
        if name in made.properties:
            LAST[resource["Type"]](f"{stack}-{name}", made.properties[name])
