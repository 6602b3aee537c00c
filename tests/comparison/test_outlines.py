"""Outlines: what remains of a JSON value without its volatile parts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.comparison.differences import Location
from tracer.comparison.outlines import outline

BODY = Location("request", "", "").within("body")
IDS = "94ab55fe-5108-4297-9766-9050678ab1e4", "12f39dcd-4b23-423c-9ab6-89d2bfba317f"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"id": IDS[0], "a": 1}, {"a": 1, "id": IDS[1]}),
        ({"by": {IDS[0]: {"a": 1}}}, {"by": {IDS[1]: {"a": 1}}}),
        ({"port": {"revision_number": 3}}, {"port": {"revision_number": 14}}),
    ],
)
def test_values_that_differ_in_volatile_parts_have_one_outline(first: Any, second: Any) -> None:
    assert outline(first, BODY) == outline(second, BODY)


@pytest.mark.parametrize(
    ("first", "second"), [({"a": 1}, {"a": 2}), ({"a": 1}, {"a": "1"}), ([1, 2], [2, 1]), (None, "null")]
)
def test_other_values_have_another_outline(first: Any, second: Any) -> None:
    assert outline(first, BODY) != outline(second, BODY)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_the_order_of_keys_has_no_effect(value: dict[str, Any]) -> None:
    assert outline(dict(reversed(value.items())), BODY) == outline(value, BODY)
