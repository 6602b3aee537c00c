from __future__ import annotations

from typing import Any

import pytest

from tracer.api_reference.schema import Selector
from tracer.api_reference.selecting import count, holds


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
    assert holds(Selector(body=(condition,)), {"volume_id": "a"}, {}, body) is expected


@pytest.mark.parametrize(
    ("condition", "query", "expected"),
    [
        ("usage=True", {"usage": "True"}, True),
        ("usage=True", {}, False),
        ("project_id", {"project_id": "1"}, True),
    ],
)
def test_a_condition_on_the_query(condition: str, query: dict[str, str], expected: bool) -> None:
    assert holds(Selector(query=(condition,)), {}, query, None) is expected


@pytest.mark.parametrize(("value", "expected"), [("192.0.2.1", True), ("2001:db8::1", True), ("host", False)])
def test_a_parameter_may_have_to_be_an_address(value: str, expected: bool) -> None:
    assert holds(Selector(address=("ip",)), {"ip": value}, {}, None) is expected


def test_all_conditions_must_hold_and_are_counted() -> None:
    selector = Selector(body=("a", "!b"), query=("c",))
    assert holds(selector, {}, {"c": ""}, {"a": 1})
    assert not holds(selector, {}, {"c": ""}, {"a": 1, "b": 1})
    assert count(selector) == 3
    assert not holds(Selector(never=True), {}, {}, None)
