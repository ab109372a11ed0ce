"""An archive of the sample account, with an interrupted session, a virtual event, mails and links, and no Kaltura."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from debrief.cli.main import main
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run, run_events
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from support.held import PORTAL, TIMEZONE, Held, Run
from support.world import world


@pytest.fixture(scope="session")
def sample_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, made once; tests get a copy."""
    root = tmp_path_factory.mktemp("sample")
    with world(root, sample_account(), SAMPLE_NOW) as place:
        more = {"pdf": False, "chat_url": place.kaltura.chat_url, "portal_url": PORTAL, "timezone": TIMEZONE}
        with place.services(**more) as services:
            sessions = select(services, Selection(since=SAMPLE_NOW - timedelta(days=60)))
            orders = [export_order_of(session) for session in sessions if not session.is_open]
            for outcome in (*run(services, orders), *run_events(services)):
                assert outcome.result == "exported", outcome
    return root


@pytest.fixture
def held(sample_archive: Path, tmp_path: Path) -> Held:
    """An archive that a test may change."""
    shutil.copytree(sample_archive, tmp_path, dirs_exist_ok=True)
    return Held(tmp_path)


@pytest.fixture
def debrief(held: Held, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line on that archive: exit code, standard output, standard error."""

    def command(*argv: str, **environ: str) -> tuple[int, str, str]:
        settings = held.settings
        places = {"DEBRIEF_ARCHIVE": settings.archive, "DEBRIEF_OUTBOX": settings.outbox}
        more = {"DEBRIEF_TIMEZONE": TIMEZONE, "DEBRIEF_PORTAL_URL": PORTAL}
        try:
            code = main(argv, {**places, **more, **environ})
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command
