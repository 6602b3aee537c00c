"""Further services of the embedded clouds: servers of a real Nova, and volumes of a real Cinder.

Always: servers of zed, servers and volumes of 2026.2. The rest by ``pytest -m all_releases``.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import processes_of
from tests.e2e.deep_servers import CREATE, asked, assert_complete, recorded
from tests.e2e.test_deep import tracer
from tests.patience import PATIENCE
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.cloud.release_data import releases
from tracer.comparison import compare
from tracer.recording import load
from tracer.sequences import label, response_id
from tracer.sequences.learning import learn

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


def run(cloud: EmbeddedCloud, *words: str, **environment: str) -> str:
    """Run the client of the release. Return its output."""
    ended = subprocess.run(
        ["openstack", *words],
        env=cloud.client_environment(os.environ | environment),
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
    assert [one["name"] for one in openstack(cloud, "resource", "provider", "list")] == ["compute1"]
    assert cloud.down()
    assert processes_of(cache) == []


@pytest.mark.parametrize("name", EVERY)
def test_a_volume_is_attached_to_a_server(cache: Path, tmp_path: Path, name: str) -> None:
    cloud = EmbeddedCloud(name, cache)
    running = cloud.up(image=True, groups=["compute", "volume"])
    assert [service.name for service in running.services] == [*COMPUTE, "cinder"]
    out = tmp_path / "out"
    created = recorded(cloud, cache, out, *CREATE, "--wait", "s1", linger=5)
    openstack(cloud, "volume", "create", "--size", "1", "v1")
    await_volume(cloud, "available")
    attached = recorded(cloud, cache, out, "server", "add", "volume", "s1", "v1", linger=5)
    await_volume(cloud, "in-use")
    deleted = recorded(cloud, cache, out, "server", "delete", "--wait", "s1", linger=5)
    await_volume(cloud, "available")
    for recording in (created, attached, deleted):
        assert_complete(recording)
    assert asked(created, "neutron", "nova")
    assert asked(attached, "nova", "cinder")
    assert asked(deleted, "nova", "cinder")
    if name == "2026.2":  # one release only, as each command takes seconds
        (hypervisor,) = openstack(cloud, "hypervisor", "list")
        assert (hypervisor["Hypervisor Hostname"], hypervisor["State"]) == ("compute1", "up")
        zones = openstack(cloud, "availability", "zone", "list")
        assert {zone["Zone Name"] for zone in zones} == {"internal", "nova"}
        quotas = {one["Resource"]: one["Limit"] for one in openstack(cloud, "quota", "show")}
        assert [quotas[kind] for kind in ("instances", "volumes", "networks")] == [-1, -1, -1]
    assert cloud.down()
    assert processes_of(cache) == []


@pytest.mark.all_releases
@pytest.mark.parametrize("name", ["zed", "2026.2"])
def test_a_sequence_of_three_creates_accepts_a_fourth_and_two_creates_are_equal(
    cache: Path, tmp_path: Path, name: str
) -> None:
    cloud = EmbeddedCloud(name, cache)
    cloud.up(image=True, groups=["compute"])
    creates = {}
    for number in range(5):
        words = (*CREATE, "--network", "private", "--wait", "s1")
        creates[str(number)] = recorded(cloud, cache, tmp_path, *words, linger=10)
        run(cloud, "server", "delete", "--wait", "s1")
    assert cloud.down()
    # In the first create, services log in and read what they keep.
    further = creates.pop("4")
    sequence = learn(creates)
    (create,) = (entry for entry in sequence.entries if entry.method == "POST" and entry.receiver == "nova")
    assert create.calls
    assert {call.receiver for call in create.afterwards} == {"neutron", "placement"}
    assert label(further, sequence).verdict == "conforms"
    assert compare(creates["3"], further).differences == []


@pytest.mark.all_releases
@pytest.mark.parametrize("name", ["zed", "2026.2"])
def test_two_creates_at_once_stay_apart(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TRACER_CACHE", str(cache))
    cloud = EmbeddedCloud(name, cache)
    tracer("cloud", "up", name, "--services", "compute", "--traced", "--out", str(tmp_path))
    cloud.demo_image()
    create = partial(run, cloud, *CREATE, "--network", "private", http_proxy=cloud.proxy() or "", no_proxy="")
    with ThreadPoolExecutor(2) as clients:
        assert all(clients.map(create, ("s1", "s2")))
    for server in ("s1", "s2"):
        await_status(cloud, "ACTIVE", "server", "show", server)
    deadline = time.monotonic() + PATIENCE
    while len(written := [*tmp_path.rglob("server-create*.yaml")]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert cloud.down()
    creates = [load(path) for path in written]
    for recording in creates:
        assert_complete(recording)
        assert asked(recording, "nova", "neutron")
        assert asked(recording, "nova", "placement")
    first, second = ({response_id(each) for each in one.exchanges} - {""} for one in creates)
    assert not first & second


@pytest.mark.all_releases
@pytest.mark.parametrize("name", ["zed", "2026.2"])
def test_services_that_are_quiet_send_nothing_on_their_own(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Nova has tasks of its own every 60 s."""
    monkeypatch.setenv("TRACER_CACHE", str(cache))
    cloud = EmbeddedCloud(name, cache)
    sent = {}
    # The second cloud is a copy of the same template.
    for option in ("--quiet-services", "--traced"):
        out = tmp_path / option
        tracer("cloud", "up", name, "--services", "compute,volume", "--traced", "--out", str(out), option)
        run(cloud, "server", "create", "--image", "demo-image", "--flavor", "m1.nano", "--wait", "s1")
        time.sleep(20)  # requests that Nova sends for the command may be recordings of their own
        before = set(out.rglob("*.yaml"))
        time.sleep(100)
        sent[option] = {path.name for path in set(out.rglob("*.yaml")) - before}
        assert cloud.down()
    assert sent["--quiet-services"] == set()
    assert any("nova" in recording for recording in sent["--traced"])


