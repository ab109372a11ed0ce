"""`debrief doctor --deep`: check how a Kaltura account answers, and write the contract file."""

from __future__ import annotations

from pathlib import Path

from debrief.cli.output import print_row, say
from debrief.errors import BadSettings
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.contract.checks import Checks
from debrief.kaltura.contract.run import Outcome, contract_of, run
from debrief.settings import Settings
from debrief.wiring import utc_now

CONTRACT = "out/kaltura-contract.json"
_WIDTHS = (7, 23)  # the verdict, what was checked
_VERDICTS = {"ok": "ok", "differs": "differs", "not known": "FAIL", "does not apply": "-"}


def deep_checks(settings: Settings, session_id: str, file: Path) -> int:
    """Run the checks, print a line for each, write the file. Returns the exit code."""
    checks = Checks(Kaltura(settings), utc_now(), session_id)
    outcomes = list[Outcome]()
    for outcome in run(checks, settings):
        outcomes.append(outcome)
        print_row((_VERDICTS[outcome.verdict], f"{outcome.number:2} {outcome.name}", outcome.sentence), _WIDTHS)
    if session := checks.session:
        say(f"The checks of one session looked at {session.cue_point_id}, {session.start:%Y-%m-%d %H:%M} UTC.")
    _write(file, contract_of(outcomes, settings))
    say(
        f"{file} describes these answers, without names, addresses, ids, figures and tokens. docs/kaltura.md says"
        " where to send it."
    )
    return 0 if all(outcome.verdict in {"ok", "does not apply"} for outcome in outcomes) else 1


def _write(file: Path, body: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    except OSError as error:
        raise BadSettings(f"--contract {str(file)!r} cannot be written: {error.strerror}.") from None
