"""Statuses that operations do not document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.api.calls import IMAGE, call, compared
from tracer.conformance.api.rules.undocumented_status import undocumented_status

if TYPE_CHECKING:
    from tracer.model import Exchange


def statuses(exchange: Exchange) -> list[str]:
    return [violation.text for violation in undocumented_status(compared(exchange))]


@pytest.mark.parametrize("status", [201, 202, 204, 302, 409, 415, 418, 500])
def test_an_undocumented_status_is_found(status: int) -> None:
    assert statuses(call("glance", "GET", IMAGE, status)) == [
        f"status {status} is not documented (documented: 200, 400, 401, 403, 404)"
    ]


@pytest.mark.parametrize("status", [200, 401, 403, 404, 429, 502, 503, 504])
def test_a_documented_or_general_status_is_none(status: int) -> None:
    assert statuses(call("glance", "GET", IMAGE, status)) == []


def test_some_statuses_depend_on_the_request() -> None:
    """Nothing can be missing at a path without parameters, and nothing wrong in a request without content."""
    assert statuses(call("keystone", "GET", "/v3/limits/model", 404))
    assert statuses(call("keystone", "GET", "/v3/limits/model", 413))
    assert statuses(call("keystone", "GET", "/v3/limits/model?a=1", 413)) == []
    assert statuses(call("nova", "GET", "/v2.1/os-aggregates/name", 400)) == []
    assert statuses(call("nova", "GET", "/v2.1/flavors", None)) == []
