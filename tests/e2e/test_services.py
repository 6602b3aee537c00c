"""Further services of the embedded clouds: servers of a real Nova, and volumes of a real Cinder.

Always: servers of zed, servers and volumes of 2026.2. The rest by ``pytest -m all_releases``.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import processes_of
from tests.e2e.deep_servers import CREATE, asked, assert_complete, recorded
from tests.patience import PATIENCE
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.cloud.release_data import catalog, releases

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

EVERY = [
    pytest.param(name, marks=() if name == "2026.2" else pytest.mark.all_releases, id=name)
    for name, known in releases().items()
    if known.further
]
COMPUTE = ["keystone", "glance", "placement", "neutron", "nova"]


def openstack(cloud: EmbeddedCloud, *words: str) -> Any:
    """Run the client of the release. Return its output as data."""
    return json.loads(run(cloud, *words, "-f", "json"))


def run(cloud: EmbeddedCloud, *words: str) -> str:
    """Run the client of the release. Return its output."""
    ended = subprocess.run(
        ["openstack", *words],
        env=cloud.client_environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize("name", ["zed", pytest.param("2026.2", marks=pytest.mark.all_releases)])
def test_a_server_becomes_active_and_is_deleted(cache: Path, tmp_path: Path, name: str) -> None:
    cloud = EmbeddedCloud(name, cache)
    running = cloud.up(image=True, groups=["compute"])
    assert [service.name for service in running.services] == COMPUTE
    assert cloud.status() == running
    out = tmp_path / "out"
    waited = recorded(cloud, cache, out, *CREATE, "--network", "private", "--wait", "s1", linger=5)
    # The only network of the project is used without an option, too.
    unwaited = recorded(cloud, cache, out, *CREATE, "s2", linger=10)
    servers = {one["Name"]: one["Status"] for one in openstack(cloud, "server", "list")}
    assert servers == {"s1": "ACTIVE", "s2": "ACTIVE"}
    deleted = recorded(cloud, cache, out, "server", "delete", "--wait", "s1", "s2", linger=5)
    for recording in (waited, unwaited, deleted):
        assert_complete(recording)
        assert asked(recording, "nova", "neutron")
        assert asked(recording, "nova", "placement")
        assert asked(recording, "neutron", "nova")
    assert openstack(cloud, "server", "list") == []
    assert {one["Name"] for one in openstack(cloud, "network", "list")} == {"public", "private"}
    assert [one["Name"] for one in openstack(cloud, "router", "list")] == ["router1"]
    assert "demo-group" in {one["Name"] for one in openstack(cloud, "security", "group", "list")}
    assert cloud.down()
    assert processes_of(cache) == []


@pytest.mark.parametrize("name", EVERY)
def test_a_volume_is_attached_to_a_server(cache: Path, name: str) -> None:
    cloud = EmbeddedCloud(name, cache)
    running = cloud.up(image=True, groups=list(catalog().groups))
    assert [service.name for service in running.services] == [*COMPUTE, "cinder"]
    create = ("server", "create", "--image", "demo-image", "--flavor", "m1.nano", "--wait", "s1")
    assert openstack(cloud, *create)["status"] == "ACTIVE"
    openstack(cloud, "volume", "create", "--size", "1", "v1")
    await_volume(cloud, "available")
    run(cloud, "server", "add", "volume", "s1", "v1")
    await_volume(cloud, "in-use")
    run(cloud, "server", "delete", "--wait", "s1")
    await_volume(cloud, "available")
    assert cloud.down()
    assert processes_of(cache) == []


def await_volume(cloud: EmbeddedCloud, status: str) -> None:
    """Wait until the volume has the status."""
    deadline = time.monotonic() + PATIENCE
    while (found := openstack(cloud, "volume", "show", "v1")["status"]) != status:
        assert time.monotonic() < deadline, found
        assert found != "error"
