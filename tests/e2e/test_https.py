"""Clouds with TLS that do not answer, or have a CA of their own, and clients that go past the proxy."""

from __future__ import annotations

import json
import signal
import socket
import struct
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import TRACER, Proxy, Site
from tests.e2e.secrets import leaks
from tests.e2e.tls import Front, front
from tests.patience import PATIENCE
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracer.model import Recording

pytestmark = pytest.mark.e2e

TOKEN = ("token", "issue", "-f", "value", "-c", "expires")


@pytest.fixture
def secure(zed: Site, tmp_path: Path) -> Iterator[Front]:
    """A TLS front before Keystone."""
    with front(zed.environment["OS_AUTH_URL"], tmp_path / "front") as opened:
        yield opened


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that treats each connection as told. Yields its URL with https."""

    def serve(server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    """Cut the connection in the middle of the handshake."""
    connection.recv(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def plain(connection: socket.socket) -> None:
    """Answer as a server without TLS."""
    with connection:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def alert(connection: socket.socket) -> None:
    """Refuse the handshake with an alert."""
    with connection:
        connection.recv(4096)
        connection.sendall(bytes.fromhex("15030300020228"))


UNREACHABLE: dict[str, tuple[Callable[[socket.socket], None] | str, str]] = {
    "nothing listens": ("https://127.0.0.1:1", "Connect call failed"),
    "the name is unknown": ("https://no-such-cloud.invalid", "[Errno -"),
    "the connection is reset": (reset, "connection closed"),
    "no TLS": (plain, "does not speak TLS"),
    "the handshake is refused": (alert, "handshake failure"),
}


@contextmanager
def unreachable(kind: str) -> Iterator[tuple[str, str]]:
    """The URL of a cloud that does not answer, and what its recording says."""
    server, reason = UNREACHABLE[kind]
    if isinstance(server, str):
        yield server, reason
    else:
        with listening(server) as url:
            yield url, reason


def record(
    site: Site, out: Path, *command: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TRACER, "record", "--out", str(out), "--name", "x", "--", *command],
        env=site.environment | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def failed(recording: Recording) -> tuple[str, str, str]:
    exchange = recording.exchanges[0]
    assert exchange.response is None
    return exchange.request.method, exchange.request.url, exchange.error or ""


@pytest.mark.parametrize("kind", UNREACHABLE)
def test_a_cloud_that_does_not_answer_is_recorded_with_the_reason(
    kind: str, zed: Site, tmp_path: Path
) -> None:
    with unreachable(kind) as (url, reason):
        ended = record(zed, tmp_path, zed.openstack, *TOKEN, OS_AUTH_URL=f"{url}/identity")
    assert ended.returncode == 1
    recording = load(tmp_path / "x.yaml")
    method, asked, error = failed(recording)
    assert (method, asked) == ("GET", f"{url}/identity")
    assert reason in error
    assert recording.exchanges[0].receiver == "keystone"
    assert recording.exchanges[0].steps == [1]
    assert f"no answer from {url}/identity: {error}" in ended.stderr
    assert "GET /identity" in (tmp_path / "x.mmd").read_text()


def test_under_mitmdump_too(zed: Site, mitmdump: Callable[..., Proxy]) -> None:
    proxy = mitmdump()
    authority = proxy.log.parent / "conf" / "mitmproxy-ca-cert.pem"
    through = {"https_proxy": proxy.url, "no_proxy": "", "OS_CACERT": str(authority)}
    wanted = []
    for kind in UNREACHABLE:
        with unreachable(kind) as (url, reason):
            subprocess.run(
                [zed.openstack, *TOKEN],
                env=zed.environment | through | {"OS_AUTH_URL": f"{url}/identity"},
                capture_output=True,
                check=False,
                timeout=PATIENCE,
            )
        wanted.append((url, reason))
        proxy.wait_for(r"exchanges?, deviates", len(wanted))
    assert proxy.stop() == 0
    recordings = proxy.log.parent / "recordings"
    paths = sorted(recordings.glob("*.yaml"), key=lambda path: path.stat().st_mtime)
    for path, (url, reason) in zip(paths, wanted, strict=True):
        method, asked, error = failed(load(path))
        assert method in {"CONNECT", "GET"}
        assert asked.startswith(f"{url}/")
        assert reason in error
        assert load(path).exchanges[0].receiver == "keystone"
    assert "CONNECT 127.0.0.1:1\n" in (recordings / "token-issue.mmd").read_text()
    assert "Traceback" not in proxy.printed


def through_socks(client: socket.socket) -> None:
    """Ask for port 1 of this machine (RFC 1928)."""
    client.sendall(b"\x05\x01\x00")
    assert client.recv(2) == b"\x05\x00"
    client.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x01")


@pytest.mark.parametrize(
    ("mode", "asks", "version", "scheme"),
    [
        ("socks5", through_socks, "SOCKS5", "http"),
        ("reverse:http://127.0.0.1:1", lambda _: None, "", "http"),
        ("reverse:https://127.0.0.1:1", lambda _: None, "", "https"),
    ],
)
def test_a_client_that_asks_without_http(
    mode: str,
    asks: Callable[[socket.socket], None],
    version: str,
    scheme: str,
    mitmdump: Callable[..., Proxy],
) -> None:
    """mitmproxy knows the cloud before there is a request, and ends the client's connection."""
    proxy = mitmdump("--mode", mode)
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2]))) as client:
        asks(client)
        while client.recv(100):
            pass
    assert proxy.stop() == 0  # the client is this process, and goes on
    (path,) = (proxy.log.parent / "recordings").glob("*.yaml")  # named after the program of this process
    recording = load(path)
    method, asked, error = failed(recording)
    assert (method, asked, recording.exchanges[0].request.http) == (
        "CONNECT",
        f"{scheme}://127.0.0.1:1/",
        version,
    )
    assert "Connect call failed" in error


