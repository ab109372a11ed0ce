"""A mistake in the rules file is a session's failure also on a function that has just been started."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from debrief.order_codec import encode
from debrief.pipeline.reconcile import reconcile
from handlers import common, export
from support.world import END, World


def test_a_mistake_in_the_rules_file_is_recorded_with_its_line_by_a_cold_function(
    small: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nrules: [\n")
    small.clock.now = END + timedelta(hours=1)
    with small.services(pdf=False, html=False, page=False) as services:
        (order,) = reconcile(services)
    token = small.kaltura.account.app_tokens[0]
    environ = {
        "DEBRIEF_ARCHIVE": small.settings.archive,
        "DEBRIEF_OUTBOX": small.settings.outbox,
        "KALTURA_SERVICE_URL": small.settings.service_url,
        "KALTURA_PARTNER_ID": str(small.settings.partner_id),
        "KALTURA_APP_TOKEN_ID": token.id,
        "KALTURA_APP_TOKEN": token.token,
        "DEBRIEF_RULES": str(rules),
        "DEBRIEF_DELIVERY_QUEUE_URL": "http://localhost/deliveries",
        "DEBRIEF_EXPORT_QUEUE_URL": "http://localhost/exports",
        "POWERTOOLS_SERVICE_NAME": "debrief",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    common._connected.cache_clear()
    context = SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="r")
    record = {"messageId": "m", "receiptHandle": "h", "body": encode(order), "attributes": {}}
    record["attributes"] = {"ApproximateReceiveCount": "1"}
    assert export.handler({"Records": [record]}, context) == {"batchItemFailures": []}  # type: ignore[arg-type]
    common._connected.cache_clear()
    with small.services(pdf=False, html=False, page=False) as services:
        found = services.ledger.session(order.cue_point_id)
    assert found is not None
    assert found.state == "failed"
    assert "line" in found.reason
