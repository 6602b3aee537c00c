"""What a service does in the background while recordings come and go, with the libraries of its release."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import RELEASES, TRACER, UNBUFFERED
from tests.e2e.test_cloud import ask, service, token
from tests.e2e.test_deep import forget, home
from tests.patience import PATIENCE
from tests.servers import serving
from tracer.capture.recorded_command import record
from tracer.cloud import launcher, services, tracing
from tracer.cloud.cache import silent
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.recording import load
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

SLOW = 4.0
LIBRARIES = ("requests", "keystoneauth", "httplib2", "urllib", "http.client")
APP = """
import http.client, os, sys, threading, time, urllib.parse, urllib.request
import httplib2, keystoneauth1.session, requests

URL = os.environ["TARGET"]
HOST = urllib.parse.urlsplit(URL).netloc
requests_session, keystone_session = requests.Session(), keystoneauth1.session.Session()
cache = httplib2.Http()
connection = http.client.HTTPConnection(HOST)
opener = urllib.request.urlopen  # the one of the process, which reads the environment once


def by_connection():
    connection.request("GET", "/http.client", headers={"User-Agent": "background"})
    return connection.getresponse().read()


SENDERS = {
    "requests": lambda: requests_session.get(URL + "/requests").content,
    "keystoneauth": lambda: keystone_session.get(URL + "/keystoneauth").content,
    "httplib2": lambda: cache.request(URL + "/httplib2")[1],
    "urllib": lambda: opener(URL + "/urllib").read(),
    "http.client": by_connection,
}


def work(name):
    while True:
        try:
            way = SENDERS[name]().decode()
        except Exception as error:
            way = "failed: " + repr(error).replace("\\n", " ")
        os.write(1, f"{name} {way}\\n".encode())  # in one go, as others write too
        time.sleep(0.02)


def app():
    for name in SENDERS:
        threading.Thread(target=work, args=(name,), daemon=True).start()

    def answer(environ, start_response):
        start_response("200 OK", [("Content-Length", "0")])
        return []

    return answer
"""


# A command that ends when each library has sent something more than twice: the first request may be older.
UNTIL_ALL = """
import pathlib, sys, time
log, *libraries = sys.argv[1:]
begin = pathlib.Path(log).stat().st_size
def sent(library):
    return pathlib.Path(log).read_text()[begin:].count("\\n" + library + " ")
while any(sent(library) < 3 for library in libraries):
    time.sleep(0.05)
"""


class _Target(http.server.BaseHTTPRequestHandler):
    """Answers at once, but for an image, which takes as many seconds as SLOW says."""

    protocol_version = "HTTP/1.1"
    fetched: Path | None = None
    """A file that comes when an image is asked for."""

    def do_GET(self) -> None:
        if self.path == "/image":
            if _Target.fetched is not None:
                _Target.fetched.touch()
            time.sleep(SLOW)
        body = b"ok"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def target() -> Iterator[str]:
    with serving(_Target) as url:
        yield url


@pytest.mark.parametrize("release", RELEASES)
def test_every_library_sends_direct_after_a_recording_and_never_fails(
    release: str, target: str, tmp_path: Path
) -> None:
    cloud = EmbeddedCloud(release)
    python = cloud._built(silent).command("python")
    (tmp_path / "background.py").write_text(APP)
    home, log = tmp_path / "glance", tmp_path / "log"
    home.mkdir()
    with services.sockets(["glance"], None) as listening, log.open("wb") as printed:
        own = listening["glance"]
        words = [str(python), "-u", launcher.__file__, "--home", str(home), "--app", "background:app"]
        words += [
            "--mount",
            "/image",
            "--fd",
            str(own.fileno()),
            "--address",
            f"127.0.0.1:{own.getsockname()[1]}",
        ]
        words += ["--tracing", str(tmp_path / tracing.FOLDER)]
        process = subprocess.Popen(
            words,
            env=UNBUFFERED | {"PYTHONPATH": str(tmp_path), "TARGET": target},
            pass_fds=[own.fileno()],
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for_all(log, 0)
        for number in range(3):
            out = tmp_path / f"out-{number}"
            result = record(
                [sys.executable, "-c", UNTIL_ALL, str(log), *LIBRARIES],
                dict(os.environ),
                Settings(folder=out, diagrams=()),
                tmp_path / "ca",
                services=tracing.taken(tmp_path, "recording", ["glance"], "127.0.0.1", silent),
            )
            paths = {
                one.request.url.rpartition("/")[2]
                for kept in result.others
                for one in load(kept.path).exchanges
            }
            assert paths == set(LIBRARIES)
            _wait_for_all(log, log.stat().st_size)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait(PATIENCE)
    lines = log.read_text().splitlines()
    assert [line for line in lines if not line.endswith(" ok")] == []


def _wait_for_all(log: Path, since: int) -> None:
    """Wait until every library has sent something more than twice since the log had that size."""
    deadline = time.monotonic() + PATIENCE
    while True:
        names = [line.partition(" ")[0] for line in log.read_text()[since:].splitlines()]
        if all(names.count(name) > 2 for name in LIBRARIES):
            return
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.05)


IMPORT = """
import json, os, sys, time, urllib.error, urllib.request

