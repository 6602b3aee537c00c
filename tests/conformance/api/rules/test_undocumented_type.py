"""Values of other types than the reference states."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.api.calls import call, compared
from tracer.conformance.api.rules.undocumented_type import undocumented_type

PROJECT = "/v3/projects/9c31f2c6f22c440eb670d8d5a5cc0405"


def texts(**fields: Any) -> list[str]:
    exchange = call("keystone", "GET", PROJECT, body={"project": {"id": "1", **fields}})
    return [violation.text for violation in undocumented_type(compared(exchange))]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"enabled": "true"}, "the field enabled of the response is of type string, not boolean"),
        ({"name": 1}, "the field name of the response is of type integer, not string"),
        ({"name": ["a"]}, "the field name of the response is of type array, not string"),
        ({"links": []}, "the field links of the response is of type array, not object"),
    ],
)
def test_another_type_is_found(fields: dict[str, Any], text: str) -> None:
    assert texts(**fields) == [text]


def test_null_and_redacted_values_are_of_any_type() -> None:
    assert texts(enabled=None, name=None) == []
    assert texts(enabled="<removed>") == []


def test_a_whole_number_is_a_number() -> None:
    flavor = {"flavors": [{"rxtx_factor": 1, "name": "a"}]}
    exchange = call("nova", "GET", "/v2.1/flavors/detail", body=flavor)
    assert list(undocumented_type(compared(exchange))) == []
