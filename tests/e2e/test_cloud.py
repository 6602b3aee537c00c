"""The embedded clouds for real: from published packages to an answer, and back to nothing.

Environments come from the shared cache folder, so that they are built once; the clouds of these
tests have folders of their own, so that they disturb no other cloud and none disturbs them.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.conftest import processes_of
from tests.patience import PATIENCE
from tracer.cloud.embedded_cloud import EmbeddedCloud, Running
from tracer.errors import CloudError

pytestmark = pytest.mark.e2e

RAW = b"\0" * 65536


def openstack(cloud: EmbeddedCloud, *words: str) -> str:
    client = cloud.client()
    own = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    answer = subprocess.run(
        [client, *words], env=own | cloud.environment(), capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def token(cloud: EmbeddedCloud) -> str:
    words = cloud.environment()
    domain = {"name": words["OS_USER_DOMAIN_NAME"]}
    user = {"name": words["OS_USERNAME"], "password": words["OS_PASSWORD"], "domain": domain}
    scope = {"project": {"name": words["OS_PROJECT_NAME"], "domain": domain}}
    auth = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    answer, _ = ask(f"{words['OS_AUTH_URL']}/v3/auth/tokens", json.dumps(auth).encode(), method="POST")
    return str(answer.headers["X-Subject-Token"])


def ask(
    url: str,
    data: bytes | Iterator[bytes] | None = None,
    token: str = "",
    method: str = "GET",
    kind: str = "",
) -> tuple[Any, bytes]:
    headers = {"X-Auth-Token": token, "Content-Type": kind or "application/json"}
    request = urllib.request.Request(url, data, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return answer, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error, error.read()


def service(running: Running, name: str) -> str:
    return next(one.url for one in running.services if one.name == name)


def test_a_cloud_of_zed_comes_up_from_its_copy_and_goes_without_a_trace(cache: Path) -> None:
    cloud = EmbeddedCloud("zed", cache)
    cloud.up()
    assert cloud.down()
    lines: list[str] = []
    running = cloud.up(lines.append)
    assert lines == ["starting keystone and glance of zed"]
    assert cloud.status() == running
    assert cloud.up() == running
    catalogue = openstack(cloud, "catalog", "list", "-f", "json")
    urls = [place["url"] for one in json.loads(catalogue) for place in one["Endpoints"]]
    assert sorted(urls) == sorted(one.url for one in running.services)
    answer, _ = ask(running.url)
    assert (answer.status, answer.reason) == (300, "MULTIPLE CHOICES")
    assert "x-openstack-request-id" in list(answer.headers)  # in its own case
    assert len(processes_of(cache)) == 2
    assert cloud.down()
    assert processes_of(cache) == []
    assert cloud.status() is None
    assert [path.name for path in (cache / "clouds" / "zed").iterdir()] == ["logs"]


def test_two_releases_run_at_once_and_differ(cache: Path) -> None:
    statuses = {}
    for name in ("zed", "2026.2"):
        EmbeddedCloud(name, cache).up()
    for name in ("zed", "2026.2"):
        cloud = EmbeddedCloud(name, cache)
        running = cloud.status()
        assert running
        own, glance = token(cloud), service(running, "glance")
        fields = {"name": "odd", "disk_format": "qcow2", "container_format": "bare"}
        answer, made = ask(f"{glance}/v2/images", json.dumps(fields).encode(), own, "POST")
        assert answer.status == 201
        place = f"{glance}/v2/images/{json.loads(made)['id']}/file"
        answer, _ = ask(place, RAW, own, "PUT", "application/octet-stream")
        statuses[name] = answer.status
    assert statuses == {"zed": 204, "2026.2": 415}


@pytest.mark.parametrize("name", ["zed", "2026.2"])
def test_the_client_of_the_release_stores_and_finds_an_image(cache: Path, tmp_path: Path, name: str) -> None:
    cloud = EmbeddedCloud(name, cache)
    cloud.up()
    (tmp_path / "raw").write_bytes(RAW)
    words = ("--disk-format", "raw", "--container-format", "bare", "--file", str(tmp_path / "raw"))
    openstack(cloud, "image", "create", *words, "tiny")
    shown = json.loads(openstack(cloud, "image", "show", "-f", "json", "tiny"))
    assert (shown["status"], shown["size"]) == ("active", len(RAW))


def test_many_writers_at_once_meet_no_locked_database(cache: Path) -> None:
    cloud = EmbeddedCloud("zed", cache)
    url = cloud.up().url
    own = token(cloud)
    statuses: list[int | None] = []

    def write(writer: int) -> None:
        for number in range(5):
            fields = {"project": {"name": f"p{writer}-{number}"}}
            statuses.append(ask(f"{url}/v3/projects", json.dumps(fields).encode(), own, "POST")[0].status)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert statuses == [201] * 40
    assert "Traceback" not in (cache / "clouds" / "zed" / "logs" / "keystone.log").read_text()


def test_a_large_upload_in_chunks_is_not_held_in_memory(cache: Path) -> None:
    cloud = EmbeddedCloud("zed", cache)
    running = cloud.up()
    own, glance = token(cloud), service(running, "glance")
    process = psutil.Process(running.services[1].pid)
    fields = {"name": "large", "disk_format": "raw", "container_format": "bare"}
    _, made = ask(f"{glance}/v2/images", json.dumps(fields).encode(), own, "POST")
    place = f"{glance}/v2/images/{json.loads(made)['id']}/file"
    before = process.memory_info().rss
    answer, _ = ask(place, (bytes(1 << 20) for _ in range(256)), own, "PUT", "application/octet-stream")
    assert answer.status == 204
    assert process.memory_info().rss - before < 64 << 20


def test_a_service_that_died_is_told_and_replaced(cache: Path) -> None:
    cloud = EmbeddedCloud("zed", cache)
    running = cloud.up()
    psutil.Process(running.services[1].pid).kill()
    psutil.Process(running.services[1].pid).wait(PATIENCE)
    assert cloud.status() is None
    assert [(fault.process, fault.kind) for fault in cloud.faults()] == [("glance", "not-running")]
    again = cloud.up()
    assert not {one.pid for one in again.services} & {one.pid for one in running.services}
    assert len(processes_of(cache)) == 2


def test_a_port_that_is_taken_is_one_line_and_leaves_nothing(cache: Path) -> None:
    other, cloud = EmbeddedCloud("2026.2", cache), EmbeddedCloud("zed", cache)
    port = other.up().services[0].port
    with pytest.raises(CloudError, match=rf"^port {port} \(for keystone\) is taken$"):
        cloud.up(port=port)
    assert cloud.status() is None
    assert len(processes_of(cache)) == 2


def test_what_surrounds_a_service_does_not_reach_it(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "OS_KEYSTONE_CONFIG_FILES", "PYTHONPATH", "PYTHONHOME"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    cloud = EmbeddedCloud("zed", cache)
    running = cloud.up()
    answer, _ = ask(f"{service(running, 'glance')}/v2/images", token=token(cloud))
    assert answer.status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("during", "own"),
    [
        ("installing", ("environments", "locks", "templates")),
        ("preparing", ("locks", "templates")),
        ("starting", ()),
    ],
)
def test_an_interrupted_start_leaves_no_process(
    cache: Path, during: str, own: tuple[str, ...], number: signal.Signals
) -> None:
    cloud = EmbeddedCloud("zed", cache)
    if not own:
        cloud.up()
        cloud.down()
    for name in own:
        (cache / name).unlink()
    script = """
import sys
from pathlib import Path
from typing import Any
from tracer.cloud.embedded_cloud import EmbeddedCloud
EmbeddedCloud("zed", Path(sys.argv[1])).up(lambda line: print(line, flush=True))
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(cache)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        assert any(line.startswith(during) for line in process.stdout)
        while len(processes_of(cache)) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait(PATIENCE) == (-number if number == signal.SIGINT else 128 + number)
    assert processes_of(cache) == []
    assert cloud.status() is None
    assert not list((cache / "clouds").glob("*/running.json"))
