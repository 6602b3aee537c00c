"""Which way each outgoing request of a service takes; without any service."""

from __future__ import annotations

import http.client
import http.server
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.patience import PATIENCE
from tracer.cloud import outgoing, tracing
from tracer.cloud.outgoing import Proxy

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"
Send = Callable[[str], list[str]]
KEPT: list[http.client.HTTPConnection] = []


def silent(_line: str) -> None:
    pass


class _Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the target of the request and its Host, as a service or as a proxy."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        answer = json.dumps([self.path, self.headers["Host"]]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    """Serves on a given socket; its end closes the connections that clients keep."""

    def __init__(self, listening: socket.socket) -> None:
        self.address_family = listening.family
        super().__init__(listening.getsockname()[:2], _Echo, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.kept: list[socket.socket] = []

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        self.kept.append(request)
        super().process_request(request, client_address)


@contextmanager
def serving(listening: socket.socket) -> Iterator[int]:
    """Serve on the socket; the port."""
    server = _Server(listening)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for connection in server.kept:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def recording(
    home: Path, kind: tracing.Kind = "recording", settled: Callable[[], None] = lambda: None
) -> Iterator[int]:
    """Record as ``tracer record --deep`` does: services are let go before the proxy ends.

    ``settled`` returns once no service uses the proxy any more.
    """
    with tracing.taken(home, kind, ["glance"], HOST, silent) as sockets:
        proxy = serving(sockets["glance"].dup())
        port = proxy.__enter__()
        yield port
    settled()
    proxy.__exit__(None, None, None)


@pytest.fixture
def service() -> Iterator[str]:
    """The URL of a service that others ask."""
    with serving(socket.create_server((HOST, 0))) as port:
        yield f"http://{HOST}:{port}"


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path) -> Iterator[None]:
    remove = outgoing.install(lambda: outgoing.current(str(tmp_path / tracing.FOLDER), "glance"))
    yield
    remove()
    while KEPT:
        KEPT.pop().close()


def kept_connection() -> Send:
    """One connection for all requests."""
    connections: dict[str, http.client.HTTPConnection] = {}

    def send(url: str) -> list[str]:
        origin, _, path = url.partition("/x")
        host = origin.removeprefix("http://")
        if host not in connections:
            connections[host] = http.client.HTTPConnection(host, timeout=PATIENCE)
            KEPT.append(connections[host])
        connection = connections[host]
        connection.request("GET", f"/x{path}")
        answer: list[str] = json.loads(connection.getresponse().read())
        return answer

    return send


def kept_opener() -> Send:
    """urllib's opener, which reads the environment once."""
    opener = urllib.request.build_opener()

    def send(url: str) -> list[str]:
        with opener.open(url, timeout=PATIENCE) as response:
            answer: list[str] = json.load(response)
            return answer

    return send


@pytest.mark.parametrize("client", [kept_connection, kept_opener])
def test_each_request_is_decided_anew(client: Callable[[], Send], service: str, tmp_path: Path) -> None:
    send, url, host = client(), f"{service}/x?a=b", service.removeprefix("http://")
    direct, proxied = ["/x?a=b", host], [url, host]
    assert send(url) == direct
    for _ in range(3):
        with recording(tmp_path):
            assert send(url) == proxied
            assert send(url) == proxied
        assert send(url) == direct
        assert send(url) == direct


def test_a_recording_goes_before_the_tracer_of_the_cloud(tmp_path: Path) -> None:
    folder = str(tmp_path / tracing.FOLDER)
    assert outgoing.current(folder, "glance") is None
    with recording(tmp_path, "standing") as standing:
        chosen = outgoing.current(folder, "glance")
        assert chosen is not None
        assert chosen.port == standing
        assert chosen.started == pytest.approx(time.time_ns(), rel=1e-6)
        assert outgoing.current(folder, "nova") is None
        with recording(tmp_path) as port:
            chosen = outgoing.current(folder, "glance")
            assert chosen is not None
            assert chosen.port == port != standing
    assert outgoing.current(folder, "glance") is None


