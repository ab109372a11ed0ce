"""What is kept in two places agrees: the version, the pinned ruff, and the targets of the Makefile."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any

import pytest
import yaml

from debrief.cli.main import main
from support.cloudformation import ROOT
from support.documented import NAMES, commands_of, text_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())  # type: ignore[index]


def test_the_version_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"], {})
    assert capsys.readouterr().out == f"debrief {PROJECT['version']}\n"


def test_the_metadata_for_the_application_repository_are_those_of_the_project(template: dict[str, Any]) -> None:
    told = template["Metadata"]["AWS::ServerlessRepo::Application"]
    assert told["SemanticVersion"] == PROJECT["version"]
    assert told["SpdxLicenseId"] == PROJECT["license"]
    assert told["Description"] == PROJECT["description"]
    assert all((ROOT / told[name]).is_file() for name in ("LicenseUrl", "ReadmeUrl"))


def test_the_newest_release_of_the_changelog_is_this_version_and_has_a_date() -> None:
    newest = next(
        head for head in re.findall(r"^## (.+)$", text_of("CHANGELOG.md"), re.MULTILINE) if head != "Unreleased"
    )
    version, _, day = newest.partition(" ")
    assert version == PROJECT["version"]
    assert date.fromisoformat(day.strip("()"))


def test_every_target_of_the_makefile_is_explained_by_make_help() -> None:
    assert set(re.findall(r"^([a-z]+):.*  ## \S", MAKEFILE, re.MULTILINE)) == TARGETS


@pytest.mark.parametrize("name", [name for name in NAMES if name != "CHANGELOG.md"])
def test_every_target_that_a_page_names_is_one(name: str) -> None:
    named = {target for line in commands_of(text_of(name)) for target in re.findall(r"^(?:\$ )?make ([a-z]+)\b", line)}
    assert named <= TARGETS


def test_ruff_formats_before_a_commit_as_it_does_in_make_check() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    (pinned,) = re.findall(r"^ruff==(\S+)", (ROOT / "requirements/dev.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert [hook["rev"] for hook in hooks if "ruff" in hook["repo"]] == [f"v{pinned}"]


def test_ci_calls_what_a_developer_calls() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8"))["jobs"]
    assert any("make check" in step.get("run", "") for step in jobs["check"]["steps"])
