"""Digests and pages of rooms with a table of DynamoDB and a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest

from debrief.delivery.ledger.ledger import DIGEST
from debrief.documents.series.rows import read_rows
from debrief.pipeline.mailing.stale_claims import deliveries_to_queue, old_claims
from debrief.pipeline.stages import run_export
from debrief.runner import run_deliveries
from support.aws import BUCKET, LEDGER, make_bucket, make_table, moto_aws
from support.weekly_room import WEEK, order, weekly
from support.world import END, World, world

MONDAY = datetime(2026, 11, 9, 7, 16, tzinfo=ZoneInfo("Europe/Berlin"))
PAGE = "reports/room=1_room0001/index.html"
RULES = "version: 1\nseries: yes\npeople:\n  ann@example.com: {digest: weekly}\n"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with moto_aws(), world(tmp_path, weekly(weeks=2), END + timedelta(hours=1)) as built:
        make_bucket()
        make_table()
        (tmp_path / "rules.yaml").write_text(RULES)
        yield built


def services_of(place: World) -> Any:
    return place.services(
        pdf=False,
        page=False,
        workbook=False,
        timezone="Europe/Berlin",
        archive=f"s3://{BUCKET}",
        ledger=f"dynamodb:{LEDGER}",
        portal_url="https://reports.example.com",
        link_key="k" * 43,
        rules=str(place.root / "rules.yaml"),
    )


def test_a_digest_waits_in_the_table_and_is_sent_once(place: World) -> None:
    with services_of(place) as services:
        assert run_export(services, order(0)) == []
        place.clock.now += timedelta(hours=2)
        assert deliveries_to_queue(services) == []
        place.clock.now = MONDAY
        (waiting,) = deliveries_to_queue(services)
        assert (waiting.cue_point_id, waiting.occasion) == (DIGEST, "digest-2026-W45")
        assert old_claims(services) == []
        assert run_deliveries(services) == []
        assert run_deliveries(services) == []
        (digest,) = services.ledger.deliveries(DIGEST)
    assert digest.state == "sent"
    (path,) = (place.root / "outbox").glob("*.eml")
    assert b"1 session, 6 visits" in path.read_bytes()


def test_the_page_of_a_room_is_replaced_in_the_bucket_and_keeps_its_rows(place: World) -> None:
    for week in (0, 1):
        place.clock.now = END + week * WEEK + timedelta(hours=25)
        with services_of(place) as services:
            run_export(services, order(week))
            run_export(services, order(week))
    body = boto3.client("s3").get_object(Bucket=BUCKET, Key=PAGE)["Body"].read()
    assert [row.cue_point_id for row in read_rows(body)] == ["1_cue00001", "1_cue00000"]
    versions = boto3.client("s3").list_object_versions(Bucket=BUCKET, Prefix=PAGE)["Versions"]
    assert len(versions) == 2  # an export that changes nothing writes nothing
