from __future__ import annotations

from typing import Any

import pytest

from tracer.cloud.further_rules import further_rules
from tracer.cloud.read_rules import ReadContent, ReadRule

ROUTES = [
    "GET /servers/{id}",
    "GET /servers/detail",
    "PUT /os-services/{id}",
    "POST /servers/{id}/action",
]


def rule(path: str, versions: tuple[str, str] = ("", ""), **more: Any) -> ReadRule:
    method, _, path = path.partition(" ")
    return ReadRule(
        method=method,
        path=path,
        part=more.get("part", "response"),
        action=more.get("action", ""),
        min_version=versions[0],
        max_version=versions[1],
        schema=more.get("schema", {"title": "further"}),
    )


def added(*rules: ReadRule, own: tuple[ReadRule, ...] = ()) -> list[ReadRule]:
    return further_rules(ReadContent(packages={}, routes=ROUTES, rules=[*own]), rules)


def test_a_rule_takes_the_path_of_the_route() -> None:
    assert added(rule("GET /servers/{server_id}")) == [rule("GET /servers/{id}")]
    assert added(rule("GET /servers/detail")) == [rule("GET /servers/detail")]


@pytest.mark.parametrize(
    "path",
    [
        "GET /os-agents",  # not in this release
        "DELETE /servers/{server_id}",
        "PUT /os-services/disable",  # for some of the values of {id}
    ],
)
def test_a_rule_without_a_route_of_its_own_is_left_out(path: str) -> None:
    assert added(rule(path)) == []


def test_the_own_package_knows_the_microversions_of_an_operation() -> None:
    own = rule("GET /servers/{id}", ("2.1", "2.35"))
    assert added(rule("GET /servers/{server_id}"), own=(own,)) == []


def test_the_rules_of_another_part_or_action_replace_nothing() -> None:
    path = "POST /servers/{id}/action"
    others = (rule(path, action="reboot"), rule(path, action="rebuild", part="request"))
    assert added(rule(path, action="rebuild"), own=others) == [rule(path, action="rebuild")]


def test_several_schemas_of_one_operation_are_alternatives() -> None:
    one, two = (
        rule("GET /servers/{a}", schema={"title": "1"}),
        rule("GET /servers/{b}", schema={"title": "2"}),
    )
    (both,) = added(one, one, two)
    assert both.schema == {"anyOf": [{"title": "1"}, {"title": "2"}]}
    none = rule("GET /servers/{a}", schema=None)
    assert added(one, none) == []
    assert [each.schema for each in added(none)] == [None]
