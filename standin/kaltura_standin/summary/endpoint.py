"""report.getTable, getTotal and getGraphs: compute the Summary page's reports, and cache them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from kaltura_standin.account import Account
from kaltura_standin.apierrors import ApiError
from kaltura_standin.faults import COLUMN_FAULTS, Fault, bend_table
from kaltura_standin.late_data import Lateness
from kaltura_standin.reports import Table
from kaltura_standin.summary.dataset import Footage
from kaltura_standin.summary.paging import page_of
from kaltura_standin.summary.query import Question, Shape, read_question, read_shape
from kaltura_standin.summary.registry import REPORTS
from kaltura_standin.summary.report import Report
from kaltura_standin.summary.table_writer import graph_objects, table_object, total_object

T = TypeVar("T")
Object = Mapping[str, Any]


class SummaryDesk:
    """Answers for any account. A repeated question gets the cached result."""

    def __init__(self) -> None:
        self._lateness = Lateness()
        self._footage: dict[Account, Footage] = {}
        self._made: dict[tuple[Account, str, int, Question], Any] = {}

    def table(self, account: Account, number: int, params: Object, faults: Sequence[Fault] = ()) -> dict[str, Any]:
        """Return one page of a report. Raises ApiError like `page_of` and `read_question`."""
        report, question, shape = self._read(account, number, params)
        if report.rows is None:
            return table_object(Table((), []), 0, shape)
        found = self._once(account, "table", number, question, report.rows)
        page = page_of(report, found, question, params["pager"], str(params.get("order") or ""))
        bends = [fault for fault in faults if fault.kind in COLUMN_FAULTS]
        table = bend_table(Table(report.header, page.rows), bends)
        return table_object(table, page.total_count, shape, joins=report.joins)

    def total(self, account: Account, number: int, params: Object, faults: Sequence[Fault] = ()) -> dict[str, Any]:
        """Return the totals of a report."""
        report, question, shape = self._read(account, number, params)
        row = self._once(account, "total", number, question, report.total) if report.total else ()
        bends = [fault for fault in faults if fault.kind in COLUMN_FAULTS]
        table = bend_table(Table(report.totals, [tuple(row)]), bends)
        return total_object(table.header, table.rows[0], shape)

    def graphs(self, account: Account, number: int, params: Object) -> list[dict[str, Any]]:
        """Return the graphs of a report."""
        report, question, shape = self._read(account, number, params)
        if report.graphs is None:
            return []
        return graph_objects(self._once(account, "graphs", number, question, report.graphs), shape)

    def footage(self, account: Account) -> Footage:
        """Return the data of an account that reports count."""
        return self._footage.setdefault(account, Footage(account))

    def _read(self, account: Account, number: int, params: Object) -> tuple[Report, Question, Shape]:
        report = REPORTS.get(number)
        if report is None:
            raise ApiError(
                "INVALID_ENUM_VALUE", ENUM_VAL=number, PARAM_NAME="reportType", ENUM_TYPE="KalturaReportType"
            )
        shape = read_shape(params["responseOptions"])
        late = self._lateness.seen_part(account, number)
        return report, read_question(account, params["reportInputFilter"], shape.delimiter, late), shape

    def _once(
        self, account: Account, kind: str, number: int, question: Question, make: Callable[[Footage, Question], T]
    ) -> T:
        """Compute a result once for each account and question."""
        key = (account, kind, number, question)
        if key not in self._made:
            self._made[key] = make(self.footage(account), question)
        made: T = self._made[key]
        return made
