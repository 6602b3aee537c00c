from __future__ import annotations

from typing import Any

import pytest

from tracer.api_reference.operation_types import Selector
from tracer.api_reference.selectors import count_conditions, selects


@pytest.mark.parametrize(
    ("condition", "body", "expected"),
    [
        ("reboot", {"reboot": {}}, True),
        ("reboot", {"reboot": None}, True),
        ("reboot", {"pause": None}, False),
        ("reboot", ["reboot"], False),
        ("reboot", None, False),
        ("auth.scope", {"auth": {"scope": {}}}, True),
        ("auth.scope", {"auth": "scope"}, False),
        ("!auth.scope", {"auth": {}}, True),
        ("!auth.scope", {"auth": {"scope": None}}, True),
        ("!auth.scope", {"auth": {"scope": {}}}, True),
        ("type=MX", {"type": ["MX"]}, False),
        ("count=2", {"count": 2}, True),
        ("!auth.scope", {"auth": {"scope": "unscoped"}}, False),
        ("auth.scope.project|domain", {"auth": {"scope": {"domain": {}}}}, True),
        ("type=MX", {"type": "MX"}, True),
        ("type=MX", {"type": "A"}, False),
        ("type=MX", {}, False),
        ("ptrdname=null", {"ptrdname": None}, True),
        ("ptrdname=null", {"ptrdname": "x"}, False),
        ("server.min_count|max_count!=1", {"server": {"min_count": 1, "max_count": 3}}, True),
        ("server.min_count|max_count!=1", {"server": {"min_count": 1, "max_count": 1}}, False),
        ("server.min_count|max_count!=1", {"server": {}}, False),
        ("volume!={volume_id}", {"volume": "b"}, True),
        ("volume!={volume_id}", {"volume": "a"}, False),
        ("volume={volume_id}", {"volume": "a"}, True),
    ],
)
def test_a_condition_on_the_body(condition: str, body: Any, expected: bool) -> None:
    assert selects(Selector(body=(condition,)), {"volume_id": "a"}, {}, body) is expected


@pytest.mark.parametrize(
    ("condition", "query", "expected"),
    [
        ("usage=True", {"usage": "True"}, True),
        ("usage=True", {}, False),
        ("usage=True", {"usage": "true"}, True),
        ("usage=True", {"usage": "1"}, True),
        ("usage=True", {"usage": "false"}, False),
        ("project_id", {"project_id": "1"}, True),
    ],
)
def test_a_condition_on_the_query(condition: str, query: dict[str, str], expected: bool) -> None:
    assert selects(Selector(query=(condition,)), {}, query, None) is expected


@pytest.mark.parametrize(("value", "expected"), [("192.0.2.1", True), ("2001:db8::1", True), ("host", False)])
def test_a_parameter_may_have_to_be_an_address(value: str, expected: bool) -> None:
    assert selects(Selector(address=("ip",)), {"ip": value}, {}, None) is expected


def test_all_conditions_must_hold_and_are_counted() -> None:
    selector = Selector(body=("a", "!b"), query=("c",))
    assert selects(selector, {}, {"c": ""}, {"a": 1})
    assert not selects(selector, {}, {"c": ""}, {"a": 1, "b": 1})
    assert count_conditions(selector) == 3
    assert not selects(Selector(never=True), {}, {}, None)
