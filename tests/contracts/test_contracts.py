"""Every contract file in this folder: Debrief's readers understand such answers, and its expectations hold."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from debrief.errors import ReportChanged
from debrief.kaltura.contract.judge import judge
from debrief.kaltura.contract.vocabulary import FACTS, FORMAT, NAMES, foreign_texts
from debrief.kaltura.reports.page_reports import PAGE_REQUESTS, PageRequest, rows_of
from debrief.kaltura.reports.room_reports import ATTENDEES, BREAKOUTS, ROOMS, parse
from debrief.kaltura.session_data.room_polls import polls_in
from debrief.kaltura.sessions.cue_points import _session
from debrief.util.values import moment, number
from kaltura_standin.summary.registry import REPORTS as COLUMNS
from support.contract_answers import END, START, csv_body, table, value

CONTRACTS = {path.stem: json.loads(path.read_bytes()) for path in sorted(Path(__file__).parent.glob("*.json"))}
CHECKS = [(name, check) for name, contract in CONTRACTS.items() for check in contract["checks"]]
ANSWERS = [
    pytest.param(answer, shape, id=f"{name}-{answer}")
    for name, check in CHECKS
    for answer, shape in check["answers"].items()
]
READERS = {report.number: report for report in (ROOMS, ATTENDEES, BREAKOUTS)}


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_has_all_checks_and_nothing_that_names_somebody(name: str) -> None:
    contract = CONTRACTS[name]
    assert contract["format"] == FORMAT
    assert [check["number"] for check in contract["checks"]] == list(NAMES)
    assert foreign_texts(contract) == 0


@pytest.mark.parametrize(
    ("name", "check"), CHECKS, ids=[f"{name}-{check['number']} {check['name']}" for name, check in CHECKS]
)
def test_debrief_can_work_with_the_facts_of_each_check(name: str, check: dict[str, Any]) -> None:
    assert all(check["facts"][fact] in FACTS[check["number"]][fact] for fact in check["facts"])
    verdict, meaning = judge(check["number"], check["facts"])
    assert verdict == "ok" or check["verdict"] in {"not known", "does not apply"}, meaning


@pytest.mark.parametrize(("answer", "shape"), ANSWERS)
def test_debrief_reads_answers_of_that_form(answer: str, shape: Any) -> None:
    kind = shape.get("kind")
    if kind == "csv":
        _read_csv(shape)
    elif kind in {"table", "total"}:
        _read_table(shape)
    elif answer == "cue point":
        session = _session(value(shape))
        assert session
        assert (session.start.timestamp(), session.end.timestamp()) == (START, END)
    elif answer == "polls":
        assert all("question" in poll for poll in polls_in(value(shape)))


def _read_csv(shape: Any) -> None:
    read = parse(READERS[shape["report"]], csv_body(shape))
    assert [finding.message for finding in read.findings if finding.code != "UNKNOWN_COLUMN"] == []
    assert read.count == len(read.rows)
    for row in read.rows:
        cells = row._asdict()
        assert all(cells[name] for name in ("entry_id", "cue_point_id", "breakout_entry_id") if name in cells)
        times = [cells[name] for name in ("session_start_time", "session_end_time") if cells.get(name)]
        assert all((time := moment(cell)) and 2020 < time.year < 2100 for cell in times)
        counts = [cells[name] for name in cells if name.startswith("meeting_") and cells[name]]
        assert all(number(cell) is not None for cell in counts)


def _read_table(shape: Any) -> None:
    action = "getTotal" if shape["kind"] == "total" else "getTable"
    request = next(
        (one for one in PAGE_REQUESTS if (one.report, one.action) == (shape["report"], action)),
        PageRequest(shape["report"], "getTable", "live"),
    )
    rows = rows_of(request, table(shape))
    if shape["columns"]:
        known = COLUMNS[shape["report"]]
        missing = set(known.totals if action == "getTotal" else known.header) - {
            one["name"] for one in shape["columns"]
        }
        assert not missing
    assert all(len(row) for row in rows) or not shape["columns"]


def answer_of(name: str) -> Any:
    """A copy of an answer of the stand-in's contract, to spoil it."""
    answers = [check["answers"] for check in CONTRACTS["standin"]["checks"] if name in check["answers"]]
    return copy.deepcopy(answers[0][name])


def test_a_contract_whose_report_lost_a_column_fails_and_names_it() -> None:
    shape = answer_of("6001")
    shape["columns"] = [one for one in shape["columns"] if one["name"] != "meeting_view_time"]
    with pytest.raises(ReportChanged, match="meeting_view_time"):
        _read_csv(shape)


@pytest.mark.parametrize(("name", "shape"), [("session_start_time", "text"), ("cue_point_id", "blank")])
def test_a_contract_with_cells_of_another_form_fails(name: str, shape: str) -> None:
    answer = answer_of("6000")
    next(one for one in answer["columns"] if one["name"] == name)["shapes"] = [shape]
    with pytest.raises(AssertionError):
        _read_csv(answer)


def test_a_contract_whose_table_lost_a_column_fails() -> None:
    answer = answer_of("60004")
    answer["columns"] = answer["columns"][1:]
    with pytest.raises(AssertionError):
        _read_table(answer)


def test_milliseconds_in_a_cue_point_are_read_as_the_same_times() -> None:
    answer = answer_of("cue point")
    answer["fields"]["startTime"] = "13 digits"
    session = _session(value(answer))
    assert session
    assert session.start.timestamp() == START
