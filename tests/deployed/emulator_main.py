"""Start MiniStack with a few corrections. The emulator's own Python runs this file: `python -P emulator_main.py`.

Each correction closes a gap of MiniStack 1.5.33 at run time; the installed package stays as it is.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from email.utils import parseaddr
from threading import Thread
from typing import Any

from ministack import app
from ministack.core import iam_evaluator, lambda_runtime
from ministack.core.responses import get_account_id
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

_ENVIRONMENT = "    os.environ.update(env)\n"
_LAYERS = """\
    for _layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
        os.environ.update({name: _layer for name, value in env.items() if value == "/opt"})
"""
_SINGLE = {  # AWS checks the single action; there is none for the batch
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def main() -> None:
    """Apply the corrections and serve until standard input ends, even if the starting process was killed."""
    Thread(target=_end_with_parent, daemon=True).start()
    _unpack_layers()
    _refer_to_secrets_by_arn()
    _read_numbers()
    _accept_alarms_over_several_metrics()
    _check_as_aws_does()
    app._port_is_bindable = lambda _host, _port: False  # listen on no second port
    app.main()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)  # with all functions


def _unpack_layers() -> None:
    """Let a variable with the value /opt name the folder of the function's last layer: MiniStack unpacks it there."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_ENVIRONMENT) != 1:
        raise SystemExit("MiniStack changed: adapt emulator_main.py.")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_ENVIRONMENT, _ENVIRONMENT + _LAYERS)


def _refer_to_secrets_by_arn() -> None:
    """Let `Ref` of a secret be its ARN, as CloudFormation documents; MiniStack gives its name."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def name_of(physical_id: str) -> str:
        return physical_id.rpartition(":")[2].rpartition("-")[0] if physical_id.startswith("arn:") else physical_id

    def created(*given: Any) -> tuple[str, dict[str, str]]:
        _, attributes = create(*given)
        return attributes["Arn"], attributes

    def updated(physical_id: str, *given: Any, **named: Any) -> tuple[str, Any]:
        _, *rest = update(name_of(physical_id), *given, **named)
        return physical_id, *rest

    handlers["create"] = created
    handlers["update"] = updated
    handlers["delete"] = lambda physical_id, properties: delete(name_of(physical_id), properties)


def _read_numbers() -> None:
    """Read the concurrency of a queue as a number: MiniStack keeps the text of a parameter."""
    concurrency = lambda_svc._sqs_esm_concurrency

    def read(mapping: Any, *given: Any, **named: Any) -> Any:
        scaling = mapping.get("ScalingConfig") or {}
        numbers = {name: int(value) for name, value in scaling.items()}
        return concurrency({**mapping, "ScalingConfig": numbers}, *given, **named)

    lambda_svc._sqs_esm_concurrency = read


def _accept_alarms_over_several_metrics() -> None:
    """Take the first metric of an alarm that computes with several, which MiniStack refuses."""
    record = provisioners._cw_metric_alarm_record

    def of_first(name: str, properties: Any) -> Any:
        if not (metrics := properties.get("Metrics")):
            return record(name, properties)
        stat = next(metric["MetricStat"] for metric in metrics if "MetricStat" in metric)
        single = {"Period": stat["Period"], "Statistic": stat["Stat"], **stat["Metric"]}
        return record(name, {key: value for key, value in properties.items() if key != "Metrics"} | single)

    provisioners._cw_metric_alarm_record = of_first


def _check_as_aws_does() -> None:
    """Check the action that AWS checks, and sending on the sender's identity and the configuration set.

    MiniStack has actions for batches, which AWS does not have, and checks no resource and no condition when SES v2
    sends. Every denial is logged.
    """
    enforce, enforce_ses = iam_evaluator.enforce, app._enforce_ses_v2

    def logged(access_key: str, action: str, service: str, region: str, **more: Any) -> Any:
        denied = enforce(access_key, _SINGLE.get(action, action), service, region, **more)
        if denied:
            who = getattr(denied, "principal_arn", "") or getattr(denied, "code", "")
            logging.getLogger("ministack").warning(
                "%s %s %s %s", os.environ["LOG_DENIED"], action, more.get("resource_arn", "*"), who
            )
        return denied

    def enforce_sending(method: str, path: str, headers: Any, body: bytes, query: Any, request_id: str) -> Any:
        if not app.AUTH or (method, path.rstrip("/")) != ("POST", "/v2/email/outbound-emails"):
            return enforce_ses(method, path, headers, body, query, request_id)
        request = json.loads(body)
        sender = parseaddr(request.get("FromEmailAddress", ""))[1]
        context = {"ses:FromAddress": sender} if sender else {}
        action = "ses:SendRawEmail" if "Raw" in request.get("Content", {}) else "ses:SendEmail"
        for resource in _sending_resources(request, sender, app.extract_region(headers, query)):
            more = {"resource_arn": resource, "service_context": context, "named_resource": resource}
            if denied := app._enforce_data_plane("sesv2", action, headers, query, request_id, **more):
                return denied
        return None

    iam_evaluator.enforce = logged
    app._enforce_ses_v2 = enforce_sending


def _sending_resources(request: Any, sender: str, region: str) -> Iterator[str]:
    prefix = f"arn:aws:ses:{region}:{get_account_id()}"
    yield f"{prefix}:identity/{sender}"
    if name := request.get("ConfigurationSetName"):
        yield f"{prefix}:configuration-set/{name}"


if __name__ == "__main__":
    main()
