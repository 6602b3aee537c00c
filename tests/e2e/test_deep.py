"""What the services ask each other while they answer, on real clouds: the ways to record it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest

from tests.e2e.conftest import IMAGE, MITMDUMP, ROOT, TRACER, Proxy, Site, furnished, processes_of
from tests.e2e.secrets import leaks, tokens
from tests.patience import PATIENCE
from tracer import storage
from tracer.cloud import services, state, tracing
from tracer.cloud.cache import locked, silent
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.model import RunNote
from tracer.recording import load
from tracer.rendering.messages import messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracer.model import Exchange, Recording

pytestmark = pytest.mark.e2e

SHOW = ("image", "show", "--format", "json")
TOKEN = re.compile(rb"gAAAA")
TOKENS = "/identity/v3/auth/tokens"
VALIDATION = [("GET", TOKENS)]
LOG_IN = [("GET", "/identity"), ("POST", TOKENS)]


@pytest.fixture(params=["zed", "2026.2"])
def cloud(request: pytest.FixtureRequest, cache: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedCloud:
    """A cloud of its own, whose services have no token yet."""
    monkeypatch.setenv("TRACER_CACHE", str(cache))
    cloud = EmbeddedCloud(request.param, cache)
    cloud.up()
    return cloud


@pytest.fixture
def zed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedCloud:
    monkeypatch.setenv("TRACER_CACHE", str(cache))
    cloud = EmbeddedCloud("zed", cache)
    cloud.up()
    return cloud


def tracer(*words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    return subprocess.run(
        [TRACER, *words], env=own | environment, capture_output=True, text=True, check=check, timeout=PATIENCE
    )


def home(cloud: EmbeddedCloud) -> Path:
    return cloud._home


def secrets(cloud: EmbeddedCloud) -> set[str]:
    return set(state.passwords(home(cloud)).values())


def forget(cloud: EmbeddedCloud) -> None:
    """Start Glance anew in its place: it loses its token, and what it knows of others."""
    running = cloud.status()
    assert running
    old = next(one for one in running.services if one.name == "glance")
    process = psutil.Process(old.pid)
    process.terminate()
    process.wait(PATIENCE)
    urls = {one.name: one.url for one in running.services}
    site = state.Site(home(cloud), cloud.services, urls, cloud._built(silent), state.passwords(home(cloud)))
    with services.sockets(["glance"], old.port) as listening:
        new = services.start(site, "glance", listening["glance"], old.log)
    services.await_answers([new], cloud.services)
    others = [one for one in running.services if one.name != "glance"]
    cloud._write(msgspec.structs.replace(running, services=(*others, new)))


def asked(recording: Recording, sender: str) -> list[tuple[str, str]]:
    return [(one.request.method, one.path) for one in recording.exchanges if one.sender == sender]


def own(recording: Recording) -> list[tuple[str, str, object, list[int]]]:
    """What the client itself said, with its labels."""
    client = (one for one in recording.exchanges if one.sender == "client")
    return [(one.request.method, one.path, one.verdict, one.steps) for one in client]


def nested(recording: Recording) -> bool:
    """Whether all that Glance sent stands between one of the client's requests to it and the answer."""
    waiting = 0
    for message in messages(recording):
        if {message.sender, message.receiver} == {"client", "glance"}:
            waiting += 1 if message.kind == "request" else -1
        elif "glance" in {message.sender, message.receiver} and waiting != 1:
            return False
    return True


def by_glance(recording: Recording) -> list[Exchange]:
    return [one for one in recording.exchanges if one.sender == "glance"]


