"""The fixture that runs `debrief` against a stand-in."""

import pytest
from cli_world import Run, environment

from debrief.cli.main import main
from support.world import World


@pytest.fixture
def debrief(small: World, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*argv: str, **environ: str) -> tuple[int, str, str]:
        try:
            code = main(argv, {**environment(small), **environ})
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run
