"""Tables, totals and graphs as the server writes them."""

import pytest

from debrief.errors import BadRequest
from debrief.kaltura.tables import graph_points, table_rows, total_row


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
