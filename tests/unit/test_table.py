"""Rows kept as tuples, read as mappings or by column."""

from __future__ import annotations

import pytest

from debrief.util.columns import Cells, ColumnTable

ANN, BOB = {"id": "ann", "name": "Ann"}, {"id": "bob", "name": ""}
TABLE = ColumnTable(("id", "name"), [("ann", "Ann"), ("bob", "")])


@pytest.mark.parametrize("table", [TABLE, ColumnTable.of([ANN, BOB]), ColumnTable.of(TABLE)])
def test_a_table_is_read_like_a_list_of_mappings(table: ColumnTable) -> None:
    assert (len(table), list(table), table[-1], table[:1]) == (2, [ANN, BOB], BOB, [ANN])


def test_cells_come_by_column_in_any_order_and_blank_where_there_is_no_such_column() -> None:
    assert list(TABLE.cells("name", "email", "id")) == [("Ann", "", "ann"), ("", "", "bob")]
    assert list(TABLE.cells("id", "name")) == [("ann", "Ann"), ("bob", "")]
    assert (list(TABLE.column("name")), list(TABLE.column("email"))) == (["Ann", ""], ["", ""])


def test_without_rows_there_is_nothing() -> None:
    nobody: list[Cells] = []
    assert list(ColumnTable.of(nobody).cells("id", "name")) == list(ColumnTable.of(nobody)) == []


def test_rows_that_lack_a_cell_have_it_blank() -> None:
    found = ColumnTable.of([ANN, {"id": "cyd", "email": "c@x"}])
    assert list(found.cells("id", "name", "email")) == [("ann", "Ann", ""), ("cyd", "", "c@x")]
