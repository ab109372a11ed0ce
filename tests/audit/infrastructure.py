"""The templates as CloudFormation sees them, judged by checkov and cdk-nag."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from audit.grading import ROOT, Finding, Graded
from audit.tools import OWN, json_of, node


def checkov(out: Path) -> Graded:
    """Its policies for CloudFormation."""
    templates = _transformed(out / "templates")
    files = [part for path in templates for part in ("--file", path)]
    flags = ["--framework", "cloudformation", "--skip-download", "--compact", "--quiet", "--output", "json"]
    answer = json_of([OWN / "checkov", *files, *flags])
    findings = [
        Finding(one["check_id"], one["resource"].rpartition(".")[2], one["check_name"])
        for one in answer["results"]["failed_checks"]
    ]
    if answer["summary"]["parsing_errors"]:
        findings.append(Finding("unreadable", "a template", "checkov cannot parse it"))
    return Graded(_looked_at(templates), findings)


def cdk_nag(out: Path) -> Graded:
    """Its packs AwsSolutions and Serverless, and what aws-cdk-lib finds in any template."""
    templates = _transformed(out / "templates")
    question = {"templates": [str(path) for path in templates], "out": str(out / "cdk")}
    return Graded(f"{_looked_at(templates)}; packs AwsSolutions, Serverless", node("cdk_nag.mjs", question))


def _looked_at(templates: list[Path]) -> str:
    resources = sum(len(json.loads(path.read_text())["Resources"]) for path in templates)
    return f"{len(templates)} templates, {resources} resources"


def _transformed(folder: Path) -> list[Path]:
    """template.yaml as SAM transforms it, with everything switched on, and infra/*.yaml, as JSON."""
    from samtranslator.yaml_helper import yaml_parse

    sources = [ROOT / "template.yaml", *sorted((ROOT / "infra").glob("*.yaml"))]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for source in sources:
        template = yaml_parse(source.read_text(encoding="utf-8"))
        if "Transform" in template:
            template = _by_sam(template)
        path = folder / f"{source.stem}.json"
        path.write_text(json.dumps(template, indent=1, default=str))
        written.append(path)
    return written


def _by_sam(template: dict[str, Any]) -> dict[str, Any]:
    """Transformed here, without AWS. Code counts as uploaded, and notifications as wanted."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of statistics that it did not send
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    uploaded = "s3://bucket/key"
    template["Globals"]["Function"]["CodeUri"] = uploaded
    template["Parameters"]["WebhookState"]["Default"] = "ENABLED"
    for resource in template["Resources"].values():
        match resource["Type"]:
            case "AWS::Serverless::LayerVersion":
                resource["Properties"]["ContentUri"] = uploaded
            case "AWS::Serverless::Application":
                resource["Properties"]["Location"] = "https://s3.amazonaws.com/bucket/key"
    transformed: dict[str, Any] = Translator({}, Parser()).translate(template, {"AWS::Region": "eu-west-1"})
    return transformed
