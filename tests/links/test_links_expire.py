"""Links against an S3 server that really refuses what has expired: s3rver, from npm."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
import requests
from botocore.config import Config

from debrief.delivery.archive.s3 import S3Archive
from debrief.portal.app import respond
from debrief.portal.http import Request
from support.aws import offline_aws
from support.mailed import Mailed, mail_the_small_session
from support.world import END, small_account, world

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SERVER = Path(__file__).parent / "node_modules" / "s3rver" / "bin" / "s3rver.js"
NODE = shutil.which("node")
BUCKET = "debrief-archive"
SECONDS = 2

pytestmark = pytest.mark.skipif(
    NODE is None or not SERVER.exists(), reason="needs Node.js and s3rver: make tests/links/node_modules/.stamp"
)


class HastyArchive(S3Archive):
    """An archive whose addresses end in seconds instead of minutes."""

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> str:
        assert seconds == 300
        return super().download_url(key, version_id, seconds=SECONDS, name=name)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Client]:
    """A client of a server with one empty bucket."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(NODE), str(SERVER), "--address", "127.0.0.1", "--port", str(port), "--configure-bucket", BUCKET]
    command += ["--directory", str(tmp_path_factory.mktemp("s3")), "--no-vhost-buckets", "--silent"]
    with offline_aws(), subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield _client(port)
        finally:
            process.terminate()


def _client(port: int) -> S3Client:
    """A client that signs as wiring's does; a path for the bucket, because the server has no name."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    config = Config(
        signature_version="s3v4", s3={"addressing_style": "path"}, request_checksum_calculation="when_required"
    )
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="S3RVER",
        aws_secret_access_key="S3RVER",
        config=config,
    )


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def mailed(tmp_path: Path) -> Iterator[Mailed]:
    with world(tmp_path, small_account(), END) as place:
        place.clock.now = END.replace(hour=12)
        yield mail_the_small_session(place)


def upload(s3: S3Client, mailed: Mailed) -> None:
    """What the mailed session's archive holds, put into the bucket."""
    root = mailed.place.root / "archive"
    for path in (path for path in root.rglob("*") if path.is_file() and ".debrief" not in path.parts):
        s3.put_object(Bucket=BUCKET, Key=str(path.relative_to(root)), Body=path.read_bytes())


def location(s3: S3Client, mailed: Mailed, who: str, what: str) -> str:
    """Where the portal sends somebody who follows a link."""
    with mailed.services() as services:
        services = replace(services, archive=HastyArchive(s3, BUCKET))  # noqa: PLW2901
        answer = respond(services, Request("GET", f"/r/{mailed.tokens[who]}/{what}"))
    assert answer.status == 302
    return answer.headers["location"]


def test_a_link_works_again_after_the_address_behind_it_has_expired(
    s3: S3Client, http: requests.Session, mailed: Mailed
) -> None:
    upload(s3, mailed)
    report = mailed.place.read("reports/date=2026-11-02/session=1_cue00001/report.pdf")
    first = location(s3, mailed, "ann@example.com", "pdf")
    answer = http.get(first)
    assert (answer.status_code, answer.content) == (200, report)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Sales-EMEA_2026-11-02_report.pdf"'
    time.sleep(SECONDS + 1.1)  # the server counts in whole seconds
    refused = http.get(first)
    assert refused.status_code == 403
    assert "expired" in refused.text.lower()
    again = location(s3, mailed, "ann@example.com", "pdf")
    assert http.get(again).content == report
