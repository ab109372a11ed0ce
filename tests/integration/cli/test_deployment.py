"""`make deploy` and `make status`, with a program in place of the SAM CLI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from debrief.cli.setup.aws_account import AwsAccount
from debrief.cli.setup.deployment import main
from support.aws import LEDGER, make_table
from support.cloudformation import ROOT
from support.prepared import ADMIN, FLAGS, Prepared

STACK = json.dumps({
    "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
    "Outputs": {
        "Archive": {"Value": {"Ref": "Bucket"}},
        "PortalUrl": {"Value": "https://portal.example.com/"},
        "Other": {"Value": "not worth a line"},
    },
})  # fmt: skip
DEPLOYS = f"""\
import json, os, sys
import boto3
from pathlib import Path
Path("asked.json").write_text(json.dumps(sys.argv[1:]))
boto3.client("cloudformation").create_stack(StackName="debrief", TemplateBody={STACK!r})
"""
FAILS = "import sys\nsys.exit(1)\n"


@pytest.fixture
def answered(prepared: Prepared) -> Prepared:
    """Setup has run."""
    assert prepared.setup(*FLAGS, "--yes", environ=prepared.token)[0] == 0
    return prepared


def sam(prepared: Prepared, code: str) -> str:
    """A program in place of the SAM CLI."""
    path = prepared.folder / "sam"
    path.write_text(f"#!{sys.executable}\n{code}")
    path.chmod(0o755)
    return str(path)


def run(prepared: Prepared, *argv: str) -> tuple[int, str]:
    """Return the exit code and what was printed."""
    code = main(argv)
    return code, "".join(prepared.capsys.readouterr())


@pytest.mark.parametrize("is_built", [True, False])
def test_make_deploy_shows_the_log_of_the_build_only_if_it_failed(tmp_path: Path, is_built: bool) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    needed = ["requirements/run.txt", "requirements/link.py", "requirements/sam.txt", "pyproject.toml"]
    stamps = [".venv/bin/python", ".venv-sam/bin/sam", ".venv-sam/stamp", ".venv/run.stamp"]
    for name in (*needed, *stamps):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    for name, code in ((stamps[0], 'echo "$@"'), (stamps[1], f"echo lines of pip; {'true' if is_built else 'false'}")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{code}\n")
        (tmp_path / name).chmod(0o755)
    for place, name in enumerate((*needed, *stamps)):
        os.utime(tmp_path / name, (place, place))
    done = subprocess.run(["make", "deploy"], cwd=tmp_path, capture_output=True, text=True, check=False)
    deploys = "debrief.cli.setup.deployment deploy .venv-sam/bin/sam"
    assert (done.returncode == 0, deploys in done.stdout) == (is_built, is_built), done.stderr
    assert ("lines of pip" in done.stderr, "The build failed; nothing was deployed." in done.stderr) == (
        not is_built,
        not is_built,
    )
    assert "lines of pip" in (tmp_path / ".aws-sam/build.log").read_text()


@pytest.mark.parametrize("argv", [("check",), ("deploy", "sam"), ("status",)])
def test_without_answers_setup_is_named(prepared: Prepared, argv: tuple[str, ...]) -> None:
    code, shown = run(prepared, *argv)
    assert (code, shown) == (
        2,
        "debrief: samconfig.toml is missing or names no stack. Run `.venv/bin/debrief setup` first.\n",
    )


def test_the_first_deployment_asks_nothing_and_says_what_comes_next(answered: Prepared) -> None:
    code, shown = run(answered, "deploy", sam(answered, DEPLOYS))
    assert code == 0, shown
    asked = json.loads((answered.folder / "asked.json").read_text())
    assert asked[:3] == ["deploy", "--no-confirm-changeset", "--no-fail-on-empty-changeset"]
    assert "The stack debrief is deployed in eu-west-1." in shown
    assert "portal    https://portal.example.com/" in shown
    assert "not worth a line" not in shown
    assert f"Open the link that AWS emails to {ADMIN}" in shown
    assert f"go to\n{ADMIN} only" in shown


def test_the_first_run_begins_at_once_if_the_admin_may_start_it(
    answered: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "The first run begins within 15 minutes." in run(answered, "deploy", sam(answered, DEPLOYS))[1]
    boto3.client("cloudformation").delete_stack(StackName="debrief")
    started = []
    monkeypatch.setattr(AwsAccount, "start_function", lambda _, *names: started.append(names))
    assert "The first run has begun." in run(answered, "deploy", sam(answered, DEPLOYS))[1]
    assert started == [("debrief", "ReconcileFunction")]


def test_a_later_deployment_says_only_what_is_there(answered: Prepared) -> None:
    boto3.client("cloudformation").create_stack(StackName="debrief", TemplateBody=STACK)
    code, shown = run(answered, "deploy", sam(answered, ""))
    assert (code, "is deployed" in shown, "Open the link" in shown) == (0, True, False)


def test_reports_for_organizers_and_a_schedule_that_is_off_are_said(answered: Prepared) -> None:
    answered.setup("--reports", "both", "--yes")
    _, shown = run(answered, "deploy", sam(answered, DEPLOYS))
    assert f"their organizers and {ADMIN}" in shown
    path = answered.folder / "samconfig.toml"
    path.write_text(f'{path.read_text()}ScheduleState = "DISABLED"\n')
    assert "The schedule is off" in run(answered, "deploy", sam(answered, ""))[1]


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("ROLLBACK_COMPLETE", ".venv-sam/bin/sam delete --no-prompts --stack-name debrief --region eu-west-1"),
        ("DELETE_FAILED", "The stack debrief is DELETE_FAILED, so it cannot be updated. Delete it"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name debrief"),
        ("UPDATE_IN_PROGRESS", "wait until that is done"),
        ("DELETE_IN_PROGRESS", "wait until that is done"),
    ],
)
def test_a_stack_that_cannot_be_deployed_is_not_built(
    answered: Prepared, monkeypatch: pytest.MonkeyPatch, status: str, advice: str
) -> None:
    monkeypatch.setattr(AwsAccount, "stack_status", lambda *_: status)
    for argv in (("check",), ("deploy", "/never/run")):
        code, shown = run(answered, *argv)
        assert (code, advice in shown) == (2, True), shown


@pytest.mark.parametrize("status", ["", "REVIEW_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_COMPLETE"])
def test_a_stack_that_can_be_deployed_passes(answered: Prepared, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    monkeypatch.setattr(AwsAccount, "stack_status", lambda *_: status)
    assert run(answered, "check") == (0, "")


def test_a_deployment_that_failed_gives_the_cause_and_the_way_out(
    answered: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = iter(["", "ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE"])
    monkeypatch.setattr(AwsAccount, "stack_status", lambda *_: next(statuses))
    monkeypatch.setattr(AwsAccount, "first_failure", lambda *_: "PortalFunction: too few executions")
    code, shown = run(answered, "deploy", sam(answered, FAILS))
    assert code == 1
    assert "Cause: PortalFunction: too few executions" in shown
    assert "earlier deployment" not in shown  # there was none
    assert "sam delete" in shown


def test_a_stack_that_was_not_created_is_deployed_again(answered: Prepared) -> None:
    code, shown = run(answered, "deploy", sam(answered, FAILS))
    assert code == 1
    assert "The stack was not created." in shown
    assert "Run `make deploy` again, or see docs/deploy-reference.md#if-the-first-deployment-fails." in shown


def test_an_update_that_failed_lost_nothing(answered: Prepared) -> None:
    boto3.client("cloudformation").create_stack(StackName="debrief", TemplateBody=STACK)
    code, shown = run(answered, "deploy", sam(answered, FAILS))
    assert (code, "nothing of an earlier deployment was lost" in shown) == (1, True)


def test_the_first_failure_of_the_last_deployment_is_the_cause(aws: object) -> None:
    events = [  # newest first, as CloudFormation lists them
        ("debrief", "ROLLBACK_COMPLETE", ""),
        ("Table", "CREATE_FAILED", "Resource creation cancelled"),
        ("Portal", "CREATE_FAILED", "too few executions"),
        ("debrief", "CREATE_IN_PROGRESS", "User Initiated"),
        ("Old", "CREATE_FAILED", "of an earlier deployment"),
    ]
    account = AwsAccount("eu-west-1")

    class Cloud:
        def describe_stack_events(self, **_: str) -> object:
            names = ("LogicalResourceId", "ResourceStatus", "ResourceStatusReason")
            return {"StackEvents": [dict(zip(names, event, strict=True)) for event in events]}

    account._clients["cloudformation"] = Cloud()
    assert account.first_failure("debrief") == "Portal: too few executions"


def test_status_reads_the_archive_and_the_ledger_of_the_stack(answered: Prepared) -> None:
    code, shown = run(answered, "status")
    assert (code, "is not deployed in eu-west-1" in shown) == (2, True)
    template = STACK.replace("Other", "Ledger").replace("not worth a line", LEDGER)
    boto3.client("cloudformation").create_stack(StackName="debrief", TemplateBody=template)
    make_table()
    assert run(answered, "status")[0] == 0


def test_an_old_file_of_the_sam_cli_is_enough(prepared: Prepared) -> None:
    Path("samconfig.toml").write_text(
        'version = 0.1\n[default.global.parameters]\nstack_name = "debrief"\n[default.deploy.parameters]\n'
        'region = "eu-west-1"\nparameter_overrides = "MailFrom=\\"a@example.com\\""\n'
    )
    assert run(prepared, "check") == (0, "")
