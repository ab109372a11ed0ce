"""Convert a packaged SAM template to CloudFormation, as SAM's transform in AWS would (`make package`)."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


def to_cloudformation(template: dict[str, Any], region: str) -> dict[str, Any]:
    """Return the template without SAM's types; the region decides the partition of the ARNs of AWS's policies."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns that it sends no statistics
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    made: dict[str, Any] = translator.translate(template, {})
    made.pop("Transform", None)
    return made


def main() -> None:
    """Read one file, write another; the third argument is the region."""
    source, target, region = sys.argv[1:]
    template = yaml_parse(Path(source).read_text(encoding="utf-8"))
    Path(target).write_text(json.dumps(to_cloudformation(template, region), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
