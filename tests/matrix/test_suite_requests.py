"""Requests of a suite: the request line, and the one body that a request may have."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tracer.matrix.suite_requests import SuiteRequest


def request(**fields: Any) -> SuiteRequest:
    return msgspec.convert({"service": "image", "path": "/v2/images", **fields}, SuiteRequest)


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ({}, "GET /v2/images"),
        ({"limit": 1, "member": True}, "GET /v2/images?limit=1&member=true"),
        ({"id": ["{a}", "in:b,c"]}, "GET /v2/images?id={a}&id=in:b,c"),
        ({"name": "a b&c#?ü"}, "GET /v2/images?name=a%20b%26c%23%3F%C3%BC"),
    ],
)
def test_the_request_line(query: dict[str, object], line: str) -> None:
    assert request(query=query).line == line


@pytest.mark.parametrize(
    "fields",
    [
        {"body": {}, "text": ""},
        {"text": "a", "file": "a.qcow2"},
        {"path": "v2/images"},
        {"path": "/v2/im ages"},
        {"path": "/v2/images?limit=1"},
        {"method": "TRACE"},
        {"headers": {"X A": "b"}},
        {"headers": {"X-A": "a\r\nX-B: c"}},
        {"headers": {"X-A": "a\n"}},
        {"headers": {"X-A": " a"}},
        {"headers": {"X-A": "a "}},
        {"headers": {"X-A\n": "a"}},
        {"path": "/v2/images\n"},
        {"path": "/v2/\x00"},
        {"path": "/v2/\x1b[31m"},
        {"body": {"a": [float("nan")]}},
        {"body": float("inf")},
        {"body": [{None: 1}]},
        {"body": {True: 1}},
        {"service": "image\n"},
        {"file": "a.qcow2\n"},
        {"service": "Image"},
        {"file": "../a"},
        {"query": {"limit": {}}},
        {"colour": "red"},
    ],
)
def test_what_is_no_request(fields: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        request(**fields)
