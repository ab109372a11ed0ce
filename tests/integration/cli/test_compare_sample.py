"""`debrief compare` on every session of the sample account."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from debrief.cli.demo import play, sample_settings
from debrief.pipeline.maintenance.compare.compare_page import compare_page
from debrief.wiring import connect
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from kaltura_standin.server import StandIn

pytestmark = pytest.mark.slow


def test_no_difference_of_a_sample_session_is_unexplained_or_unknown(tmp_path: Path) -> None:
    with StandIn(sample_account()) as kaltura:
        settings = sample_settings(kaltura, tmp_path)
        play(settings, tmp_path)
        services = connect(settings, clock=lambda: SAMPLE_NOW)
        with closing(services.ledger):
            records = [each for each in services.ledger.all_sessions() if each.kind != "event" and each.revision]
            assert len(records) == 13
            for record in records:
                figures = compare_page(services, record).figures
                assert len(figures) == len({each.figure.key for each in figures}) == 61
                wrong = {each.figure.key: each.causes for each in figures if each.status in {"different", "not known"}}
                assert not wrong, record.cue_point_id