request = urllib.request.Request(
    sys.argv[1] + "/import",
    json.dumps({"method": {"name": "web-download", "uri": sys.argv[2]}}).encode(),
    {"Content-Type": "application/json", "X-Auth-Token": os.environ["OS_TOKEN"]},
)
try:
    print(urllib.request.urlopen(request).status)
    while not os.path.exists(sys.argv[3]):  # until Glance begins to fetch the image
        time.sleep(0.05)
except urllib.error.HTTPError as error:
    sys.exit(error.read())
"""


def test_an_import_that_outlasts_its_recording_succeeds(
    target: str, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Glance fetches the image in the background: the first while a recording ends, the second after it.

    Only that of zed: later ones refuse to fetch from this machine.
    """
    monkeypatch.setenv("TRACER_CACHE", str(cache))
    cloud = EmbeddedCloud("zed", cache)
    cloud.up()
    with (home(cloud) / "glance" / "glance-api.conf").open("a") as settings:
        settings.write("[import_filtering_opts]\nallowed_ports = []\n")
    forget(cloud)
    running = cloud.status()
    assert running
    own, glance, out = token(cloud), service(running, "glance"), tmp_path / "out"
    environment = {**os.environ, **cloud.environment(), "OS_TOKEN": own}
    for prefix in ([TRACER, "record", "--deep", "--release", "zed", "--out", str(out), "--"], []):
        image = _created(glance, own)
        begun = tmp_path / image
        monkeypatch.setattr(_Target, "fetched", begun)
        words = [*prefix, sys.executable, "-c", IMPORT, f"{glance}/v2/images/{image}", f"{target}/image"]
        words.append(str(begun))
        ended = subprocess.run(
            words, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert (ended.returncode, ended.stdout) == (0, "202\n"), ended.stderr
        _wait_until_active(glance, own, image)
    exchanges = [one for path in out.rglob("*.yaml") for one in load(path).exchanges]
    (fetched,) = [one for one in exchanges if one.request.url == f"{target}/image"]
    assert fetched.sender == "glance"
    assert fetched.response is not None
    assert fetched.response.status == 200


def _created(glance: str, own: str) -> str:
    fields = {"name": "imported", "disk_format": "raw", "container_format": "bare"}
    _, content = ask(f"{glance}/v2/images", json.dumps(fields).encode(), own, "POST")
    return str(json.loads(content)["id"])


def _wait_until_active(glance: str, own: str, image: str) -> None:
    deadline = time.monotonic() + PATIENCE
    content: dict[str, Any] = {}
    while content.get("status") != "active":
        assert time.monotonic() < deadline, content
        time.sleep(0.2)
        content = json.loads(ask(f"{glance}/v2/images/{image}", token=own)[1])