def test_deep_adds_what_glance_asks_keystone(cloud: EmbeddedCloud, tmp_path: Path) -> None:
    name, out = cloud.release.name, tmp_path / "out"
    image = furnished(cloud).image
    forget(cloud)
    found = {}
    for way, options in (("first", ["--deep"]), ("second", ["--deep"]), ("shallow", [])):
        words = ["--out", str(out), "--name", way, "--release", name, *options]
        ended = tracer("record", *words, "--", "openstack", *SHOW, image)
        assert json.loads(ended.stdout)["id"] == image
        found[way] = load(out / name / f"{way}.yaml")
        assert "Traceback" not in ended.stderr
        assert not leaks(secrets(cloud), out, ended.stdout, ended.stderr)
    assert asked(found["first"], "glance") == [*LOG_IN, *VALIDATION]
    assert asked(found["second"], "glance") == VALIDATION
    assert asked(found["shallow"], "glance") == []
    assert {one.verdict for one in found.values()} == {"conforms"}
    assert own(found["first"]) == own(found["second"]) == own(found["shallow"])
    for way in ("first", "second"):
        assert nested(found[way])
        assert {one.verdict for one in by_glance(found[way])} == {"optional"}
        assert {one.receiver for one in by_glance(found[way])} == {"keystone"}
        assert not found[way].notes
    validation = by_glance(found["first"])[-1].request.headers
    assert validation["X-Subject-Token"] != validation["X-Auth-Token"]
    assert not TOKEN.search(b"".join(path.read_bytes() for path in out.rglob("*.yaml")))


