"""What can be made to go wrong, when, and how often."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from debrief.standin.answers import Answer
from debrief.standin.received import Received
from debrief.standin.reports import Row, Table

Kind = Literal[
    "api_error",  # the API answers `code`, at HTTP 200
    "http_status",  # something before the API answers `status` with an HTML page
    "redirect",  # HTTP 302 to `to`
    "reset",  # the connection is reset without an answer
    "hang",  # the answer comes `seconds` late
    "truncate",  # the answer is cut: see `cut`
    "expire_ks",  # every KS so far has expired
    "logout",  # every KS so far is logged out
    "rename_column",  # `column` is called `to`
    "drop_column",  # `column` is missing
    "add_column",  # a last column `column` holds `value` in every row
    "reorder_columns",  # the columns come in reverse order
]
Cut = Literal[
    "length",  # fewer bytes than Content-Length says
    "chunk",  # a chunked answer without its end
    "row",  # a Content-Length that fits a body cut in the middle of a row: nothing on the wire tells
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong for requests to this service, action and report (None: any).

    The first `after` matching requests go well; of the following each `every`-th is struck, `times` times in all
    (None: for ever).
    """

    kind: Kind
    times: int | None = 1
    after: int = 0
    service: str | None = None
    action: str | None = None
    report: int | None = None
    every: int = 1
    code: str = "INTERNAL_SERVERL_ERROR"
    status: int = 502
    seconds: float = 0.0
    cut: Cut = "length"
    column: str = ""
    to: str = "/elsewhere"
    value: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind) or self.cut not in get_args(Cut):
            raise ValueError(f"No such fault: {self.kind}, {self.cut}.")

    def concerns(self, request: Received) -> bool:
        """Whether the request is one of those that the fault is about."""
        service, action = (self.service or request.service).lower(), (self.action or request.action).lower()
        same_call = (service, action) == (request.service.lower(), request.action.lower())
        return same_call and (self.report is None or str(self.report) == str(request.params.get("id")))


class Faults:
    """The faults of one stand-in, with their counts. Safe to change while it runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[_Counted] = []

    def add(self, *faults: Fault) -> None:
        """Let these happen from now on."""
        with self._lock:
            self._faults += map(_Counted, faults)

    def clear(self) -> None:
        """Let everything go well from now on."""
        with self._lock:
            self._faults.clear()

    def strike(self, request: Received) -> list[Fault]:
        """The faults that strike this request, in the order in which they were added."""
        with self._lock:
            return [counted.fault for counted in self._faults if counted.strikes(request)]


class _Counted:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0
        self._struck = 0

    def strikes(self, request: Received) -> bool:
        fault = self.fault
        if not fault.concerns(request):
            return False
        self._seen += 1
        due = self._seen > fault.after and (self._seen - fault.after) % fault.every == 0
        left = fault.times is None or self._struck < fault.times
        self._struck += due and left
        return due and left


def bend_table(table: Table, faults: Sequence[Fault]) -> Table:
    """The table as the column faults leave it."""
    for fault in faults:
        table = _bend(table, fault)
    return table


def _bend(table: Table, fault: Fault) -> Table:
    if fault.kind == "add_column":
        return Table((*table.header, fault.column), [(*row, fault.value) for row in table.rows])
    if fault.kind == "rename_column":
        return table._replace(header=tuple(fault.to if name == fault.column else name for name in table.header))
    if fault.kind == "drop_column":
        kept = [number for number, name in enumerate(table.header) if name != fault.column]
        return _pick(table, kept)
    if fault.kind == "reorder_columns":
        return _pick(table, list(reversed(range(len(table.header)))))
    return table


def _pick(table: Table, columns: list[int]) -> Table:
    def picked(row: Row) -> Row:
        return tuple(row[number] for number in columns)

    return Table(tuple(table.header[number] for number in columns), [picked(row) for row in table.rows])


def cut_answer(answer: Answer, fault: Fault) -> Answer:
    """The answer without the end of its last row, and with headers that tell so, or not."""
    body = answer.body
    last_row = body.rfind(b"\n", 0, len(body) - 1) + 1
    start = body[: (last_row + len(body)) // 2]
    headers = {"Content-Length": str(len(start if fault.cut == "row" else body))}
    if fault.cut == "chunk":
        start, headers = b"%x\r\n%b\r\n" % (len(start), start), {"Transfer-Encoding": "chunked"}
    return replace(answer, body=start, headers={**answer.headers, **headers}, closes=True)
