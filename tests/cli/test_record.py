"""What ``tracer record`` says where nothing can be recorded or written."""

from __future__ import annotations

import http.server
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tests.servers import serving
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Iterator


SECRET = "-kJ7xQ2mZp9vR4tWs"
CLIENT = """#!/usr/bin/env python3
import argparse, os, urllib.request
parser = argparse.ArgumentParser(prog="openstack")
parser.add_argument("--os-password")
parser.add_argument("--limit", type=int)
parser.add_argument("command", nargs="*")
if os.environ.get("LOGS_IN"):
    urllib.request.urlopen(os.environ["OS_AUTH_URL"]).read()
parser.parse_args()
"""


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def cloud() -> Iterator[str]:
    with serving(_Answer) as url:
        yield f"{url}/identity"


@pytest.fixture
def client(tmp_path: Path) -> Path:
    path = tmp_path / "openstack"
    path.write_text(CLIENT)
    path.chmod(0o755)
    return path


def test_a_usage_error_is_the_reason_that_nothing_was_recorded(client: Path, tmp_path: Path) -> None:
    command = (client, "--os-password", SECRET, "image", "list")
    ended = tracer("record", "--", *command, cwd=tmp_path, OS_AUTH_URL="http://127.0.0.1:9")
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1] == (
        "tracer: nothing was recorded: the command itself failed (exit code 2): see what it said;"
        " the command does not accept its arguments: openstack: error: argument --os-password:"
        " expected one argument (a value that begins with '-' is written --os-password=VALUE)"
    )
    assert SECRET not in ended.stderr


def test_no_secret_of_the_command_is_repeated(client: Path, tmp_path: Path) -> None:
    secret = SECRET[1:]
    ended = tracer(
        "record", "--", client, "--limit", secret, cwd=tmp_path, OS_PASSWORD=secret, OS_AUTH_URL=""
    )
    assert "does not accept its arguments: openstack: error: argument --limit: invalid" in ended.stderr
    assert secret not in ended.stderr.rpartition("tracer: ")[2]


def test_a_usage_error_after_a_login_is_told_beside_the_recording(
    client: Path, cloud: str, tmp_path: Path
) -> None:
    command = (client, "image", "--nope")
    ended = tracer("record", "--", *command, cwd=tmp_path, OS_AUTH_URL=cloud, LOGS_IN="1")
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1] == (
        "tracer: the command does not accept its arguments: openstack: error: unrecognized arguments: --nope"
    )
    (path,) = tmp_path.rglob("*.yaml")
    assert [one.request.url for one in load(path).exchanges] == [cloud]


def test_each_client_of_a_script_has_a_recording(client: Path, cloud: str, tmp_path: Path) -> None:
    words = ("sh", "-c", f"{client} image list; {client} --os-password {SECRET[1:]} image delete x; exit 3")
    ended = tracer("record", "--name", "both", "--", *words, cwd=tmp_path, OS_AUTH_URL=cloud, LOGS_IN="1")
    assert ended.returncode == 3
    recordings = {path.stem: load(path) for path in tmp_path.rglob("*.yaml")}
    assert {name: recording.command for name, recording in recordings.items()} == {
        "both": "openstack image list",
        "both-2": "openstack --os-password '<password-1>' image delete x",
    }
    assert {recording.sequence for recording in recordings.values()} == {"image-list", "image-delete"}
    assert {recording.output for recording in recordings.values()} == {None}
    assert ended.stderr.count("\nwrote ") == 4


