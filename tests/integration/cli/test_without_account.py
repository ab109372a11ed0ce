"""README's way for somebody without an account: the stand-in as a server, and the commands against it."""

from __future__ import annotations

import socket
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


def test_a_wrong_flag_of_the_stand_in_is_refused_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = str(used.getsockname()[1])
        wrong = {
            ("--port", "99999"): "argument --port: must be a whole number from 0 to 65535",
            ("--port", port): f"cannot listen on port {port}: ",
            ("--now", "foo"): "argument --now: 'foo' is not a time such as 2026-11-20T09:00",
        }
        for flags, words in wrong.items():
            command = [sys.executable, "-m", "kaltura_standin", *flags]
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
            assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
            assert words in done.stderr
