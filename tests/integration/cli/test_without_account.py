"""README's way for somebody without an account: the stand-in as a server, and the commands against it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from debrief.cli.main import main
from support.documented import commands_of, text_of


@pytest.fixture(scope="module")
def printed() -> Iterator[dict[str, str]]:
    """The settings that the server prints."""
    with subprocess.Popen([sys.executable, "-m", "kaltura_standin"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(5)]
        pairs = (line.removeprefix("export ").strip().partition("=") for line in lines)
        yield {name: value for name, _, value in pairs}
        server.terminate()


def test_the_last_week_has_sessions_on_any_day(printed: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--since", "7d", "--dry-run", "--no-mail"], printed) == 0
    out, err = capsys.readouterr()
    assert out.count("would be exported") >= 12, err


def test_the_readme_names_the_server_and_the_span() -> None:
    shown = "\n".join(commands_of(text_of("README.md")))
    assert "python -m kaltura_standin" in text_of("README.md")
    assert "debrief export --since 7d --dry-run" in shown
