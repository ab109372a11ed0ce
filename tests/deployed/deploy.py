"""The stack, built for this machine and deployed with the real SAM CLI.

The ways round the emulator are made on a copy of the project in a temporary folder, never on the project.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployed.emulator import PATIENCE_SECONDS, Cloud, wait_until

ROOT = Path(__file__).resolve().parents[2]
STACK = "debrief"
_PARTS = ("template.yaml", "functions", "infra", "templates", "LICENSE", "README.md")
_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
_WHEELS = {"x86_64": "x86_64", "arm64": "aarch64"}
_KALTURA = re.compile(r"(  Kaltura(?:Service|Chat)Url:\n(?:    .*\n)*?    AllowedPattern: ')(.*)")
_IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info")


class CommandFailed(Exception):
    """A command of the deployment failed; the message has the end of what it printed."""


@dataclass(frozen=True)
class Tools:
    """Where the commands are: the SAM command line, and the emulator's Python 3.13, which is also Lambda's."""

    sam: Path
    python: Path

    @property
    def environ(self) -> dict[str, str]:
        """The environment of commands. The build finds `python3.13`, and so compiles the code."""
        own = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "DEBRIEF_", "KALTURA_"))
        }
        return own | {
            "PATH": os.pathsep.join([str(self.sam.parent), str(self.python.parent), own["PATH"]]),
            "AWS_DEFAULT_REGION": "eu-west-1",
            "SAM_CLI_TELEMETRY": "0",
        }


def build(tools: Tools, folder: Path) -> Path:
    """Copy the project into the folder and build it there. Returns the built template."""
    folder.mkdir()
    for name in _PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_IGNORED)
        else:
            shutil.copy(source, folder / name)
    adapt(folder)
    _run([tools.sam, "build", "--parallel"], tools.environ, folder)
    return folder / ".aws-sam" / "build" / "template.yaml"


def adapt(folder: Path) -> None:
    """Let a copy of the project be built for this machine, and its functions ask a Kaltura on this machine."""
    machine = _MACHINES[platform.machine().lower()]
    for path, there, here in (
        (folder / "template.yaml", "arm64", machine),
        (folder / "functions" / "Makefile", "aarch64", _WHEELS[machine]),
        (folder / "infra" / "layers" / "pdf" / "Makefile", "aarch64", _WHEELS[machine]),
    ):
        path.write_text(path.read_text().replace(there, here))
    template = folder / "template.yaml"
    text, count = _KALTURA.subn(r"\1http://127[.]0[.]0[.]1:.+|\2", template.read_text())
    if count != 2:
        raise ValueError("template.yaml changed: adapt the patterns of Kaltura's addresses here.")
    template.write_text(text)


@dataclass(frozen=True)
class Stack:
    """The deployed stack. `outputs` are those of its last deployment."""

    tools: Tools
    cloud: Cloud
    template: Path
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]

    @property
    def project(self) -> Path:
        """The copy of the project that was built."""
        return self.template.parents[2]

    def updated(self, **parameters: str) -> Stack:
        """Deploy again with some parameters changed; return what is there then."""
        return deploy(self.tools, self.cloud, self.template, {**self.parameters, **parameters})

    def physical_id(self, logical_id: str) -> str:
        found = self.cloud.client("cloudformation").describe_stack_resource(
            StackName=STACK, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def resources(self) -> Iterator[tuple[str, str, str]]:
        """Yield logical id, type and physical id of all resources."""
        pages = self.cloud.client("cloudformation").get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=STACK):
            for item in page["StackResourceSummaries"]:
                yield item["LogicalResourceId"], item["ResourceType"], item["PhysicalResourceId"]

    def delete(self) -> None:
        """Delete the stack and wait until it is gone."""
        client = self.cloud.client("cloudformation")
        stack_id = client.describe_stacks(StackName=STACK)["Stacks"][0]["StackId"]
        client.delete_stack(StackName=STACK)

        def is_gone() -> bool:
            status = client.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
            if status == "DELETE_FAILED":
                raise CommandFailed(f"The stack cannot be deleted: {status}")
            return bool(status == "DELETE_COMPLETE")

        wait_until(is_gone, "the stack is not deleted.")


def deploy(tools: Tools, cloud: Cloud, template: Path, parameters: Mapping[str, str]) -> Stack:
    """Create or update the stack with `sam deploy`."""
    overrides = [f'{name}="{value}"' for name, value in parameters.items()]
    command = [
        *(tools.sam, "deploy", "--template-file", template, "--stack-name", STACK, "--resolve-s3"),
        *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
        *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--parameter-overrides", *overrides),
    ]
    _run(command, tools.environ | cloud.environ, template.parent)
    (found,) = cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    outputs = {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", [])}
    return Stack(tools, cloud, template, parameters, outputs)


def _run(command: list[Any], environ: Mapping[str, str], folder: Path) -> str:
    """Run a command to its end and return what it printed. Raises CommandFailed."""
    done = subprocess.run(
        command, env=dict(environ), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, text=True, timeout=2 * PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CommandFailed(f"{' '.join(map(str, command[:2]))} failed:\n{done.stdout[-3000:]}")
    return done.stdout
