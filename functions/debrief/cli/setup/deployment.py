"""Deploy by samconfig.toml, and say in plain words what came of it. The Makefile runs this module."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from debrief.cli.output import print_row, say
from debrief.cli.setup.asker import say_lines
from debrief.cli.setup.aws_account import AwsAccount
from debrief.cli.setup.samconfig import NAME, SamConfig, read_config
from debrief.cli.setup.wizard import configured_region
from debrief.errors import BadSettings, DebriefError

_FLAGS = ("--no-confirm-changeset", "--no-fail-on-empty-changeset")
_CAPABILITIES = ("--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")  # for roles, and for the nested stack
_OUTPUTS = {"Archive": "archive", "PortalUrl": "portal", "WebhookUrl": "webhook", "Logs": "logs"}
_NEW = {"", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}  # there is no stack yet
_CREATION_FAILED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}


def main(argv: Sequence[str]) -> int:
    """Run `check`, `deploy SAM` or `status`, and return the exit code."""
    try:
        config = _config()
        match argv:
            case ["check"]:
                _check(_account(config), config.stack)
                return 0
            case ["deploy", sam]:
                return _deploy(config, sam)
            case ["status"]:
                return _status(config)
        raise BadSettings("Use check, deploy PATH_OF_SAM, or status.")
    except DebriefError as error:
        say(str(error))
        return 2


def _config() -> SamConfig:
    config = read_config(Path.cwd())
    if config is None or not config.stack:
        raise BadSettings(f"{NAME} is missing or names no stack. Run `.venv/bin/debrief setup` first.")
    return config


def _account(config: SamConfig) -> AwsAccount:
    region = config.region or configured_region()
    if not region:
        raise BadSettings("No AWS region is set. Run `.venv/bin/debrief setup`, or set AWS_DEFAULT_REGION.")
    return AwsAccount(region)


def _check(account: AwsAccount, stack: str) -> str:
    """Return the stack's status. Raises BadSettings if it cannot be deployed now, with what to do."""
    status = account.stack_status(stack)
    named = f"--stack-name {stack} --region {account.region}"
    if status in _CREATION_FAILED:
        raise BadSettings(
            f"The stack {stack} is {status}, so it cannot be updated. Delete it, then run `make deploy` again: "
            f".venv-sam/bin/sam delete --no-prompts {named}"
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        raise BadSettings(
            f"The stack {stack} is {status}. Finish the rollback, then run `make deploy` again: "
            f"aws cloudformation continue-update-rollback {named}"
        )
    if status.endswith("_IN_PROGRESS") and status not in _NEW:
        raise BadSettings(f"The stack {stack} is {status}: wait until that is done, then run `make deploy` again.")
    return status


def _deploy(config: SamConfig, sam: str) -> int:
    account = _account(config)
    before = _check(account, config.stack)
    sys.stdout.flush()
    environ = {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": account.region, **os.environ}
    code = subprocess.run([sam, "deploy", *_FLAGS, *_CAPABILITIES], env=environ, check=False).returncode  # noqa: S603
    if code:
        _say_failure(account, config.stack, is_first=before in _NEW)
        return code
    _say_success(account, config, is_first=before in _NEW)
    return 0


def _say_failure(account: AwsAccount, stack: str, *, is_first: bool) -> None:
    say("The deployment failed." if is_first else "The deployment failed; nothing of an earlier deployment was lost.")
    try:
        if account.stack_status(stack) in _NEW:
            say("The stack was not created. The last lines above say why.")
            say("Run `make deploy` again, or see docs/deploy-reference.md#if-the-first-deployment-fails.")
            return
        if cause := account.first_failure(stack):
            say(f"Cause: {cause}")
        _check(account, stack)
    except DebriefError as error:
        say(str(error))


def _say_success(account: AwsAccount, config: SamConfig, *, is_first: bool) -> None:
    outputs, parameters = account.outputs(config.stack), config.parameters
    say_lines("", f"The stack {config.stack} is deployed in {account.region}.")
    for name, label in _OUTPUTS.items():
        if name in outputs:
            print_row(("", label, outputs[name]), (2, 8))
    say_lines("")
    alarm = parameters.get("AlarmEmail", "")
    if is_first and alarm:
        say_lines(f"Open the link that AWS emails to {alarm}; before that no alarm arrives.")
    if parameters.get("ScheduleState") == "DISABLED":
        say_lines(f"The schedule is off (ScheduleState in {NAME}), so nothing new is exported.")
    elif is_first:
        listed = parameters.get("MailTo", "").replace(",", ", ")
        only = parameters.get("Organizers") == "no"
        people = f"{listed} only" if only else " and ".join(filter(None, ("their organizers", listed)))
        begins = "has begun" if _has_begun(account, config.stack) else "begins within 15 minutes"
        say_lines(
            f"The first run {begins}. Reports of the sessions of the last two days go to",
            f"{people}; later ones 45 minutes after the end of a session.",
        )
    say_lines("To see what Debrief did: make status")


def _has_begun(account: AwsAccount, stack: str) -> bool:
    """Start the first reconciliation now instead of at the next scheduled time."""
    try:
        account.start_function(stack, "ReconcileFunction")
    except DebriefError:
        return False  # the schedule starts it
    return True


def _status(config: SamConfig) -> int:
    account = _account(config)
    outputs = account.outputs(config.stack)
    if not {"Archive", "Ledger"} <= outputs.keys():
        raise BadSettings(f"The stack {config.stack} is not deployed in {account.region}. Run `make deploy` first.")
    stack = {
        "AWS_DEFAULT_REGION": account.region,
        "DEBRIEF_ARCHIVE": f"s3://{outputs['Archive']}",
        "DEBRIEF_LEDGER": f"dynamodb:{outputs['Ledger']}",
    }
    command = [sys.executable, "-m", "debrief", "status", "--since", "2d"]
    return subprocess.run(command, env={**os.environ, **stack}, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
