"""The least that a function of this kind can be: Powertools' log and metrics, and one call of each service it needs."""

from __future__ import annotations

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics(namespace="Minimal")
_CALLS = {
    "dynamodb": lambda client: client.get_item(TableName=_named("DEBRIEF_LEDGER"), Key={"pk": _TEXT, "sk": _TEXT}),
    "s3": lambda client: client.list_objects_v2(Bucket=_named("DEBRIEF_ARCHIVE").strip("/"), MaxKeys=1),
    "secretsmanager": lambda client: client.get_secret_value(SecretId="debrief/own"),
    "sesv2": lambda client: client.list_email_identities(),
    "sqs": lambda client: client.send_message(QueueUrl=os.environ["DEBRIEF_DELIVERY_QUEUE_URL"], MessageBody="{}"),
}
_TEXT = {"S": "x"}


@logger.inject_lambda_context
@metrics.log_metrics
def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    services = os.environ["MINIMAL_SERVICES"].split()
    for service in services:
        _CALLS[service](boto3.client(service))
    metrics.add_metric(name="Handled", unit=MetricUnit.Count, value=1)
    logger.info("Handled", services=services)
    return {"services": len(services)}


def _named(variable: str) -> str:
    return os.environ[variable].partition(":")[2]
