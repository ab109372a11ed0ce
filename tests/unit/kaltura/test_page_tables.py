"""Tables, totals and graphs as the server writes them."""

import pytest

from debrief.errors import BadRequest
from debrief.kaltura.reports.page_tables import compact_rows, graph_points, table_rows, total_row


def test_a_table_ends_every_row_with_a_semicolon_and_has_no_phantom_row() -> None:
    answer = {"header": "user_id|user_name|live_view_time", "data": "ann@x.io|Ann Lee|58.2;bob@x.io|Bob|44;"}
    assert table_rows(answer) == [
        {"user_id": "ann@x.io", "user_name": "Ann Lee", "live_view_time": "58.2"},
        {"user_id": "bob@x.io", "user_name": "Bob", "live_view_time": "44"},
    ]


@pytest.mark.parametrize("answer", [None, {"objectType": "KalturaReportTable"}, {"header": "a|b", "totalCount": 0}])
def test_a_table_without_data_may_lack_everything(answer: object) -> None:
    assert table_rows(answer) == []


def test_a_total_is_one_row_and_may_be_empty() -> None:
    assert total_row({"header": "a|b|c", "data": "12||45"}) == {"a": "12", "b": "", "c": "45"}
    assert total_row({"objectType": "KalturaReportTotal"}) == {}


def test_a_graph_is_found_by_its_name() -> None:
    answer = [{"id": "count_loads", "data": "20240801|9;"}, {"id": "count_plays", "data": "20240801|5;20240802|0;"}]
    assert graph_points(answer, "count_plays") == [("20240801", "5"), ("20240802", "0")]
    assert graph_points([], "count_plays") == []


def test_something_that_is_no_table_is_refused() -> None:
    with pytest.raises(BadRequest):
        table_rows("djJ8")


def test_a_long_table_has_the_same_rows_as_a_short_one_of_the_columns_that_are_wanted() -> None:
    lines = "".join(f"u{one}|Nm {one % 7}|x|{one}|;" for one in range(1001))
    answer = {"header": "user_id|user_name|email|minutes|role", "data": lines}
    wanted = {"user_id", "user_name", "role", "title"}
    rows = [{name: cell for name, cell in row.items() if name in wanted} for row in table_rows(answer)]
    assert list(compact_rows(answer, wanted)) == rows
    assert len(rows) == 1001


def test_a_row_of_a_long_table_that_is_too_short_or_too_long_moves_no_other_row() -> None:
    answer = {"header": "user_id|user_name|email", "data": "ann|Ann;bob|Bob|b@x|17|;;cyd|Cyd|c@x;"}
    assert list(compact_rows(answer, {"user_id", "email"})) == [
        {"user_id": "ann", "email": ""},
        {"user_id": "bob", "email": "b@x"},
        {"user_id": "cyd", "email": "c@x"},
    ]


@pytest.mark.parametrize("answer", [None, {"objectType": "KalturaReportTable"}, {"header": "user_id|b", "data": ""}])
def test_a_long_table_without_data_has_no_rows(answer: object) -> None:
    assert list(compact_rows(answer, {"user_id"})) == []
