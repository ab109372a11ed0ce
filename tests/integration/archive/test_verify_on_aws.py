"""`debrief verify` on a bucket that keeps versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import boto3

from debrief.kaltura.api.client import Kaltura
from debrief.pipeline.maintenance.verify import VerifyResult, verify
from debrief.pipeline.services import Services
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run
from debrief.wiring import connect
from support.aws import BUCKET, make_bucket, moto_aws
from support.world import START, World


def verified(services: Services) -> VerifyResult:
    (record,) = services.ledger.all_sessions()
    return verify(services, record)


def test_a_file_whose_manifest_names_an_older_version_is_a_difference(small: World) -> None:
    with moto_aws():
        make_bucket()
        settings = replace(
            small.settings, archive=f"s3://{BUCKET}", ledger=str(small.root / "ledger.sqlite3"), pdf=False, page=False
        )
        services = connect(settings, small.clock)
        services = replace(services, kaltura=Kaltura(settings, sleep=lambda _: None))
        orders = [export_order_of(one) for one in select(services, Selection(since=START - timedelta(days=1)))]
        assert [one.result for one in run(services, orders)] == ["exported"]
        assert verified(services).differences == []
        (key,) = (key for key in services.archive.keys("attendees/") if key.endswith("attendees.csv"))
        s3 = boto3.client("s3")
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"of a run that was stopped")
        difference = f"{key} was replaced or deleted later; the manifest lists an older version."
        assert verified(services).differences == [difference]
        s3.delete_object(Bucket=BUCKET, Key=key)
        assert verified(services).differences == [difference]
        assert [one.mail_problems for one in run(services, orders)] == [[]]
        assert verified(services).differences == []
        services.ledger.close()
