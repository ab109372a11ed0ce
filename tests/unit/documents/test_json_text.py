"""JSON as `json.dumps(indent=1)` writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.documents.data.fast_json import Encoded, json_bytes

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=40,
)


@given(VALUES)
def test_the_text_is_that_of_the_standard_library(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    assert json_bytes(value) == text.encode("utf-8", errors="replace")


@given(st.dictionaries(st.text(), VALUES), VALUES)
def test_a_part_may_be_encoded_before(whole: dict[str, Any], part: Any) -> None:
    assert json_bytes({**whole, "part": Encoded.at(1, part)}) == json_bytes({**whole, "part": part})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_in_json_is_refused(number: float) -> None:
    for value in (number, [number], {"a": number}, {"a": [number]}):
        with pytest.raises(ValueError, match="JSON"):
            json_bytes(value)