STACK = """
heat_template_version: 2021-04-16
resources:
  words: {type: OS::Heat::ResourceGroup, properties: {count: 5, resource_def: {type: OS::Heat::RandomString}}}
  network: {type: OS::Neutron::Net}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: network}, cidr: 10.9.0.0/24}}
  server:
    type: OS::Nova::Server
    depends_on: subnet
    properties: {image: demo-image, flavor: m1.nano, networks: [{network: {get_resource: network}}]}
outputs:
  address: {value: {get_attr: [server, first_address]}}
"""


@pytest.mark.all_releases
def test_a_container_takes_objects(cache: Path, tmp_path: Path) -> None:
    cloud = EmbeddedCloud("2026.2", cache)
    cloud.up(groups=["swift"])
    content = os.urandom(3_000_000)
    (tmp_path / "sent").write_bytes(content)
    run(cloud, "container", "create", "box")
    run(cloud, "object", "create", "box", str(tmp_path / "sent"), "--name", "thing")
    assert openstack(cloud, "object", "list", "box") == [{"Name": "thing"}]
    run(cloud, "object", "save", "box", "thing", "--file", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == content
    run(cloud, "container", "delete", "--recursive", "box")
    assert openstack(cloud, "container", "list") == []
    assert cloud.down()
    assert processes_of(cache) == []


@pytest.mark.all_releases
def test_a_secret_is_stored_and_read(cache: Path) -> None:
    cloud = EmbeddedCloud("2026.2", cache)
    cloud.up(groups=["barbican"])
    stored = openstack(cloud, "secret", "store", "--name", "word", "--payload", "correct horse")
    (listed,) = openstack(cloud, "secret", "list")
    assert listed["Secret href"] == stored["Secret href"]
    read = openstack(cloud, "secret", "get", "--payload", stored["Secret href"])
    assert read == {"Payload": "correct horse"}
    run(cloud, "secret", "delete", stored["Secret href"])
    assert openstack(cloud, "secret", "list") == []
    assert cloud.down()
    assert processes_of(cache) == []


@pytest.mark.all_releases
def test_a_stack_has_a_server_and_is_deleted(cache: Path, tmp_path: Path) -> None:
    cloud = EmbeddedCloud("2026.2", cache)
    cloud.up(image=True, groups=["heat", "compute"])
    (tmp_path / "stack.yaml").write_text(STACK)
    run(cloud, "stack", "create", "--wait", "--template", str(tmp_path / "stack.yaml"), "pile")
    stack = openstack(cloud, "stack", "show", "pile")
    assert stack["stack_status"] == "CREATE_COMPLETE"
    assert [output["output_value"][:5] for output in stack["outputs"]] == ["10.9."]
    assert [server["Status"] for server in openstack(cloud, "server", "list")] == ["ACTIVE"]
    run(cloud, "stack", "delete", "--yes", "--wait", "pile")
    assert openstack(cloud, "stack", "list") == openstack(cloud, "server", "list") == []
    assert cloud.down()
    assert processes_of(cache) == []


@pytest.mark.all_releases
def test_a_node_is_deployed(cache: Path) -> None:
    cloud = EmbeddedCloud("2026.2", cache)
    cloud.up(groups=["ironic"])
    node = ("baremetal", "node")
    created = openstack(cloud, *node, "create", "--driver", "fake-hardware", "--name", "n1")
    assert created["provision_state"] == "enroll"
    for action, state in (("manage", "manageable"), ("provide", "available"), ("deploy", "active")):
        run(cloud, *node, action, "--wait", str(int(PATIENCE)), "n1")
        assert openstack(cloud, *node, "show", "n1")["provision_state"] == state
    run(cloud, *node, "undeploy", "--wait", str(int(PATIENCE)), "n1")
    run(cloud, *node, "delete", "n1")
    assert openstack(cloud, *node, "list") == []
    assert cloud.down()
    assert processes_of(cache) == []


@pytest.mark.all_releases
def test_a_zone_has_records(cache: Path) -> None:
    cloud = EmbeddedCloud("2026.2", cache)
    cloud.up(groups=["designate"])
    run(cloud, "zone", "create", "--email", "admin@example.org", "example.org.")
    await_status(cloud, "ACTIVE", "zone", "show", "example.org.")
    words = ("recordset", "create", "--type", "A", "--record", "192.0.2.7", "example.org.", "www")
    run(cloud, *words)
    await_status(cloud, "ACTIVE", "recordset", "show", "example.org.", "www.example.org.")
    run(cloud, "zone", "delete", "example.org.")
    deadline = time.monotonic() + PATIENCE
    while openstack(cloud, "zone", "list"):
        assert time.monotonic() < deadline
    assert cloud.down()
    assert processes_of(cache) == []


def await_volume(cloud: EmbeddedCloud, status: str) -> None:
    """Wait until the volume has the status."""
    await_status(cloud, status, "volume", "show", "v1")


def await_status(cloud: EmbeddedCloud, status: str, *words: str) -> None:
    """Wait until the client shows the status."""
    deadline = time.monotonic() + PATIENCE
    while (found := openstack(cloud, *words)["status"]) != status:
        assert time.monotonic() < deadline, found
        assert found.lower() != "error"