def test_background_work_never_fails_while_recordings_come_and_go(service: str, tmp_path: Path) -> None:
    ways: list[list[bool]] = [[] for _ in range(4)]
    failures: list[Exception] = []
    over = threading.Event()

    def work(own: list[bool]) -> None:
        send, other = kept_connection(), kept_opener()
        try:
            while not over.is_set():
                other(f"{service}/x")
                own.append(send(f"{service}/x")[0].startswith("http"))
        except (OSError, http.client.HTTPException, ValueError) as error:
            failures.append(error)

    def rounds() -> None:
        """Wait until each worker has begun and ended a round. It is in a later one then."""
        before, deadline = [len(own) for own in ways], time.monotonic() + PATIENCE
        while not failures and any(len(own) < count + 2 for own, count in zip(ways, before, strict=True)):
            assert time.monotonic() < deadline
            time.sleep(0.001)

    workers = [threading.Thread(target=work, args=(own,)) for own in ways]
    for worker in workers:
        worker.start()
    for _ in range(8):
        with recording(tmp_path, settled=rounds):
            rounds()
    over.set()
    for worker in workers:
        worker.join()
    assert failures == []
    assert [set(own) for own in ways] == [{False, True}] * len(ways)


def test_a_recording_that_ends_within_a_request_leaves_it_alone(tmp_path: Path) -> None:
    answers: list[bytes] = []
    with tracing.taken(tmp_path, "recording", ["glance"], HOST, silent) as sockets:
        proxy = sockets["glance"].dup()
        connection = http.client.HTTPConnection(HOST, 9, timeout=PATIENCE)
        KEPT.append(connection)

        def ask() -> None:
            connection.request("GET", "/x")
            answers.append(connection.getresponse().read())

        thread = threading.Thread(target=ask)
        thread.start()
        inner, _ = proxy.accept()
    inner.recv(65536)
    inner.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    thread.join(PATIENCE)
    inner.close()
    proxy.close()
    assert answers == [b"hi"]


def test_a_proxy_that_has_just_ended_is_passed_by(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setattr(outgoing, "current", lambda *_: Proxy(port, 1))
    assert kept_connection()(f"{service}/x")[0] == "/x"


def test_a_service_on_ipv6_is_named_in_brackets(tmp_path: Path) -> None:
    with serving(socket.create_server(("::1", 0), family=socket.AF_INET6)) as port:
        url, send = f"http://[::1]:{port}/x", kept_opener()
        assert send(url) == ["/x", f"[::1]:{port}"]
        with recording(tmp_path):
            assert send(url) == [url, f"[::1]:{port}"]


@pytest.mark.parametrize(
    ("host", "port", "target"),
    [
        ("fe80::1%eth0", 5000, "http://[fe80::1%25eth0]:5000/x"),
        ("fe80::1%25eth0", 80, "http://[fe80::1%25eth0]/x"),
        ("cloud.test", 80, "http://cloud.test/x"),
    ],
)
def test_the_target_is_a_whole_url(host: str, port: int, target: str, tmp_path: Path) -> None:
    connection = http.client.HTTPConnection("placeholder", port)
    connection.host = host
    with recording(tmp_path):
        folder = str(tmp_path / tracing.FOLDER)
        assert outgoing._routed(connection, "/x", outgoing.current(folder, "glance")) == target
        connection.close()


class _Unix(http.client.HTTPConnection):
    def connect(self) -> None:
        raise AssertionError("no request is sent here")


@pytest.mark.parametrize(
    ("connection", "target"),
    [
        (http.client.HTTPSConnection("cloud.test"), "/x"),
        (_Unix("localhost"), "/x"),
        (http.client.HTTPConnection(HOST), "http://elsewhere.test/x"),
        (http.client.HTTPConnection(HOST), "*"),
    ],
)
def test_what_is_not_plain_http_to_a_service_is_left_alone(
    connection: http.client.HTTPConnection, target: str, tmp_path: Path
) -> None:
    with recording(tmp_path):
        connection.putrequest("GET", target)
        assert connection.sock is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"glance": "x"}', '{"glance": null}', '{"glance": 0}'])
def test_a_broken_note_is_no_proxy(service: str, tmp_path: Path, text: str) -> None:
    with recording(tmp_path):
        (tmp_path / tracing.FOLDER / "recording.json").write_text(text)
        assert kept_connection()(f"{service}/x")[0] == "/x"
