"""Provide the log, the metrics, and the services from the environment and the secrets, for all Lambda functions.

The pipeline is imported inside functions, so that a handler that only receives a message does not load it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from debrief.delivery.aws.clients import client
from debrief.delivery.aws.errors import aws_errors
from debrief.errors import BadSettings, DebriefError, Unavailable
from debrief.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from debrief.pipeline.services import Services

SECRET_NAME = "KALTURA_SECRET_NAME"  # noqa: S105 - the variable's name
OWN_SECRET_NAME = "DEBRIEF_SECRET_NAME"  # noqa: S105
PEOPLE_SECRET_NAME = "DEBRIEF_PEOPLE_SECRET_NAME"  # noqa: S105
SECRET_SECONDS = 300  # a secret is read again after this time

logger = Logger()
metrics = Metrics(namespace="Debrief")


def count(metric: str, value: int = 1) -> None:
    """Add to a CloudWatch metric of this invocation."""
    metrics.add_metric(name=metric, unit=MetricUnit.Count, value=value)


def open_services(*, asks_kaltura: bool = True) -> Services:
    """Return the pipeline's services. They are opened again only if a secret has changed.

    Raises BadSettings, Unavailable.
    """
    return _connected(read_settings(os.environ), asks_kaltura=asks_kaltura)


def open_services_without_secrets(reason: DebriefError) -> Services:
    """Return services that need no secret, to record why `open_services` failed and to send admin emails.

    Raises Unavailable with `reason` if these services cannot be opened either, so that Lambda tries again.
    """
    from debrief.wiring import connect

    environ = {name: value for name, value in os.environ.items() if not name.startswith("KALTURA_")}
    try:
        return connect(Settings.from_environment(environ), asks_kaltura=False)
    except BadSettings:
        raise Unavailable(str(reason)) from None


@lru_cache(maxsize=1)
def _connected(settings: Settings, *, asks_kaltura: bool) -> Services:
    from debrief.wiring import connect

    # The rules file is not read here, so that a mistake in it is recorded as the failure of a session.
    return connect(settings, asks_kaltura=asks_kaltura, reads_rules=False)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings; values in secrets override the environment. Raises BadSettings, Unavailable.

    The Kaltura secret sets Kaltura's variables (`kaltura_app_token` becomes `KALTURA_APP_TOKEN`). The stack's secret
    sets `DEBRIEF_LINK_KEY`, `DEBRIEF_WEBHOOK_SECRET` and the secrets of channels (`channel_crm_url` becomes
    `DEBRIEF_CHANNEL_CRM_URL`), the people secret `DEBRIEF_PEOPLE_KEY`. Other keys in secrets are ignored.
    """
    values = _secret(environ, SECRET_NAME, example="kaltura_app_token")
    kaltura = {key.upper(): value for key, value in values.items() if key.upper().startswith("KALTURA_")}
    own = _own_secret(environ, OWN_SECRET_NAME, "link_key", "webhook_secret", prefix="channel_")
    people = _own_secret(environ, PEOPLE_SECRET_NAME, "people_key")
    return Settings.from_environment({**environ, **kaltura, **own, **people})


def _own_secret(environ: Mapping[str, str], variable: str, *keys: str, prefix: str = "") -> dict[str, str]:
    """Return the variables of these keys, and of all keys with the prefix."""
    values = _secret(environ, variable, example=keys[0])
    return {
        f"DEBRIEF_{key.upper()}": value
        for key, value in values.items()
        if key in keys or (prefix and key.startswith(prefix))
    }


def _secret(environ: Mapping[str, str], variable: str, *, example: str) -> dict[str, str]:
    """Return the JSON object in the secret that a variable names, without blank values; empty if it names none."""
    name = environ.get(variable, "").strip()
    if not name:
        return {}
    with aws_errors("secretsmanager:GetSecretValue", f"the secret {name!r}"):
        text = _secret_text(name, time.monotonic() // SECRET_SECONDS)
    try:
        values = json.loads(text or "")
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise BadSettings(f"The secret {name!r} must be a JSON object with keys such as {example}.")
    return {key: str(value) for key, value in values.items() if isinstance(value, str | int) and str(value).strip()}


@lru_cache(maxsize=4)
def _secret_text(name: str, _period: float) -> str | None:
    """Read a secret's text, once in each period."""
    text: str | None = _secrets_client().get_secret_value(SecretId=name).get("SecretString")
    return text


@cache
def _secrets_client() -> SecretsManagerClient:
    secrets: SecretsManagerClient = client("secretsmanager")
    return secrets
