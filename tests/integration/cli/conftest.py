"""The fixtures that run `debrief` against a stand-in, and `debrief setup` against an AWS account too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_world import Run, environment

from debrief.cli.main import main
from kaltura_standin.account import Account
from kaltura_standin.server import StandIn
from support.prepared import BOSS, Prepared, aws_server, empty
from support.small_aws import SmallAws
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


@pytest.fixture(scope="module")
def aws() -> Iterator[SmallAws]:
    """An AWS account, which every test finds empty."""
    with aws_server() as small:
        yield small


@pytest.fixture
def prepared(
    aws: SmallAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Prepared]:
    (tmp_path / "template.yaml").touch()
    monkeypatch.chdir(tmp_path)
    empty(aws)
    with StandIn(Account(users=(BOSS,))) as kaltura:
        yield Prepared(tmp_path, aws, kaltura, capsys)
