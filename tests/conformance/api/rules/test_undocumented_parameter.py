"""Query parameters that operations do not document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.api.calls import call, compared
from tracer.conformance.api.rules.undocumented_parameter import undocumented_parameter

if TYPE_CHECKING:
    from tracer.model import Exchange


def texts(exchange: Exchange) -> list[str]:
    return [violation.text for violation in undocumented_parameter(compared(exchange))]


def test_an_unknown_parameter_is_said_once() -> None:
    path = "/v2/images?name=a&planted=1&planted=2"
    assert texts(call("glance", "GET", path)) == ["the query parameter planted is not documented"]
    assert texts(call("glance", "GET", "/v2/images?name=a&limit=1")) == []
    assert texts(call("glance", "GET", "/v2/other?planted=1")) == []  # another rule has it


def test_a_parameter_of_a_later_microversion() -> None:
    path = "/v2.1/os-hypervisors?limit=1"
    assert texts(call("nova", "GET", path)) == [
        "the query parameter limit is not documented at microversion 2.1"
    ]
    assert texts(call("nova", "GET", path, headers={"OpenStack-API-Version": "compute 2.53"})) == []
    assert texts(call("nova", "GET", path, headers={"OpenStack-API-Version": "compute latest"})) == []
