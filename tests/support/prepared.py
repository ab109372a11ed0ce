"""`debrief setup` with an AWS account and a Kaltura account that it may change."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from debrief.cli.main import main
from debrief.delivery.aws import clients
from kaltura_standin.account import User
from kaltura_standin.server import StandIn
from support.aws import offline_aws
from support.small_aws import SmallAws, small_aws

SENDER, ADMIN = "reports@example.com", "ann@example.com"
FLAGS = ("--sender", SENDER, "--admin", ADMIN, "--timezone", "Europe/Berlin")
SECRET = "debrief/kaltura"
BOSS = User("boss", email="boss@example.com", is_admin=True, password="right-password", one_time_code="123456")


@dataclass
class Prepared:
    """A folder with a template, both accounts, and what was printed."""

    folder: Path
    aws: SmallAws
    kaltura: StandIn
    capsys: pytest.CaptureFixture[str]

    def setup(self, *argv: str, environ: dict[str, str] | None = None) -> tuple[int, str]:
        """Run the command; returns the exit code and all output."""
        whole = {"KALTURA_SERVICE_URL": self.kaltura.url, "KALTURA_PARTNER_ID": "12345", **(environ or {})}
        try:
            code = main(["setup", *argv], whole)
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        return code, "".join(self.capsys.readouterr())

    @property
    def token(self) -> dict[str, str]:
        """An app token that somebody created by hand, as environment variables."""
        token = self.kaltura.account.app_tokens[0]
        return {"KALTURA_APP_TOKEN_ID": token.id, "KALTURA_APP_TOKEN": token.token}

    @property
    def admin(self) -> dict[str, str]:
        """The admin secret as an environment variable."""
        return {"KALTURA_ADMIN_SECRET": self.kaltura.account.admin_secret}

    @property
    def own_tokens(self) -> list[str]:
        """The ids of the app tokens that setup created."""
        return [token.id for token in self.kaltura.account.app_tokens if "debrief setup" in token.description]

    def secret(self) -> Any:
        """The content of the secret."""
        return json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"])

    def has_secret(self) -> bool:
        return bool(boto3.client("secretsmanager").list_secrets()["SecretList"])

    def config(self) -> dict[str, Any]:
        """What the SAM CLI reads for a deployment."""
        text = (self.folder / "samconfig.toml").read_text()
        found: dict[str, Any] = tomllib.loads(text)["default"]["deploy"]["parameters"]
        return found


def empty(small: SmallAws) -> None:
    """Empty the AWS account."""
    requests.post(f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset", timeout=30)
    small.__dict__.update(SmallAws(small.url).__dict__)


@contextmanager
def aws_server() -> Iterator[SmallAws]:
    """moto, and what it lacks, behind addresses in the environment."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    with offline_aws(), small_aws() as small, pytest.MonkeyPatch.context() as patch:
        server.start()
        host, port = server.get_host_and_port()
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        for service in ("LAMBDA", "SESV2"):
            patch.setenv(f"AWS_ENDPOINT_URL_{service}", small.url)
        boto3.setup_default_session()
        clients.session.cache_clear()
        try:
            yield small
        finally:
            empty(small)
            server.stop()
            clients.session.cache_clear()
            boto3.DEFAULT_SESSION = None
