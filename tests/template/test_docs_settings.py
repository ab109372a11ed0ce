"""The tables of docs/settings.md, and every variable, parameter and output that a page names."""

from __future__ import annotations

import re
from typing import Any

import pytest

from debrief.bounds import BOUNDS
from debrief.errors import BadSettings
from debrief.settings import Settings
from handlers import common, queues, receive
from support.asked import settings_variables
from support.cloudformation import load
from support.documented import NAMES, rows_of, section, spans_of, text_of

OF_FUNCTIONS = {
    common.SECRET_NAME,
    common.OWN_SECRET_NAME,
    common.PEOPLE_SECRET_NAME,
    queues.EXPORT_QUEUE_URL,
    queues.DELIVERY_QUEUE_URL,
    receive.HINT_QUEUE_URL,
}
VARIABLES = settings_variables() | OF_FUNCTIONS | {"DEBRIEF_TEMPLATES_DIR"}
OTHERS = {"DEBRIEF_SESSION_CHANGED", "DEBRIEF_ENTRY_STATUS_CHANGED"}  # names of templates in Kaltura


@pytest.fixture(scope="module")
def table() -> list[list[str]]:
    """Variable, parameter, default and meaning of each setting."""
    rows = rows_of(text_of("settings.md"))
    assert {len(row) for row in rows} == {4}
    return rows


def test_every_variable_is_in_the_table_or_below_it(table: list[list[str]]) -> None:
    on_page = [name for row in table for name in spans_of(row[0])]
    assert len(on_page) == len(set(on_page))
    below = set(re.findall(r"`(\w+)`", section(text_of("settings.md"), "## Set by the template")))
    assert set(on_page) | (below & OF_FUNCTIONS) == VARIABLES


def test_every_parameter_is_in_the_table_once(table: list[list[str]], template: dict[str, Any]) -> None:
    on_page = [name for row in table for name in spans_of(row[1])]
    assert sorted(on_page) == sorted(template["Parameters"])


def test_a_parameter_stands_beside_the_variable_that_it_sets(
    table: list[list[str]], functions: dict[str, dict[str, Any]]
) -> None:
    given: dict[str, str] = {}
    for function in functions.values():
        given |= {name: str(value) for name, value in function["Environment"]["Variables"].items()}
    for variable, parameter, *_ in table:
        for name in spans_of(variable) if spans_of(parameter) else ():
            assert re.search(rf"\b{spans_of(parameter)[0]}\b", given[name]), name


def test_the_defaults_are_those_of_the_template(table: list[list[str]], template: dict[str, Any]) -> None:
    """Two cells are left out: they have two defaults, of a machine and of AWS."""
    parameters = template["Parameters"]
    for _, parameter, default, _ in table:
        for name in spans_of(parameter):
            assert default.strip("`").removeprefix("0; AWS ") == str(parameters[name].get("Default", "")), name


def test_the_defaults_of_a_machine_are_those_of_the_code(table: list[list[str]]) -> None:
    on_page = {spans_of(variable)[0]: default.strip("`") for variable, _, default, _ in table if spans_of(variable)}
    assert on_page["DEBRIEF_ARCHIVE"] == Settings.archive
    assert on_page["DEBRIEF_CALLS_PER_SECOND"].startswith(f"{Settings.calls_per_second:g};")


def test_the_bounds_on_the_page_are_those_of_the_code_and_of_the_template(
    table: list[list[str]], template: dict[str, Any]
) -> None:
    found = set()
    for variable, parameter, _, meaning in table:
        shown = re.search(r" \[(\d+) to (\d+)( each)?\]$", meaning)
        item = template["Parameters"][spans_of(parameter)[0]] if spans_of(parameter) else {}
        if item.get("Type") == "Number" and "AllowedValues" not in item:
            assert shown, parameter
            assert (item["MinValue"], item["MaxValue"]) == (int(shown[1]), int(shown[2])), parameter
        if name := next(iter(spans_of(variable)), "") if shown else "":
            assert BOUNDS[name] == (int(shown[1]), int(shown[2])), name  # type: ignore[index]
            found.add(name)
    assert found == set(BOUNDS)


@pytest.mark.parametrize(
    "text", ["0", "6,24", "6, 24", "0.5", "719.75", "720", "720.5", "721", "1e9", "nan", "-1", "6,"]
)
def test_the_template_takes_no_check_hours_that_the_code_refuses(template: dict[str, Any], text: str) -> None:
    pattern = template["Parameters"]["CheckHours"]["AllowedPattern"]
    try:
        Settings.from_environment({"DEBRIEF_CHECK_HOURS": text})
    except BadSettings:
        assert not re.fullmatch(pattern, text)
    else:
        assert re.fullmatch(pattern, text) or text.endswith(",")


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_that_a_page_names_is_read_by_somebody(name: str) -> None:
    named = set(re.findall(r"\b(?:DEBRIEF|KALTURA)_[A-Z0-9_]*[A-Z0-9]", text_of(name)))
    assert named <= VARIABLES | OTHERS


@pytest.mark.parametrize("name", [name for name in NAMES if name != "CHANGELOG.md"])
def test_every_parameter_that_a_page_sets_and_every_output_that_it_names_is_one_of_the_stack(
    template: dict[str, Any], name: str
) -> None:
    text = text_of(name)
    assert set(re.findall(r"`([A-Z][a-z][A-Za-z]+)=", text)) <= set(template["Parameters"])
    outputs = re.findall(r"\boutputs? `?([A-Z][A-Za-z]+)`?(?: and `?([A-Z][A-Za-z]+))?", text)
    known = set(template["Outputs"]) | set(load("infra/athena.yaml")["Outputs"])
    assert {one for pair in outputs for one in pair if one} <= known
    assert set(re.findall(r"\$\(output (\w+)\)", text)) <= set(template["Outputs"])
    assert set(re.findall(r"\$\(resource (\w+)\)", text)) <= set(template["Resources"])


def test_the_page_about_deploying_answers_each_question_that_needs_an_answer(template: dict[str, Any]) -> None:
    """Those of parameters without a default, and of all that are said to need thought; none that is not asked."""
    asked = [
        name for row in rows_of(section(text_of("deploy-reference.md"), "## 5. Deploy")) for name in spans_of(row[0])
    ]
    parameters = [name for name in asked if name in template["Parameters"]]
    assert {name for name, item in template["Parameters"].items() if "Default" not in item} <= set(parameters)
    assert parameters == sorted(parameters, key=list(template["Parameters"]).index)
