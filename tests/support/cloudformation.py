"""template.yaml as plain data: `!Ref X` becomes {"Ref": "X"}, `!GetAtt X.Arn` {"Fn::GetAtt": "X.Arn"}."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def _short_tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    match node:
        case yaml.ScalarNode():
            return {name: loader.construct_scalar(node)}
        case yaml.SequenceNode():
            return {name: loader.construct_sequence(node, deep=True)}
        case yaml.MappingNode():
            return {name: loader.construct_mapping(node, deep=True)}
    raise TypeError(node.tag)


_Loader.add_multi_constructor("!", _short_tag)


def load(name: str) -> dict[str, Any]:
    """A template of the repository."""
    return deepcopy(_read(name))


@cache
def _read(name: str) -> dict[str, Any]:
    template: dict[str, Any] = yaml.load((ROOT / name).read_text(encoding="utf-8"), _Loader)
    return template


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    return {
        name: resource["Properties"] for name, resource in template["Resources"].items() if resource["Type"] == kind
    }


def functions_of(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The functions' properties, with what Globals gives to all of them."""
    shared = template["Globals"]["Function"]
    found = {name: shared | own for name, own in of_type(template, "AWS::Serverless::Function").items()}
    for own in found.values():
        variables = shared["Environment"]["Variables"] | own.get("Environment", {}).get("Variables", {})
        own["Environment"] = {"Variables": variables}
    return found


def statements_of(template: dict[str, Any], function: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All statements of a function's policies; those under a condition count as there."""
    for policy in map(_then, function["Policies"]):
        document = template["Resources"][policy["Ref"]]["Properties"]["PolicyDocument"] if "Ref" in policy else policy
        yield from map(_then, document["Statement"])


def _then(value: dict[str, Any]) -> dict[str, Any]:
    return value["Fn::If"][1] if "Fn::If" in value else value


@dataclass(frozen=True)
class Stack:
    """A template with values for its parameters, references (`X`, also as `AWS::X`) and attributes (`X.Arn`)."""

    template: dict[str, Any]
    values: Mapping[str, str]

    @classmethod
    def of(cls, template: dict[str, Any], values: Mapping[str, str]) -> Stack:
        """The template with every parameter's default where no value is given."""
        defaults = {name: str(item["Default"]) for name, item in template["Parameters"].items() if "Default" in item}
        return cls(template, defaults | values)

    def text(self, value: Any) -> str:
        """What a property's value comes to. Raises KeyError for a reference without a value."""
        match value:
            case {"Ref": name} | {"Fn::GetAtt": name}:
                return self.values[name]
            case {"Fn::Sub": [pattern, {**own}]}:
                return self._filled(pattern, {name: self.text(item) for name, item in own.items()})
            case {"Fn::Sub": pattern}:
                return self._filled(pattern, {})
            case {"Fn::Base64": plain}:
                return base64.b64encode(self.text(plain).encode()).decode()
            case {"Fn::If": [condition, then, otherwise]}:
                return self.text(then if self.holds(condition) else otherwise)
        return json.dumps(value) if isinstance(value, bool) else str(value)

    def holds(self, condition: Any) -> bool:
        """Whether a condition, or the condition of that name, is met."""
        match condition:
            case {"Fn::Equals": [first, second]}:
                return self.text(first) == self.text(second)
            case {"Fn::Not": [other]}:
                return not self.holds(other)
            case {"Fn::And": others}:
                return all(map(self.holds, others))
            case {"Condition": name}:
                return self.holds(name)
        return self.holds(self.template["Conditions"][condition])

    def _filled(self, pattern: str, own: Mapping[str, str]) -> str:
        """`${!x}` is CloudFormation's way to write a plain `${x}`."""
        known = {**self.values, **own}
        return re.sub(r"\$\{(!?)([^}]+)\}", lambda match: f"${{{match[2]}}}" if match[1] else known[match[2]], pattern)

    def whole(self, value: Any) -> Any:
        """A property with everything in it resolved."""
        match value:
            case {"Fn::Split": [separator, text]}:
                return self.text(text).split(separator)
            case {"Fn::If": [condition, then, otherwise]}:
                return self.whole(then if self.holds(condition) else otherwise)
            case {**many} if not any(key == "Ref" or key.startswith("Fn::") for key in many):
                return {key: self.whole(one) for key, one in many.items()}
            case list():
                return list(map(self.whole, value))
            case bool() | int():
                return value
        return self.text(value)
