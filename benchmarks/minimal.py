"""The least that a function of ours could be: Powertools' log and metrics, and one call of each service it needs.

It is what one would write first: a boto3 client for each service, from boto3's own session and with its defaults, made
at the first event; Kaltura is posted to once, by requests. It neither reads its settings nor does anything with the
answers.
"""

from __future__ import annotations

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics(namespace="Minimal")
_TEXT = {"S": "x"}
_CALLS = {
    "dynamodb": lambda client: client.get_item(TableName=_named("DEBRIEF_LEDGER"), Key={"pk": _TEXT, "sk": _TEXT}),
    "s3": lambda client: client.list_objects_v2(Bucket=_named("DEBRIEF_ARCHIVE").strip("/"), MaxKeys=1),
    "secretsmanager": lambda client: client.get_secret_value(SecretId="debrief/own"),
    "sesv2": lambda client: client.list_email_identities(),
    "sqs": lambda client: client.send_message(QueueUrl=os.environ["DEBRIEF_DELIVERY_QUEUE_URL"], MessageBody="{}"),
}


@logger.inject_lambda_context
@metrics.log_metrics
def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    services = os.environ["MINIMAL_SERVICES"].split()
    for service in services:
        if service == "kaltura":
            _ask_kaltura()
        else:
            _CALLS[service](boto3.client(service))  # type: ignore[call-overload]
    metrics.add_metric(name="Handled", unit=MetricUnit.Count, value=1)
    logger.info("Handled", services=services)
    return {"services": len(services)}


def _named(variable: str) -> str:
    return os.environ[variable].partition(":")[2]


def _ask_kaltura() -> None:
    import requests

    url = f"{os.environ['KALTURA_SERVICE_URL']}/api_v3/service/system/action/ping"
    requests.post(url, data={"format": "1"}, timeout=10).raise_for_status()
