"""Requests of operations that the reference does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.api.calls import IMAGE, call, compared
from tracer.conformance.api.rules.unknown_operation import unknown_operation

if TYPE_CHECKING:
    from tracer.model import Exchange


def texts(exchange: Exchange, release: str = "2026.2") -> list[str]:
    return [violation.text for violation in unknown_operation(compared(exchange, release))]


@pytest.mark.parametrize(
    ("method", "path", "release", "text"),
    [
        ("GET", f"{IMAGE}/other", "2026.2", "no operation for GET /v2/images/{image_id}/other"),
        ("POST", IMAGE, "2026.2", "no operation for POST /v2/images/{image_id}"),
        ("PATCH", "/v2/images/a/tags/b", "2026.2", "no operation for PATCH /v2/images/{image_id}/tags/{tag}"),
        ("POST", "/v2/cache/clean", "2026.1", "no operation for POST /v2/cache/clean before 2026.2"),
    ],
)
def test_a_request_without_an_operation(method: str, path: str, release: str, text: str) -> None:
    assert texts(call("glance", method, path, 404), release) == [f"the API reference has {text}"]


def test_a_documented_request_has_none() -> None:
    assert texts(call("glance", "GET", IMAGE)) == []
    assert texts(call("glance", "HEAD", IMAGE)) == []
    assert texts(call("glance", "POST", "/v2/cache/clean")) == []
