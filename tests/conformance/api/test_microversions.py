"""The microversion of an exchange, and ranges of microversions."""

from __future__ import annotations

import pytest

from tests.conformance.api.calls import call
from tracer.conformance.api.microversions import in_range, microversion_of


@pytest.mark.parametrize(
    ("service", "headers", "answered", "version"),
    [
        ("nova", {}, {}, "2.1"),
        ("nova", {"OpenStack-API-Version": "compute 2.96"}, {}, "2.96"),
        ("nova", {"X-OpenStack-Nova-API-Version": "2.47"}, {}, "2.47"),
        (
            "nova",
            {"OpenStack-API-Version": "compute latest"},
            {"openstack-api-version": "compute 2.100"},
            "2.100",
        ),
        ("nova", {"OpenStack-API-Version": "compute latest"}, {}, None),
        ("nova", {"OpenStack-API-Version": "volume 3.70"}, {}, "2.1"),
        ("nova", {"OpenStack-API-Version": "compute nonsense"}, {}, "2.1"),
        ("nova", {"OpenStack-API-Version": f"compute {'9' * 5000}"}, {}, "2.1"),
        ("cinder", {"OpenStack-API-Version": "compute 2.96, volume 3.70"}, {}, "3.70"),
        ("placement", {}, {"openstack-api-version": "placement 1.39"}, "1.39"),
        ("keystone", {"OpenStack-API-Version": "compute 2.96"}, {}, ""),
    ],
)
def test_the_response_decides_then_the_request_then_the_minimum(
    service: str, headers: dict[str, str], answered: dict[str, str], version: str | None
) -> None:
    exchange = call(service, "GET", "/", headers=headers, answered=answered)
    assert microversion_of(exchange, service) == version


@pytest.mark.parametrize(
    ("version", "minimum", "maximum", "inside"),
    [
        ("2.9", "2.10", "", False),
        ("2.10", "2.10", "", True),
        ("2.46", "", "2.46", True),
        ("2.47", "", "2.46", False),
        ("", "3.7", "", True),  # Keystone: a version of the API, and no microversion
        (None, "", "", True),
        (None, "2.10", "", None),
    ],
)
def test_versions_are_compared_as_numbers(
    version: str | None, minimum: str, maximum: str, inside: bool | None
) -> None:
    assert in_range(version, minimum, maximum) is inside