def test_a_cloud_that_the_environment_names_may_be_an_embedded_one(
    zed: EmbeddedCloud, tmp_path: Path
) -> None:
    openstack = str(zed.client())
    words = ("record", "--deep", "--out", str(tmp_path), "--", openstack, "image", "list")
    tracer(*words, check=True, **zed.environment())
    recording = load(tmp_path / "zed" / "image-list.yaml")
    assert asked(recording, "glance") == [*LOG_IN, *VALIDATION]


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        ((), {"OS_AUTH_URL": "http://devstack.test/identity"}),
        ((), {"OS_CLOUD": "devstack"}),
        (("--os-auth-url", "http://devstack.test/identity"), {}),
        (("--os-cloud=devstack",), {}),
    ],
)
def test_deep_on_a_foreign_cloud_says_what_to_do(
    words: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    ended = tracer(
        *("record", "--deep", "--release", "zed", "--out", str(tmp_path / "out"), "--"),
        *("openstack", *words, "image", "list"),
        check=False,
        **environment,
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        "tracer: --deep needs an embedded cloud that is up: tracer cannot set the proxy of services that it"
        " did not start; README.md says how you can, under 'What the services ask each other'\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_service_that_speaks_before_the_client_hides_no_recording(
    zed: EmbeddedCloud, tmp_path: Path
) -> None:
    """Simulated by a request through Glance's own port of the proxy."""
    ask = (
        "import json, os, urllib.request as r\n"
        f"port = json.load(open({str(home(zed) / tracing.FOLDER / 'recording.json')!r}))['glance']\n"
        "proxy = r.ProxyHandler({'http': f'http://127.0.0.1:{port}'})\n"
        "r.build_opener(proxy).open(os.environ['OS_AUTH_URL'] + '/v3').read()\n"
    )
    script = 'env -u no_proxy "$1" -c "$2"; exec openstack token issue'
    words = ("record", "--deep", "--out", str(tmp_path), "--release", "zed", "--name", "mine", "--")
    ended = tracer(*words, "sh", "-c", script, "sh", sys.executable, ask)
    assert "nothing was recorded" not in ended.stderr
    mine, aside = load(tmp_path / "zed" / "mine.yaml"), load(tmp_path / "zed" / "glance.yaml")
    assert (mine.verdict, asked(mine, "glance")) == ("conforms", [])
    assert [each.sender for each in aside.exchanges] == ["glance"]


def test_a_recording_that_is_killed_leaves_the_services_alone(zed: EmbeddedCloud, tmp_path: Path) -> None:
    """The client kills the tracer before it asks anything."""
    script = 'kill -9 $PPID; sleep 0.3; exec "$@"'
    words = ("record", "--deep", "--out", str(tmp_path), "--release", "zed", "--")
    ended = tracer(*words, "sh", "-c", script, "sh", "true", check=False)
    assert ended.returncode == -signal.SIGKILL
    site = Site("zed", {**os.environ, **zed.environment()}, str(zed.client()), "")
    assert site.client("image", "list").returncode == 0
    tracer(*words, "openstack", "image", "list")
    assert asked(load(tmp_path / "zed" / "image-list.yaml"), "glance") == VALIDATION


def sourced(cloud: EmbeddedCloud, *commands: str) -> subprocess.CompletedProcess[str]:
    """Commands in a shell that has sourced the cloud's environment, as a user does it."""
    script = f"source <({TRACER} cloud env {cloud.release.name}); {'; '.join(commands)}"
    return subprocess.run(
        ["bash", "-ec", script], capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def wait_for(folder: Path, count: int, name: str = "*") -> dict[str, Recording]:
    deadline = time.monotonic() + PATIENCE
    while len(found := list(folder.rglob(f"{name}.yaml"))) < count:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return {path.stem: load(path) for path in sorted(found)}


@pytest.fixture
def traced(cloud: EmbeddedCloud, tmp_path: Path) -> Iterator[EmbeddedCloud]:
    up = ("cloud", "up", cloud.release.name, "--traced", "--out", str(tmp_path / "all"))
    assert f"Recordings are written to {tmp_path / 'all' / cloud.release.name}\n" in tracer(*up).stdout
    yield cloud
    tracer("cloud", "down", cloud.release.name)
    assert processes_of(cloud._cache) == []


def test_a_traced_cloud_records_all_that_is_done_with_it(traced: EmbeddedCloud, tmp_path: Path) -> None:
    name = traced.release.name
    image = furnished(traced).image
    show = f"openstack {' '.join(SHOW)} {image}"
    ended = sourced(traced, f"{show} & {show} & openstack image list & wait", show)
    assert ended.returncode == 0, ended.stderr
    shows = wait_for(tmp_path / "all", 3, "image-show*").values()
    assert all(path.parent == tmp_path / "all" / name for path in (tmp_path / "all").rglob("*.yaml"))
    for one in shows:
        assert one.verdict == "conforms"
        assert asked(one, "glance") == VALIDATION
        assert nested(one)
        assert not one.notes
    assert not leaks(secrets(traced), tmp_path / "all", ended.stdout, ended.stderr)
    assert not TOKEN.search(b"".join(path.read_bytes() for path in (tmp_path / "all").rglob("*.yaml")))


def test_a_recording_goes_first_on_a_traced_cloud(traced: EmbeddedCloud, tmp_path: Path) -> None:
    image = furnished(traced).image
    # The image was uploaded by a client that went past the tracer.
    (past,) = wait_for(tmp_path / "all", 1, "glance").values()
    assert asked(past, "client") == []
    assert past.notes == [RunNote(code="service-itself", values={"sender": "glance"})]
    ended = sourced(
        traced,
        f"{TRACER} record --deep --out {tmp_path / 'deep'} -- openstack {' '.join(SHOW)} {image}",
        f"openstack {' '.join(SHOW)} {image}",
    )
    assert ended.returncode == 0, ended.stderr
    (deep,) = wait_for(tmp_path / "deep", 1).values()
    (after,) = wait_for(tmp_path / "all", 1, "image-show*").values()
    for one in (deep, after):
        assert asked(one, "glance") == VALIDATION
        assert nested(one)


def test_a_tracer_that_is_killed_cuts_no_service_off(traced: EmbeddedCloud, tmp_path: Path) -> None:
    name = traced.release.name
    running = traced.status()
    assert running
    assert running.tracer
    psutil.Process(running.tracer.pid).kill()
    psutil.Process(running.tracer.pid).wait(PATIENCE)
    ended = tracer("cloud", "status", name, check=False)
    assert ended.returncode == 1
    assert f"its tracer is not running (log: {running.tracer.log})" in ended.stdout
    assert sourced(traced, "openstack image list").returncode == 0
    again = tracer("cloud", "up", name, "--traced", "--out", str(tmp_path / "all"))
    assert f"{name} keystone {running.url} (process {running.services[0].pid}" in again.stdout
    assert sourced(traced, "openstack image list").returncode == 0
    assert asked(wait_for(tmp_path / "all", 1, "image-list")["image-list"], "glance") == VALIDATION


def test_a_shell_is_led_past_a_tracer_that_has_gone(zed: EmbeddedCloud, tmp_path: Path) -> None:
    traced = tracer("cloud", "up", "zed", "--traced", "--out", str(tmp_path)).stdout
    assert traced
    before = tracer("cloud", "env", "zed").stdout
    url = zed.proxy()
    assert f"export http_proxy={url} no_proxy= TRACER_PROXY={url}\n" in before
    tracer("cloud", "down")
    tracer("cloud", "up", "zed")
    after = tracer("cloud", "env", "zed", http_proxy=str(url), TRACER_PROXY=str(url)).stdout
    assert "unset TRACER_PROXY http_proxy no_proxy\n" in after
    theirs = tracer("cloud", "env", "zed", http_proxy="http://proxy.test", TRACER_PROXY=str(url)).stdout
    assert "unset TRACER_PROXY\n" in theirs


def test_a_traced_cloud_writes_to_one_folder(traced: EmbeddedCloud, tmp_path: Path) -> None:
    up = ("cloud", "up", traced.release.name, "--traced", "--out")
    assert tracer(*up, str(tmp_path / "all")).returncode == 0
    other = tracer(*up, str(tmp_path / "other"), check=False)
    assert other.returncode == 2
    assert other.stderr == (
        f"tracer: {traced.release.name} is already traced, with other options;"
        f" end it with: tracer cloud down {traced.release.name}\n"
    )


def test_plain_mitmdump_with_a_port_for_glance_and_two_clients_at_once(
    cloud: EmbeddedCloud, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    """As README tells for a devstack: Glance is given its port in its environment."""
    image = furnished(cloud).image
    forget(cloud)
    clients, glance = free_ports(2)
    out, flows = tmp_path / "out", tmp_path / "flows"
    proxy = mitmdump(
        *("--mode", f"regular@{clients}", "--mode", f"regular@{glance}"),
        *("--set", f"trace_dir={out}", "--set", f"trace_participants=glance={glance}", "-w", str(flows)),
    )
    site = Site(cloud.release.name, {**os.environ, **cloud.environment()}, str(cloud.client()), image)
    with sending_through(cloud, glance):
        at_once = [
            subprocess.Popen(
                [site.openstack, *SHOW, word],
                env=site.through(f"http://127.0.0.1:{clients}"),
                stdout=subprocess.DEVNULL,
            )
            for word in (image, IMAGE)
        ]
        assert [client.wait(PATIENCE) for client in at_once] == [0, 0]
        proxy.wait_for(r"\.yaml \(", 2)
        assert proxy.stop() == 0
    assert "Traceback" not in proxy.printed
    recordings = wait_for(out, 2)
    assert sorted(recordings) == ["image-show", "image-show-2"]
    for one in recordings.values():
        assert one.verdict == "conforms"
        assert asked(one, "glance").count(VALIDATION[0]) == 1
        assert nested(one)
        assert not one.notes
    together = [call for one in recordings.values() for call in asked(one, "glance")]
    assert set(together) == {*LOG_IN, *VALIDATION}
    assert not leaks({*secrets(cloud), *tokens(flows)}, out, proxy.printed)

    stored = tmp_path / "stored"
    replay = [
        "-nr",
        str(flows),
        "--set",
        f"trace_dir={stored}",
        "--set",
        f"trace_participants=glance={glance}",
    ]
    again = subprocess.run(
        [MITMDUMP, "-s", str(ROOT / "addons" / "trace.py"), *replay],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert "Traceback" not in again.stdout + again.stderr

    def told(found: dict[str, Recording]) -> list[list[tuple[str, str, str]]]:
        return sorted(
            [(each.sender, each.request.method, each.request.url) for each in one.exchanges]
            for one in found.values()
        )

    assert told(wait_for(stored, 2)) == told(recordings)


@contextmanager
def sending_through(cloud: EmbeddedCloud, port: int) -> Iterator[None]:
    """Have Glance send through a port, as a drop-in of its unit does on a devstack."""
    folder = home(cloud) / tracing.FOLDER
    with locked(folder, "standing", silent):
        storage.write_private(folder / "standing.json", json.dumps({"glance": port}))
        yield


def free_ports(count: int) -> list[int]:
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in opened]
    finally:
        for one in opened:
            one.close()
