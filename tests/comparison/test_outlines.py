"""Outlines: what remains of a JSON value without its volatile parts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.comparison.differences import Location
from tracer.comparison.outlines import outline

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
BODY = Location("request", "", "", "body", "body")
IDS = "94ab55fe-5108-4297-9766-9050678ab1e4", "12f39dcd-4b23-423c-9ab6-89d2bfba317f"


def _outline(value: Any) -> object:
    return outline(json.dumps(value), BODY)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"id": IDS[0], "a": 1}, {"a": 1, "id": IDS[1]}),
        ({"by": {IDS[0]: {"a": 1}}}, {"by": {IDS[1]: {"a": 1}}}),
        ({"port": {"revision_number": 3}}, {"port": {"revision_number": 14}}),
    ],
)
def test_values_that_differ_in_volatile_parts_have_one_outline(first: Any, second: Any) -> None:
    assert _outline(first) == _outline(second)


@pytest.mark.parametrize(
    ("first", "second"), [({"a": 1}, {"a": 2}), ({"a": 1}, {"a": "1"}), ([1, 2], [2, 1]), (None, "null")]
)
def test_other_values_have_another_outline(first: Any, second: Any) -> None:
    assert _outline(first) != _outline(second)


@given(json_values)
def test_a_value_has_the_outline_of_its_copy(value: Any) -> None:
    assert _outline(value) == _outline(value)
    hash(_outline(value))


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_a_text_that_is_no_json_is_its_own_outline(text: str) -> None:
    assert outline(text, BODY) == text