def test_the_processes_of_one_script_share_a_recording(cloud: str, tmp_path: Path) -> None:
    (tmp_path / "many.py").write_text(
        "import os, urllib.request\n"
        "child = os.fork()\n"
        "urllib.request.urlopen(os.environ['OS_AUTH_URL']).read()\n"
        "child and os.waitpid(child, 0)\n"
    )
    ended = tracer("record", "--", "python3", "many.py", cwd=tmp_path, OS_AUTH_URL=cloud)
    assert ended.returncode == 0, ended.stderr
    recording = load(tmp_path / "recordings" / "many.yaml")
    assert (recording.command, len(recording.exchanges)) == ("python3 many.py", 2)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            ("--out", "/proc/missing"),
            "cannot write /proc/missing: no such folder (--out chooses another folder)",
        ),
        (("--out", "kept"), "FOLDER/kept/.journal: not a folder"),
        (("--release", "zed"), "FOLDER/recordings/zed: not a folder"),
        (("--release", "zde"), "--release: unknown release 'zde'; did you mean zed?"),
        (
            ("--release", "../x"),
            "--release: expected a name without a path, such as zed or 2026.2, got '../x'",
        ),
        (("--name", "x"), "cannot write recordings/x.yaml: it is a folder (--out chooses another folder)"),
    ],
)
def test_where_no_recording_can_be_written_the_command_is_not_started(
    options: tuple[str, str], problem: str, tmp_path: Path
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / ".journal").touch()
    (tmp_path / "recordings" / "x.yaml").mkdir(parents=True)
    (tmp_path / "recordings" / "zed").touch()
    before = sorted(tmp_path.rglob("*"))
    ended = tracer(
        "record", *options, "--", "touch", "started", cwd=tmp_path, OS_AUTH_URL="http://127.0.0.1:9"
    )
    assert ended.stderr == f"tracer: {problem.replace('FOLDER', str(tmp_path))}\n"
    assert ended.returncode == 2
    assert sorted(tmp_path.rglob("*")) == before


# `record` imports this module after it has started the command, and before the proxy listens. The import
# waits until the command is where its script wants it, and then until the command has ended.
LATE_PROXY = """
import contextlib, os, sys

class Late:
    def find_spec(self, name, path=None, target=None):
        if name == "tracer.capture.mitm.embedded_proxy":
            with contextlib.suppress(ChildProcessError):  # the command was waited for
                open(os.environ["GATE"], "w").close()  # waits for the script
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)

sys.meta_path.insert(0, Late())
"""
HASTY = r"""
proxy=${http_proxy#http://}
exec 3<>/dev/tcp/${proxy%:*}/${proxy##*:}
printf '%s HTTP/1.1\r\nHost: h\r\n\r\n' "$0" >&3
read < "$GATE"
"""


@pytest.fixture
def late_proxy(tmp_path: Path) -> dict[str, str]:
    """Return the environment for a proxy that is ready after the end of the command."""
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "sitecustomize.py").write_text(LATE_PROXY)
    os.mkfifo(tmp_path / "gate")
    return {"PYTHONPATH": str(tmp_path / "late"), "GATE": str(tmp_path / "gate")}


