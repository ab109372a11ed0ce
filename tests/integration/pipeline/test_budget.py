"""A session makes the calls that benchmarks/budget.json lists, in the real functions and with AWS as moto serves it.

A change that adds or saves a call must say so: `python -m benchmarks.usage --write` writes the file again.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from benchmarks.measure import BUDGET
from benchmarks.usage import SMALL, calls_of, stages

EXPORTS = ("first export", "check", "last check")


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    """The calls of each stage of a session of ten people with two recipients."""
    return calls_of(stages(SMALL))


def test_each_stage_makes_the_calls_of_the_budget_and_no_others(made: dict[str, dict[str, Any]]) -> None:
    assert made == json.loads(BUDGET.read_text(encoding="utf-8"))


def test_the_exports_of_a_session_make_at_most_90_calls_to_aws(made: dict[str, dict[str, Any]]) -> None:
    assert sum(sum(made[name]["aws"].values()) for name in EXPORTS) <= 90


def test_a_first_export_writes_each_file_with_one_call_and_makes_few_others(made: dict[str, dict[str, Any]]) -> None:
    calls = made["first export"]["aws"]
    assert sum(calls.values()) - calls["s3:PutObject"] <= 14