def test_a_cloud_that_never_finishes_the_handshake(zed: Site, tmp_path: Path) -> None:
    held: list[socket.socket] = []
    with listening(held.append) as url:
        process = subprocess.Popen(
            [TRACER, "record", "--out", str(tmp_path), "--name", "x", "--", zed.openstack, *TOKEN],
            env=zed.environment | {"OS_AUTH_URL": f"{url}/identity"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        _wait(lambda: bool(held))
        assert held[0].recv(1, socket.MSG_PEEK)  # the handshake has begun
        process.send_signal(signal.SIGTERM)
        _, printed = process.communicate(timeout=PATIENCE)
    for connection in held:
        connection.close()
    method, asked, error = failed(load(tmp_path / "x.yaml"))
    assert (method, asked) == ("CONNECT", f"{url}/")
    assert error == "the client left before the TLS handshake with the cloud was complete"
    assert "Traceback" not in printed


def test_a_certificate_that_is_not_trusted_names_the_setting(
    zed: Site, secure: Front, tmp_path: Path
) -> None:
    at_front = f"{secure.url}/identity"
    ended = record(zed, tmp_path, zed.openstack, *TOKEN, OS_AUTH_URL=at_front)
    assert "Certificate verify failed" in failed(load(tmp_path / "x.yaml"))[2]
    assert "OS_CACERT must name the file of the cloud's CA" in ended.stderr
    missing = record(zed, tmp_path, zed.openstack, *TOKEN, OS_AUTH_URL=at_front, OS_CACERT="/no/such/file")
    assert "the proxy cannot use OS_CACERT (/no/such/file): there is no such file" in missing.stderr


def clouds(folder: Path, site: Site, url: str, **settings: object) -> dict[str, str]:
    """Write a clouds.yaml with one cloud. Return the environment of a client that uses it."""
    folder.mkdir(exist_ok=True)
    names = ("auth_url", "username", "password", "project_name", "user_domain_name", "project_domain_name")
    auth = {name: site.environment[f"OS_{name.upper()}"] for name in names} | {"auth_url": f"{url}/identity"}
    cloud = {"auth": auth, "identity_api_version": "3", "region_name": "RegionOne"} | settings
    (folder / "clouds.yaml").write_text(json.dumps({"clouds": {"front": cloud}}))
    bare = {name: value for name, value in site.environment.items() if not name.startswith("OS_")}
    return bare | {"HOME": str(folder)}


def test_the_only_cloud_is_still_found_by_programs_of_openstacksdk(
    zed: Site, secure: Front, tmp_path: Path
) -> None:
    """Any other OS_ variable, such as OS_CACERT, would keep openstacksdk from it."""
    site = Site(zed.release, clouds(tmp_path, zed, secure.url, verify=False), zed.openstack, "")
    python = str(Path(zed.openstack).with_name("python"))
    program = "import openstack; openstack.connect().authorize()"
    ended = record(site, tmp_path / "out", python, "-c", program, folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert load(tmp_path / "out" / "x.yaml").exchanges[0].request.url.startswith(secure.url)


@pytest.mark.parametrize(
    ("settings", "options", "environment"),
    [
        ({"cacert": "CA"}, ["--os-cloud", "front"], {}),
        ({"cacert": "CA"}, [], {"OS_CLOUD": "front"}),
        ({"cacert": "/elsewhere"}, ["--os-cloud=front"], {"OS_CACERT": "CA"}),
        ({}, ["--os-cloud", "front", "--os-cacert", "CA"], {}),
        ({}, ["--os-cloud", "front", "--os-cacert=CA"], {"OS_CACERT": "/elsewhere"}),
        ({"verify": False}, ["--os-cloud", "front"], {}),
        ({}, ["--os-cloud", "front", "--insecure"], {}),
    ],
)
def test_the_proxy_trusts_what_the_client_would(
    settings: dict[str, object],
    options: list[str],
    environment: dict[str, str],
    zed: Site,
    secure: Front,
    tmp_path: Path,
) -> None:
    """Each way to name the cloud's CA, with the real client: the same command works without tracer."""

    def named(value: object) -> object:
        return value.replace("CA", str(secure.ca)) if isinstance(value, str) and "/e" not in value else value

    cloud = clouds(
        tmp_path / "work", zed, secure.url, **{name: named(value) for name, value in settings.items()}
    )
    command = [zed.openstack, *(str(named(word)) if "CA" in word else word for word in options), *TOKEN]
    variables = cloud | {name: str(named(value)) for name, value in environment.items()}
    site = Site(zed.release, variables, zed.openstack, "")
    bare = subprocess.run(
        command, env=variables, cwd=tmp_path / "work", capture_output=True, text=True, check=False
    )
    assert bare.returncode == 0, bare.stderr
    ended = record(site, tmp_path / "out", *command, folder=tmp_path / "work")
    assert ended.returncode == 0, ended.stderr
    recording = load(tmp_path / "out" / "x.yaml")
    assert recording.verdict == "conforms"
    assert all(one.request.url.startswith("https://") for one in recording.exchanges)
    assert recording.command is not None
    assert recording.command.endswith(" ".join([*command[1:]]))
    assert leaks([zed.password], tmp_path / "out", ended.stdout, ended.stderr) == []


def test_a_program_that_the_setting_does_not_reach_is_told_at_once(
    zed: Site, secure: Front, tmp_path: Path
) -> None:
    """Programs of openstacksdk take cacert from clouds.yaml, whatever OS_CACERT says."""
    cloud = clouds(tmp_path, zed, secure.url, cacert=str(secure.ca))
    site = Site(zed.release, cloud, zed.openstack, "")
    program = (
        "import openstack, sys, time\n"
        "try: openstack.connect(cloud='front').authorize()\n"
        "except Exception as error: print(error)\n"
        "sys.stdout.flush(); time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [
            TRACER,
            "record",
            "--out",
            str(tmp_path / "out"),
            "--",
            Path(zed.openstack).with_name("python"),
            "-c",
            program,
        ],
        env=site.environment,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    remedy = f"take cacert out of the cloud front in {tmp_path / 'clouds.yaml'} while you record"
    _read_until(process, f"does not trust the proxy's CA (asked for 127.0.0.1): {remedy}")


def test_a_client_that_goes_past_the_proxy_is_told_at_once(zed: Site, tmp_path: Path) -> None:
    script = (
        f"no_proxy='*' {zed.openstack} token issue > /dev/null; {zed.openstack} --version; exec sleep 600"
    )
    process = subprocess.Popen(
        [TRACER, "record", "--out", str(tmp_path), "--", "sh", "-c", f"export no_proxy='*'; {script}"],
        env=zed.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    _read_until(process, "check that the command sets no no_proxy and no proxy of its own")


def test_mitmdump_names_the_settings(zed: Site, secure: Front, mitmdump: Callable[..., Proxy]) -> None:
    proxy = mitmdump()
    authority = proxy.log.parent / "conf" / "mitmproxy-ca-cert.pem"
    environment = zed.environment | {
        "https_proxy": proxy.url,
        "no_proxy": "",
        "OS_AUTH_URL": f"{secure.url}/identity",
    }
    for variables in ({"OS_CACERT": str(secure.ca)}, {"OS_CACERT": str(authority)}):
        subprocess.run(
            [zed.openstack, *TOKEN],
            env=environment | variables,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    proxy.wait_for(
        rf"a client does not trust the proxy's CA \(asked for 127.0.0.1\): export OS_CACERT={authority}"
    )
    proxy.wait_for("Server TLS handshake failed", 2)
    proxy.stop()
    assert proxy.printed.count("--set ssl_verify_upstream_trusted_ca=FILE") == 1, "one warning for a host"
    trusting = mitmdump("--set", f"ssl_verify_upstream_trusted_ca={secure.ca}")
    authority = trusting.log.parent / "conf" / "mitmproxy-ca-cert.pem"
    ended = subprocess.run(
        [zed.openstack, *TOKEN],
        env=environment | {"https_proxy": trusting.url, "OS_CACERT": str(authority)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    trusting.wait_for("token-issue.yaml .*conforms")


def _read_until(process: subprocess.Popen[str], text: str) -> None:
    """Read stderr up to ``text`` while the command runs, and end the command."""
    timer = threading.Timer(PATIENCE, process.terminate)
    timer.start()
    try:
        assert process.stderr is not None
        assert any(text in line for line in process.stderr)
        assert process.poll() is None
    finally:
        timer.cancel()
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
