"""A virtual event on channels: its own report, beside those of its sessions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from test_webhooks import SCHEMA

from debrief.cli.main import main
from debrief.pipeline.reconcile import reconcile
from debrief.runner import run, run_events
from support.channelled import SECRET, Channelled
from support.receiver import receiver
from support.world import World


@pytest.mark.parametrize(("kind", "answer"), [("webhook", (204, b"")), ("slack", (200, b"ok")), ("teams", (202, b""))])
def test_the_report_of_an_event_lists_its_sessions(
    days: World, tmp_path: Path, kind: str, answer: tuple[int, bytes]
) -> None:
    with receiver(tmp_path) as made:
        made.answers = [answer]
        place = Channelled(days, made, kind, secrets={"url": made.url, "secret": SECRET}, when='{event: "*"}')
        with place.services(look_back_hours=24 * 30.0) as services:
            for outcome in (*run(services, reconcile(services)), *run_events(services)):
                assert outcome.is_well, outcome
        sent = [each for each in place.deliveries if each.cue_point_id.startswith("event-")]
        assert [(each.state, each.occasion) for each in sent] == [("sent", "final" if kind == "webhook" else "")]
        body = json.loads(made.received[-1].body)
        if kind == "webhook":
            assert list(Draft202012Validator(SCHEMA).iter_errors(body)) == []
            assert len(body["data"]["table"]["rows"]) == 3
            assert body["data"]["session"]["cue_point_id"].startswith("event-")


def test_links_of_a_channel_can_be_revoked_by_its_address(
    small: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with receiver(tmp_path) as made:
        made.answers = [(202, b"")]
        place = Channelled(small, made, "teams", secrets={"url": made.url})
        place.export()
    environ = {"DEBRIEF_ARCHIVE": str(small.root / "archive")}
    assert main(["links", "revoke", "--person", "channel:crm"], environ) == 0
    assert "Revoked 1 link" in "".join(capsys.readouterr())
