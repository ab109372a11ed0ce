"""MiniStack as a process: an AWS that this project did not write, on loopback, with all its files in one folder."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
import requests
from botocore.config import Config

T = TypeVar("T")
REGION = "eu-west-1"
ACCOUNT = "000000000000"
PATIENCE_SECONDS = 600.0  # for anything; a loaded machine is slow
DENIED = "Denied by IAM:"  # begins a line of the emulator's log
_START = Path(__file__).with_name("emulator_main.py")


class TooSlow(Exception):
    """A condition did not come true in time."""


def wait_until(found: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """Return the first true answer, asked once a second. Raises TooSlow with what was waited for."""
    end = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() > end:
            raise TooSlow(f"After {seconds:.0f} seconds: {what}")
        time.sleep(1.0)
    return answer


@dataclass(frozen=True)
class Cloud:
    """A running emulator. `ca` is the file with its certificate; None without TLS."""

    endpoint: str
    ca: Path | None
    log: Path

    @property
    def environ(self) -> dict[str, str]:
        """The variables with which AWS's own tools use it."""
        found = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        return found | ({"AWS_CA_BUNDLE": str(self.ca)} if self.ca else {})

    def client(self, service: str) -> Any:
        """A client of the administrator, who may do everything."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            verify=str(self.ca) if self.ca else None,
            config=Config(retries={"mode": "standard"}, read_timeout=PATIENCE_SECONDS),
        )

    def mails(self) -> list[dict[str, Any]]:
        """What was given to SES."""
        found = self._inside("ses/messages")["messages"]
        return list(found.get(ACCOUNT, []))

    def queued(self) -> dict[str, int]:
        """The number of messages in each queue, hidden ones included, by the queue's name."""
        regions = self._inside("sqs/messages")["messages"].get(ACCOUNT, {})
        return {url.rpartition("/")[2]: len(messages) for url, messages in regions.get(REGION, {}).items()}

    def denied(self) -> list[str]:
        """The calls that IAM denied: action, resource and caller. Without enforcement there are none."""
        return [line.partition(DENIED)[2].strip() for line in self.log.read_text().splitlines() if DENIED in line]

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Ask a function's URL, or S3 by a signed link; redirects are answers."""
        place = urlsplit(url)
        if not url.startswith(self.endpoint):
            options["headers"] = {"host": place.netloc} | dict(options.get("headers", {}))
            url = self.endpoint + place.path + (f"?{place.query}" if place.query else "")
        return requests.request(
            method, url, timeout=PATIENCE_SECONDS, allow_redirects=False, verify=str(self.ca or True), **options
        )

    def _inside(self, path: str) -> Any:
        """An answer of the emulator about itself."""
        return json.loads(self.request("GET", f"{self.endpoint}/_ministack/{path}").content)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def emulator(python: Path, folder: Path, *, is_strict: bool = False) -> Iterator[Cloud]:
    """Run the emulator until the block ends. `is_strict`: IAM is enforced, and only TLS is spoken."""
    folder.mkdir()
    port = free_port()
    log = folder / "log.txt"
    cloud = Cloud(
        endpoint=f"{'https' if is_strict else 'http'}://127.0.0.1:{port}",
        ca=folder / "ministack-tls" / "server.crt" if is_strict else None,
        log=log,
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            [python, "-P", _START],
            env=_environ(folder, port)
            | {"LOG_DENIED": DENIED}
            | ({"AUTH": "true", "USE_SSL": "1"} if is_strict else {}),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.PIPE,  # it ends when this process does
            start_new_session=True,  # so that it and its functions end together
        )
    try:
        wait_until(lambda: _answers(cloud, process), "the emulator does not answer.")
        yield cloud
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environ(folder: Path, port: int) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PYTHONUNBUFFERED": "1",
    }


def _answers(cloud: Cloud, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"The emulator ended: {cloud.log.read_text()[-2000:]}")
    try:
        return cloud.request("GET", f"{cloud.endpoint}/_ministack/health").ok
    except (requests.ConnectionError, OSError):
        return False
