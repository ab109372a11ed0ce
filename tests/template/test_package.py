"""`make package`: the template for those who deploy without SAM."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from support.cloudformation import ROOT
from support.sam import ARTIFACTS, packaged


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """template.yaml as `sam package` leaves it, without SAM's types."""
    spec = importlib.util.spec_from_file_location("to_cloudformation", ROOT / "infra" / "to_cloudformation.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result: dict[str, Any] = module.to_cloudformation(packaged(), "eu-west-1")
    return result


def test_the_packaged_template_needs_no_transform(made: dict[str, Any]) -> None:
    assert "Transform" not in made
    assert "Globals" not in made
    assert not [name for name, one in made["Resources"].items() if "Serverless" in one["Type"]]


def test_the_packaged_template_asks_for_the_same_parameters_in_the_same_groups(
    made: dict[str, Any], template: dict[str, Any]
) -> None:
    assert made["Parameters"] == template["Parameters"]
    interface = "AWS::CloudFormation::Interface"
    assert made["Metadata"][interface] == template["Metadata"][interface]


def test_code_and_the_nested_template_come_from_the_bucket(made: dict[str, Any]) -> None:
    functions = [one["Properties"] for one in made["Resources"].values() if one["Type"] == "AWS::Lambda::Function"]
    assert {function["Code"]["S3Bucket"] for function in functions} == {ARTIFACTS}
    assert ARTIFACTS in made["Resources"]["Monitoring"]["Properties"]["TemplateURL"]
