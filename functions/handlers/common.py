"""What the entry points share: the log, the metrics, and the services from the environment and the secret."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import lru_cache

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from debrief.errors import BadSettings
from debrief.pipeline import Services
from debrief.settings import Settings
from debrief.wiring import connect

SECRET_NAME = "KALTURA_SECRET_NAME"  # noqa: S105 - the variable's name
SECRET_SECONDS = 300  # how long a changed secret may go unnoticed

logger = Logger()
metrics = Metrics(namespace="Debrief")


def count(metric: str, value: int = 1) -> None:
    """Add to a metric of this invocation."""
    metrics.add_metric(name=metric, unit=MetricUnit.Count, value=value)


def services(*, asks_kaltura: bool = True) -> Services:
    """The pipeline's services: opened once, and again when the secret has changed. Raises BadSettings."""
    return _connected(read_settings(os.environ), asks_kaltura=asks_kaltura)


@lru_cache(maxsize=1)
def _connected(settings: Settings, *, asks_kaltura: bool) -> Services:
    return connect(settings, asks_kaltura=asks_kaltura)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings; what the secret holds goes before the environment. Raises BadSettings."""
    name = environ.get(SECRET_NAME, "").strip()
    return Settings.from_environment({**environ, **(_secret(name) if name else {})})


def _secret(name: str) -> dict[str, str]:
    """The secret's JSON object as environment variables: `kaltura_app_token` becomes `KALTURA_APP_TOKEN`."""
    from aws_lambda_powertools.utilities import parameters

    try:
        values = json.loads(parameters.get_secret(name, max_age=SECRET_SECONDS))
    except parameters.exceptions.GetParameterError as error:
        raise BadSettings(f"The secret {name!r} cannot be read; it must exist and the function may read it.") from error
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise BadSettings(f"The secret {name!r} must be a JSON object with keys such as kaltura_app_token.")
    ours = {key.upper(): str(value) for key, value in values.items() if isinstance(value, str | int)}
    return {key: value for key, value in ours.items() if key.startswith("KALTURA_") and value.strip()}
