"""Header fields of OpenStack that operations do not document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.api.calls import IMAGE, call, compared
from tracer.conformance.api.rules.undocumented_header import undocumented_header

if TYPE_CHECKING:
    from tracer.model import Exchange


def locations(exchange: Exchange, release: str = "2026.2") -> list[str]:
    return [violation.location for violation in undocumented_header(compared(exchange, release))]


def test_only_header_fields_of_openstack_are_compared() -> None:
    http = {"Accept": "a", "User-Agent": "b", "Via": "c", "X-Forwarded-For": "d", "X-Auth-Token": "e"}
    answered = {"Date": "a", "x-openstack-request-id": "b", "X-OpenStack-Planted": "c", "Server": "d"}
    exchange = call("glance", "GET", IMAGE, headers=http, answered=answered)
    assert locations(exchange) == ["response.headers.x-openstack-planted"]


def test_a_documented_header_field_of_the_release() -> None:
    upload = call("glance", "PUT", f"{IMAGE}/file", 204, headers={"X-OpenStack-Image-Size": "1"})
    assert locations(upload, "2026.2") == []
    assert locations(upload, "zed") == ["request.headers.x-openstack-image-size"]
