"""The examples of docs/rules.md are files that load."""

import re
from pathlib import Path

import pytest

from debrief.delivery.rules.rules import ROLES
from debrief.delivery.rules.schema import MOST_RULES, load_rules
from debrief.delivery.rules.yaml_reader import LARGEST

TEXT = (Path(__file__).parents[3] / "docs" / "rules.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_loads_and_says_something(example: str) -> None:
    assert load_rules(example) != load_rules("version: 1")


def test_the_first_example_has_everything_that_a_file_can_have() -> None:
    assert len(EXAMPLES) > 5
    rules = load_rules(EXAMPLES[0])
    assert rules.roles == ROLES
    assert (len(rules.never), len(rules.people), len(rules.rules)) == (2, 2, 2)
    assert rules.defaults.timezone == "Europe/Berlin"


def test_the_limits_are_those_that_the_text_names() -> None:
    assert f"{LARGEST // 1024} KB or {MOST_RULES:,} rules" in TEXT
