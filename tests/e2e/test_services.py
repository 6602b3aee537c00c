"""Further services of the embedded clouds: real servers of Nova, from published packages to ACTIVE."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import processes_of
from tests.patience import PATIENCE
from tracer.cloud.embedded_cloud import EmbeddedCloud

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

COMPUTE = ["keystone", "glance", "placement", "neutron", "nova"]


def openstack(cloud: EmbeddedCloud, *words: str) -> Any:
    """Run the client of the release. Return its output as data."""
    environment = cloud.client_environment(os.environ)
    form = () if "delete" in words or "set" in words else ("-f", "json")
    ended = subprocess.run(
        ["openstack", *words, *form],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout) if form else None


@pytest.mark.parametrize("name", ["zed", "2026.2"])
def test_a_server_becomes_active_and_is_deleted(cache: Path, name: str) -> None:
    cloud = EmbeddedCloud(name, cache)
    running = cloud.up(image=True, groups=["compute"])
    assert [service.name for service in running.services] == COMPUTE
    assert cloud.status() == running
    create = ("server", "create", "--image", "demo-image", "--flavor", "m1.nano")
    server = openstack(cloud, *create, "--network", "private", "--wait", "s1")
    assert (server["status"], server["name"]) == ("ACTIVE", "s1")
    # The only network of the project is used without an option, too.
    assert openstack(cloud, *create, "--wait", "s2")["status"] == "ACTIVE"
    openstack(cloud, "server", "delete", "--wait", "s1", "s2")
    assert openstack(cloud, "server", "list") == []
    assert {one["Name"] for one in openstack(cloud, "network", "list")} == {"public", "private"}
    assert [one["Name"] for one in openstack(cloud, "router", "list")] == ["router1"]
    assert "demo-group" in {one["Name"] for one in openstack(cloud, "security", "group", "list")}
    assert cloud.down()
    assert processes_of(cache) == []
