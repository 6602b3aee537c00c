"""Of which release a client is."""

from __future__ import annotations

import pytest

from tracer.cloud.releases import releases
from tracer.sequences import documented_release
from tracer.sequences.client_releases import _sdks

AGENT = "openstacksdk/{} keystoneauth1/5.18.1 python-requests/2.34.2 CPython/3.11.7"


def test_the_versions_are_those_of_the_clients_that_are_installed() -> None:
    installed = {name: release.client.packages["openstacksdk"] for name, release in releases().items()}
    assert {name: ".".join(map(str, sdk)) for name, sdk in _sdks().items()} == installed


@pytest.mark.parametrize("release", releases())
def test_a_client_of_each_release_is_known(release: str) -> None:
    sdk = releases()[release].client.packages["openstacksdk"]
    assert documented_release(AGENT.format(sdk), "zed") == release
    assert documented_release(AGENT.format(sdk), None) == release


def test_what_lies_between_two_is_of_the_earlier_one() -> None:
    assert documented_release(AGENT.format("4.6.0"), "zed") == "2025.1"
    assert documented_release(AGENT.format("99.0.0"), "zed") == "2026.2"


@pytest.mark.parametrize(
    "client", ["", "python-glanceclient", AGENT.format("0.61.0"), "openstacksdk/x", "openstacksdk/4"]
)
def test_a_client_that_does_not_tell_is_of_the_release_of_its_cloud(client: str) -> None:
    assert documented_release(client, "2024.1") == "2024.1"
    assert documented_release(client, None) is None
