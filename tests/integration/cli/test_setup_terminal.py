"""`debrief setup` at a terminal of 80 columns, in a process of its own, as an admin uses it."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterable
from fcntl import ioctl

import pytest

from support.cloudformation import ROOT
from support.prepared import ADMIN, BOSS, FLAGS, SENDER, Prepared

WAIT_SECONDS = 60
CTRL_C = "\x03"  # Python may notice it only at the Enter that `converse` adds


def converse(prepared: Prepared, argv: Iterable[str], answers: Iterable[tuple[str, str]]) -> tuple[int, str]:
    """Type an answer after each prompt. Each is awaited to its end, so that the echo does not meet other text.

    Returns the exit code, and what the terminal showed.
    """
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("functions", "standin")),
        "KALTURA_SERVICE_URL": prepared.kaltura.url,
        "TZ": "UTC",
    }
    child, terminal = pty.fork()
    if not child:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell in the background ignores it
        os.execvpe(sys.executable, [sys.executable, "-m", "debrief", "setup", *argv], environ)
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    shown, seen, left, end = "", 0, list(answers), time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            shown += os.read(terminal, 65536).decode()
        except OSError:  # the process has ended
            break
        while left and left[0][0] in shown[seen:]:
            awaited, answer = left.pop(0)
            seen = shown.index(awaited, seen) + len(awaited)
            os.write(terminal, f"{answer}\n".encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.replace("\r\n", "\n")


def test_eight_answers_prepare_a_deployment(prepared: Prepared) -> None:
    code, shown = converse(
        prepared,
        [],
        [
            ("[eu-west-1] ", ""),
            ("(partner id)\r\n     ", "12345"),
            ("Credential (not shown): ", "what is this"),
            ("Credential (not shown): ", BOSS.email),
            ("Password at Kaltura (not shown): ", BOSS.password),
            ("One-time code (not shown): ", BOSS.one_time_code),
            ("such as reports@example.com\r\n     ", SENDER),
            ("and failures\r\n     ", ADMIN),
            (f"[{ADMIN}] ", ""),
            ("[UTC] ", "Berlin"),
            ("[UTC] ", "Europe/Berlin"),
            ("[me] ", ""),
            ("Continue? [y/N] ", "y"),
        ],
    )
    assert code == 0, shown
    assert [f"{number}/8" in shown for number in range(1, 9)] == [True] * 8
    assert "That is no app token" in shown
    assert BOSS.password not in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert prepared.secret()["kaltura_app_token_id"] == prepared.own_tokens[0]
    assert prepared.config()["parameter_overrides"]["Timezone"] == "Europe/Berlin"


def test_a_wrong_account_number_is_asked_for_again(prepared: Prepared) -> None:
    token = prepared.kaltura.account.app_tokens[0]
    flags = ["--sender", SENDER, "--admin", ADMIN, "--alarm", ADMIN, "--timezone", "UTC", "--reports", "me"]
    pasted = f"{token.id} {token.token}"
    code, shown = converse(
        prepared,
        [*flags, "--region", "eu-west-1"],
        [
            ("(partner id)\r\n     ", "99999"),
            ("Credential (not shown): ", pasted),
            ("[99999] ", "12345"),
            ("Credential (not shown): ", "0" * 32),
            ("[12345] ", ""),
            ("Credential (not shown): ", pasted),
            ("Continue? [y/N] ", "y"),
        ],
    )
    assert code == 0, shown
    assert "has no account 99999." in shown
    assert "The admin secret is wrong for account 12345." in shown
    assert prepared.secret()["kaltura_partner_id"] == "12345"


def test_another_region_offers_the_account_number_again(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--region", "us-east-1", "--yes", environ=prepared.token)
    _, shown = converse(prepared, ["--region", "eu-west-1"], [("[12345] ", ""), ("(not shown): ", CTRL_C)])
    assert "[12345]" in shown
    assert "Nothing was changed, and no answer was saved." in shown


def test_undo_asks_again_after_a_wrong_admin_secret(prepared: Prepared) -> None:
    prepared.setup(*FLAGS, "--region", "eu-west-1", "--yes", environ=prepared.admin)
    asked = "Credential (not shown): "
    secret = prepared.kaltura.account.admin_secret
    code, shown = converse(prepared, ["--undo"], [(asked, "0" * 32), (asked, secret), ("[y/N] ", "y")])
    assert (code, "The admin secret is wrong for account 12345." in shown) == (0, True), shown
    assert prepared.own_tokens == []
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_ctrl_c_at_a_question_says_that_no_answer_was_saved(prepared: Prepared) -> None:
    code, shown = converse(prepared, [], [("[eu-west-1] ", ""), ("(partner id)\r\n     ", CTRL_C)])
    assert (code, "Nothing was changed, and no answer was saved." in shown) == (130, True), shown


@pytest.mark.parametrize("answer", ["", "n", "maybe"])
def test_nothing_is_changed_without_a_yes(prepared: Prepared, answer: str) -> None:
    flags = ["--sender", SENDER, "--admin", ADMIN, "--timezone", "UTC", "--reports", "me", "--region", "eu-west-1"]
    token = prepared.kaltura.account.app_tokens[0]
    code, shown = converse(
        prepared,
        ["--partner-id", "12345", "--alarm", ADMIN, *flags],
        [("Credential (not shown): ", f"{token.id} {token.token}"), ("Continue? [y/N] ", answer)],
    )
    assert (code, "Nothing was changed or saved." in shown) == (1, True)
    assert token.token not in shown
    assert not prepared.has_secret()
    assert not (prepared.folder / "samconfig.toml").exists()
    assert prepared.aws.identities == {}
