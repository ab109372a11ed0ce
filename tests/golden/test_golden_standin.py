"""The stand-in beside Kaltura's own code: what it plays is what Kaltura answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from replay import Recorded, recorded, value_of

from debrief.kaltura.reports.page_tables import table_rows
from kaltura_standin.account import Account
from kaltura_standin.answers import error_answer
from kaltura_standin.apierrors import ApiError
from kaltura_standin.csv_writer import csv_bytes
from kaltura_standin.geography import CODES, places_in
from kaltura_standin.interactions import Act
from kaltura_standin.reports import BREAKOUT_COLUMNS, Table
from kaltura_standin.sample_account import sample_account
from kaltura_standin.summary.endpoint import SummaryDesk
from kaltura_standin.summary.paging import page_of
from kaltura_standin.summary.query import Question
from kaltura_standin.summary.registry import REPORTS
from kaltura_standin.summary.report import Found

ERRORS = [(code, named[code]) for code, named in value_of("errors/all-codes.json").items() if code in named]


@pytest.mark.parametrize(("code", "error"), ERRORS, ids=[code for code, _ in ERRORS])
def test_errors_are_kalturas_word_for_word_in_json_and_xml(code: str, error: dict[str, str]) -> None:
    args = json.loads(error["json"])["args"] or {}
    made = ApiError(code, **args)
    assert error_answer(made, "1", gives_file=False).body.decode() == error["json"]
    assert error["xml"] in error_answer(made, "2", gives_file=False).body.decode()


@pytest.mark.parametrize(
    "answer", [one for one in recorded("empty") if "druid-none" in one.file], ids=lambda answer: answer.file
)
def test_an_empty_answer_is_kalturas(answer: Recorded) -> None:
    """Joins keep their header, single tables nothing but their type; totals are blank where Druid has no bucket."""
    params = {
        "reportInputFilter": {"fromDate": "1700000000", "toDate": "1700003600", "entryIdIn": "0_nobody"},
        "responseOptions": {"delimiter": "|"},
        "pager": {"pageSize": "500"},
    }
    desk, account = SummaryDesk(), Account()
    ask = desk.total if answer.action == "getTotal" else desk.table
    assert ask(account, answer.report, params) == value_of(answer.file)


@pytest.mark.parametrize("answer", recorded("json"), ids=lambda answer: answer.file)
def test_columns_are_kalturas_in_its_order(answer: Recorded) -> None:
    value, report = value_of(answer.file), REPORTS[answer.report]
    if answer.action == "getGraphs":
        return
    assert value["header"].split("|") == list(report.totals if answer.action == "getTotal" else report.header)


@pytest.mark.parametrize(
    ("report", "whole", "part", "size", "index"),
    [
        (60004, "60004-getTable-onboarding", "60004-getTable-size10-page1", 10, 1),
        (60004, "60004-getTable-onboarding", "60004-getTable-size10-page2", 10, 2),
        (60004, "60004-getTable-onboarding", "60004-getTable-size10-page3", 10, 3),
        (60007, "60007-getTable-onboarding", "60007-getTable-size3-page2", 3, 2),
        (60010, "60010-getTable-onboarding", "60010-getTable-size10-page3-past-end", 10, 3),
    ],
)
def test_pages_and_their_counts_are_kalturas(report: int, whole: str, part: str, size: int, index: int) -> None:
    made = REPORTS[report]
    texts = len(made.texts)
    rows: list[Any] = [
        (*(int(cell) if report == 60004 else cell for cell in cells[:texts]), *map(float, cells[texts:]))
        for cells in (tuple(row.values()) for row in table_rows(value_of(f"json/{whole}.json")))
    ]
    found = [row for row in rows if report != 60004 or any(row[1:])]
    question = Question(1794470400, 1794473100)
    page = page_of(made, Found(found, (len(found),)), question, {"pageSize": size, "pageIndex": index}, "")
    answer = value_of(f"json/{part}.json")
    shown = [[str(row[0]), *map(float, row[texts:])] for row in page.rows]
    wanted = [[cells[0], *map(float, cells[texts:])] for cells in map(list, map(dict.values, table_rows(answer)))]
    assert page.total_count == answer["totalCount"]
    if report == 60004:
        assert shown == wanted
    assert len(shown) == len(wanted)


def test_an_empty_csv_has_a_header_only_where_the_definition_has_one() -> None:
    files = {one.file: one.body for one in recorded("csv")}
    nothing = Table(BREAKOUT_COLUMNS, [])
    assert csv_bytes(nothing, static_header=False) == files["csv/6000-empty-no-static-header.csv"]
    assert csv_bytes(nothing) == files["csv/6002-empty-static-header.csv"]


def test_the_sample_has_kalturas_code_and_names_of_countries_and_a_user_without_a_name() -> None:
    account, desk = sample_account(), SummaryDesk()
    names = {place.country for code in CODES for place in places_in(code)}
    assert {"Korea, Republic of", "Viet Nam", "Czech Republic"} <= names
    params = {
        "reportInputFilter": {"fromDate": "1795014000", "toDate": "1795017720", "entryIdIn": "1_wbn4r9xk"},
        "responseOptions": {"delimiter": "|"},
        "pager": {"pageSize": "500"},
    }
    codes = {row["country"]: row["object_id"] for row in table_rows(desk.table(account, 60007, params))}
    assert (codes["United Kingdom"], codes["Unknown"]) == ("UK", "")
    assert "" in {who.name for room in account.rooms for run in room.runs for who in run.attendances if who.user_id}


def test_log_ins_count_inside_the_window_only() -> None:
    account, desk = sample_account(), SummaryDesk()
    (room,) = [room for room in account.rooms if room.id == "1_wbn4r9xk"]
    (run,) = room.runs
    acts = desk.footage(account).acts_of(run)
    early = [act._replace(at=run.start - 60) for act in acts if act.kind == "login"]
    others = [act for act in acts if act.kind != "login"]
    desk.footage(account)._acts[run.id] = [*early, Act("late", "login", run.start + 60), *others]
    params = {
        "reportInputFilter": {"fromDate": str(run.start), "toDate": str(run.end), "contextIdIn": room.id},
        "responseOptions": {"delimiter": "|"},
    }
    total = desk.total(account, 70001, params)
    counts = dict(zip(total["header"].split("|"), total["data"].split("|"), strict=True))
    assert counts["unique_logged_in_users"] == "1"
    assert int(counts["unique_users_sent_group_message"]) > 1
