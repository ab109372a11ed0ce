"""Killed at any boundary call and run again: the same archive, the same mails, each at most once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.session_records import export_order_of
from support.killing import Countdown, KilledError, watched
from support.world import END, World, small_account, world


def run_once(place: World, countdown: Countdown | None = None) -> None:
    with place.services(pdf=False, mail_to=("boss@example.com",)) as real:
        services = watched(real, countdown) if countdown else real
        sessions = select(services, Selection(since=END - timedelta(days=1), until=place.clock()))
        for session in sessions:
            for delivery in run_export(services, export_order_of(session)):
                deliver(services, delivery)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], dict[str, str], int]]:
    root = tmp_path_factory.mktemp("undisturbed")
    with world(root, small_account(), END + timedelta(hours=1)) as place:
        countdown = Countdown(10_000, after=False)
        run_once(place, countdown)
        yield place.archived(), place.mails(), countdown.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_any_writing_call_is_made_good_by_the_next_run(
    tmp_path: Path, undisturbed: tuple[dict[str, str], dict[str, str], int], *, after: bool
) -> None:
    archived, mails, calls = undisturbed
    assert calls > 15
    assert len(mails) == 2
    for at in range(1, calls + 1):
        with world(tmp_path / str(at), small_account(), END + timedelta(hours=1)) as place:
            with pytest.raises(KilledError):
                run_once(place, Countdown(at, after=after))
            half = {key for key in place.archived() if key.endswith("manifest.json")}
            assert not half or place.archived() == archived, "a manifest vouched for half a revision"
            run_once(place)
            assert place.archived() == archived, f"killed at call {at}"
            assert place.mails().keys() == mails.keys(), f"killed at call {at}"
