"""Faults to inject: which requests fail, in which way, and how often."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from kaltura_standin.answers import Answer
from kaltura_standin.reports import Row, Table
from kaltura_standin.request import Params, Received

Kind = Literal[
    "api_error",  # the API answers `code`, at HTTP 200
    "http_status",  # a proxy in front of the API answers `status` with an HTML page
    "redirect",  # HTTP 302 to `to`
    "reset",  # the connection is reset without an answer
    "hang",  # the answer comes `seconds` late
    "truncate",  # the answer is cut: see `cut`
    "expire_ks",  # every KS issued so far has expired
    "logout",  # every KS issued so far is logged out
    "rename_column",  # the name of `column` is `to`
    "drop_column",  # `column` is missing
    "add_column",  # there is a last column `column`, with `value` in every row
    "reorder_columns",  # the columns come in reverse order
]
COLUMN_FAULTS = frozenset({"rename_column", "drop_column", "add_column", "reorder_columns"})
_OF_A_PART = COLUMN_FAULTS | {"api_error"}  # hit one part of a multirequest, not the whole request
Cut = Literal[
    "length",  # fewer bytes than Content-Length says
    "chunk",  # a chunked answer without its end
    "row",  # the body ends in the middle of a row, and Content-Length fits: no header shows it
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the requests to this service, action and report (None: any).

    The chat service is called `chat`, and its action `polls/analytics`; the registration services are called
    `registrations`, with actions such as `app-registry/list`. A fault of one part of a multirequest hits the whole
    request; errors of the API and changed columns hit only the part.

    The first `after` matching requests do not fail; of the following requests each `every`-th fails, at most `times`
    times (None: no limit).
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

    @property
    def is_about_a_call(self) -> bool:
        """Return whether the fault names a service, an action or a report."""
        return (self.service, self.action, self.report) != (None, None, None)

    def concerns(self, service: str, action: str, params: Params) -> bool:
        """Return whether the fault is about such a call."""
        same_service = (self.service or service).lower() == service.lower()
        same_action = (self.action or action).lower() == action.lower()
        asked = params.get("reportType", params.get("id"))
        return same_service and same_action and (self.report is None or str(self.report) == str(asked))


class Faults:
    """The faults of one stand-in, with their counts. They may be changed while it runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[_Counted] = []

    def add(self, *faults: Fault) -> None:
        """Add faults. They can happen from now on."""
        with self._lock:
            self._faults += map(_Counted, faults)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._faults.clear()

    def strike(self, request: Received) -> list[Fault]:
        """Return the faults that hit this request, in the order in which they were added."""
        parts = [part for part in request.params.values() if isinstance(part, Mapping)]
        is_many = request.service.lower() == "multirequest"

        def concerned(fault: Fault) -> bool:
            inside = is_many and fault.is_about_a_call and fault.kind not in _OF_A_PART
            own = fault.concerns(request.service, request.action, request.params)
            return own or (inside and any(_concerns_part(fault, part) for part in parts))

        return self._struck(concerned)

    def strike_part(self, part: Mapping[str, Any]) -> list[Fault]:
        """Return the faults that hit one part of a multirequest and no other part."""
        return self._struck(
            lambda fault: fault.is_about_a_call and fault.kind in _OF_A_PART and _concerns_part(fault, part)
        )

    def _struck(self, concerned: Callable[[Fault], bool]) -> list[Fault]:
        with self._lock:
            return [counted.fault for counted in self._faults if concerned(counted.fault) and counted.strikes()]


def _concerns_part(fault: Fault, part: Mapping[str, Any]) -> bool:
    return fault.concerns(str(part.get("service", "")), str(part.get("action", "")), dict(part))


class _Counted:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0
        self._struck = 0

    def strikes(self) -> bool:
        """Return whether the fault hits the next call that it concerns."""
        fault = self.fault
        self._seen += 1
        due = self._seen > fault.after and (self._seen - fault.after) % fault.every == 0
        left = fault.times is None or self._struck < fault.times
        self._struck += due and left
        return due and left


def bend_table(table: Table, faults: Sequence[Fault]) -> Table:
    """Return the table, changed by the column faults."""
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
    """Return the answer without its end; `cut` decides whether its headers show that it was truncated."""
    body = answer.body
    last_row = body.rfind(b"\n", 0, len(body) - 1) + 1
    start = body[: (last_row + len(body)) // 2]
    headers = {"Content-Length": str(len(start if fault.cut == "row" else body))}
    if fault.cut == "chunk":
        start, headers = b"%x\r\n%b\r\n" % (len(start), start), {"Transfer-Encoding": "chunked"}
    return replace(answer, body=start, headers={**answer.headers, **headers}, closes=True)