@pytest.mark.parametrize(
    ("request_line", "error"),
    [
        ("GET http://127.0.0.1:PORT/", "Client disconnected."),
        ("CONNECT 127.0.0.1:PORT", "the client left before it sent its request"),
    ],
)
def test_a_command_that_ends_before_the_proxy_is_ready(
    request_line: str, error: str, late_proxy: dict[str, str], tmp_path: Path
) -> None:
    """The recording holds what it sent, and the cloud is not to blame."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asked = request_line.replace("PORT", str(silent.getsockname()[1]))
        ended = tracer("record", "--", "bash", "-c", HASTY, asked, cwd=tmp_path, **late_proxy)
    assert ended.stderr.splitlines()[0] == (
        "tracer: the command did not wait until the proxy was ready, which takes seconds:"
        " give it a longer timeout"
    )
    (exchange,) = load(tmp_path / "recordings" / "bash.yaml").exchanges
    assert (exchange.request.method, exchange.error) == (request_line.partition(" ")[0], error)


def test_an_interrupted_command_whose_request_the_proxy_has_not_seen_is_not_recorded(
    late_proxy: dict[str, str], tmp_path: Path
) -> None:
    """The request waits in the socket of a proxy that is not ready yet, and must not be sent later."""
    script = f"{HASTY}\nkill -INT $PPID; kill -INT $$"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asked = f"GET http://127.0.0.1:{silent.getsockname()[1]}/"
        ended = tracer("record", "--", "bash", "-c", script, asked, cwd=tmp_path, **late_proxy)
    assert (ended.returncode, ended.stderr) == (130, "tracer: interrupted; nothing was recorded\n")
    assert not list(tmp_path.rglob("*.yaml"))


def _browser(tmp_path: Path) -> dict[str, str]:
    """Return the environment for a browser that notes its address in the file ``opened``."""
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> "{tmp_path}/opened"\n')
    program.chmod(0o755)
    (tmp_path / "temporary").mkdir()
    return {"BROWSER": str(program), "TMPDIR": str(tmp_path / "temporary"), "LOGS_IN": "1"}


def test_the_recording_is_opened_in_the_browser(client: Path, cloud: str, tmp_path: Path) -> None:
    browser = _browser(tmp_path)
    words = ("--name", "x", "--", client, "image", "list")
    ended = tracer("record", "--open", *words, cwd=tmp_path, OS_AUTH_URL=cloud, **browser)
    assert (ended.returncode, ended.stdout) == (0, "")
    page = Path(ended.stderr.splitlines()[-1].removeprefix("wrote "))
    assert (page.name, page.parent.parent) == ("x.html", tmp_path / "temporary")
    assert page.parent.stat().st_mode & 0o077 == 0
    assert (tmp_path / "opened").read_text() == f"{page.as_uri()}\n"
    assert '"name":"x"' in page.read_text(encoding="utf-8")
    quiet = tracer("record", "--open", "-q", *words, cwd=tmp_path, OS_AUTH_URL=cloud, **browser)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert len((tmp_path / "opened").read_text().splitlines()) == 2


def test_recordings_of_several_clients_share_a_page(client: Path, cloud: str, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\n{client} image list\n{client} token issue\nexit 3\n")
    script.chmod(0o755)
    browser = _browser(tmp_path)
    ended = tracer("record", "--open", "--", script, cwd=tmp_path, OS_AUTH_URL=cloud, **browser)
    assert ended.returncode == 3
    (page,) = (tmp_path / "temporary").glob("*/view.html")
    names = sorted(path.stem for path in (tmp_path / "recordings").rglob("*.yaml"))
    assert len(names) == 2
    assert all(f'/{name}"' in page.read_text(encoding="utf-8") for name in names)


@pytest.mark.parametrize("quiet", [(), ("-q",)], ids=["", "quiet"])
@pytest.mark.parametrize("ci", ["", "true"], ids=["no display", "CI"])
def test_without_a_browser_the_path_of_the_page_is_printed(
    client: Path, cloud: str, tmp_path: Path, quiet: tuple[str, ...], ci: str
) -> None:
    environment = _browser(tmp_path) | {
        "BROWSER": "",
        "CI": ci,
        "DISPLAY": ci and ":0",
        "WAYLAND_DISPLAY": "",
    }
    words = ("record", "--open", *quiet, "--", client, "image", "list")
    ended = tracer(*words, cwd=tmp_path, OS_AUTH_URL=cloud, **environment)
    (page,) = (tmp_path / "temporary").glob("*/*.html")
    assert ended.returncode == 0
    assert ended.stderr.splitlines()[-1] == f"tracer: no browser could be started; open {page} in one"


def test_nothing_is_opened_if_nothing_was_recorded(client: Path, tmp_path: Path) -> None:
    browser = _browser(tmp_path) | {"LOGS_IN": ""}
    ended = tracer("record", "--open", "--", client, "image", cwd=tmp_path, OS_AUTH_URL="http://x", **browser)
    assert ended.returncode == 0
    assert ended.stderr.startswith("tracer: nothing was recorded: ")
    assert not (tmp_path / "opened").exists()
    assert list((tmp_path / "temporary").glob("tracer-*/*.html")) == []
