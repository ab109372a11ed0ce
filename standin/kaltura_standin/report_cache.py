"""Cache of report CSV files, with counts of requests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kaltura_standin.account import Account
from kaltura_standin.answers import File
from kaltura_standin.csv_writer import csv_bytes
from kaltura_standin.faults import COLUMN_FAULTS, Fault, bend_table
from kaltura_standin.late_data import Lateness
from kaltura_standin.reports import report_table
from kaltura_standin.request import listed

_NAME_LIMIT = 200  # characters of a file name
_UNSAFE = re.compile(r"[^A-Za-z0-9_.,@-]")


def string_params(text: str) -> dict[str, str]:
    """Parse `from_date=1;to_date=2`: nothing is escaped, and a later value wins (Kaltura server, parseParamsStr)."""
    pieces = (piece.strip().partition("=") for piece in text.split(";"))
    return {name: value for name, equals, value in pieces if equals}


def pair_params(pairs: Any) -> dict[str, str]:
    """Parse the same parameters from getCsv's list of key-value objects."""
    items = [item for item in listed(pairs) if isinstance(item, Mapping)]
    return {str(item.get("key", "")): str(item.get("value", "")) for item in items}


class ReportDesk:
    """Returns reports as CSV files. A repeated request with the same account gets the cached bytes."""

    def __init__(self) -> None:
        self._lateness = Lateness()
        self._bodies: dict[object, bytes] = {}

    def csv(
        self,
        account: Account,
        report: int,
        params: Mapping[str, str],
        excluded: str = "",
        faults: Sequence[Fault] = (),
    ) -> File:
        """Return one report. Raises ApiError like `report_table`."""
        own = {name: value for name, value in params.items() if name.lower() != "partner_id"}
        late = self._lateness.seen_part(account, report)
        bends = tuple(fault for fault in faults if fault.kind in COLUMN_FAULTS)
        key = (account, report, tuple(own.items()), excluded, late, bends)
        body = self._bodies.get(key)
        if body is None:
            table = bend_table(report_table(account, report, own, late), bends)
            body = csv_bytes(table, excluded.split(","), static_header=account.static_header)
            self._bodies[key] = body
        return File(_file_name(account, report, own), body)


def _file_name(account: Account, report: int, params: Mapping[str, str]) -> str:
    name = f"Report_{report}_{account.partner_id}"
    for key, value in [*params.items(), ("partner_id", account.partner_id)]:
        longer = f"{name}_{key}_{value}"
        if len(longer) >= _NAME_LIMIT:
            break
        name = longer
    return _UNSAFE.sub("_", name) + ".csv"
