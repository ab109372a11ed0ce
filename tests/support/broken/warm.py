"""What every function's process would do anew and with the same result is done once, before the first is forked.

Only things that are read and never change: modules, botocore's descriptions of services, compiled templates. No client,
secret, service or Kaltura token is among them. And PDFs are left out: drawing them would take most of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module

import boto3
import botocore.session
from botocore.loaders import create_loader

from debrief.documents.templates import environment_of
from debrief.settings import Settings
from handlers import common
from support.aws import REGION
from support.cloudformation import ROOT

_SERVICES = ("dynamodb", "s3", "secretsmanager", "sesv2", "sqs")
_LATE = (
    "debrief.wiring",
    "debrief.delivery.ledger.dynamodb",
    "debrief.delivery.archive.s3",
    "debrief.delivery.mail.ses",
    "debrief.delivery.rules.schema",
    "debrief.delivery.rules.file",
)


def warm_up() -> None:
    """Read what never changes."""
    for module in (*_LATE, "aws_lambda_powertools.utilities.parameters", "xml.etree.ElementTree"):
        import_module(module)
    loader = create_loader()
    botocore.session.create_loader = lambda _=None: loader
    for service in _SERVICES:
        boto3.Session().client(service, region_name=REGION)  # reads the descriptions
    templates = environment_of(ROOT / "templates")
    for name in templates.list_templates(extensions=["j2"]):
        templates.get_template(name)
    common.read_settings = _without_pdf(common.read_settings)
    gc.collect()
    gc.freeze()
    gc.disable()  # no process lives long enough


def _without_pdf(read: Callable[[Mapping[str, str]], Settings]) -> Callable[[Mapping[str, str]], Settings]:
    def read_settings(environ: Mapping[str, str]) -> Settings:
        return replace(read(environ), pdf=False)

    return read_settings
