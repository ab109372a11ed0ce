"""template.yaml as `sam build` and the SAM transform make CloudFormation of it, with no AWS account and no network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from support.aws import REGION
from support.cloudformation import load

ARTIFACTS = "sam-artifacts"  # the bucket to which `sam deploy` uploads
MONITORING = "infra/monitoring.yaml"


def transformed(parameters: Mapping[str, str]) -> dict[str, Any]:
    """template.yaml after the transform."""
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    made: dict[str, Any] = translator.translate(packaged(), dict(parameters))
    return made


def packaged() -> dict[str, Any]:
    """template.yaml with code and layers in ARTIFACTS, under the folder that they are made of."""
    template: dict[str, Any] = with_lists(load("template.yaml"))
    template["Globals"]["Function"]["CodeUri"] = _uploaded(template["Globals"]["Function"]["CodeUri"])
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in ("ContentUri", "CodeUri"):
            if name in properties:
                properties[name] = _uploaded(properties[name])
        if resource["Type"] == "AWS::Serverless::Application":
            properties["Location"] = f"https://s3.amazonaws.com/{ARTIFACTS}/{properties['Location']}"
    return template


def _uploaded(folder: str) -> str:
    return f"s3://{ARTIFACTS}/{folder.strip('/')}"


def uploads(template: Mapping[str, Any]) -> set[str]:
    """The keys in ARTIFACTS that a transformed template takes code and layers from."""
    places = [item["Properties"].get("Code") or item["Properties"].get("Content") for item in _resources(template)]
    return {place["S3Key"] for place in places if place}


def _resources(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [item for item in template["Resources"].values() if item.get("Properties")]


def with_lists(value: Any) -> Any:
    """A template with attributes as the transform and CloudFormation's JSON want them: [X, Arn] for X.Arn."""
    match value:
        case {"Fn::GetAtt": str(name)}:
            return {"Fn::GetAtt": name.split(".", 1)}
        case dict():
            return {key: with_lists(item) for key, item in value.items()}
        case list():
            return [with_lists(item) for item in value]
    return value


def monitoring() -> dict[str, Any]:
    """infra/monitoring.yaml, which the transform leaves as it is."""
    return with_lists(load(MONITORING))  # type: ignore[no-any-return]
