"""HTTP/2 over TLS, and WebSocket: through the addon as without it."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from tests.e2e import http2
from tests.e2e.conftest import Proxy
from tests.e2e.http2 import Exchange
from tests.patience import PATIENCE
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

JSON = ("content-type", "application/json")
BYTES = ("content-type", "application/octet-stream")

EXCHANGES = {
    "a plain exchange": Exchange(
        "GET", [("x-a", "1"), ("x-a", "2")], answer_fields=[JSON, ("content-length", "2")], answer=b"{}"
    ),
    "an answer of unknown length": Exchange("GET", answer_fields=[JSON], answer=b'{"a":1}'),
    "HEAD": Exchange("HEAD", answer_fields=[("content-length", "500")]),
    "204": Exchange("DELETE", status="204"),
    "304": Exchange("GET", status="304", answer_fields=[("etag", '"x"')]),
    "a body": Exchange("POST", [JSON, ("content-length", "4")], b"[12]", "201", [], b"x"),
    "a body of unknown length": Exchange("POST", [JSON], b"[12]", "201", [], b"x"),
    "an image": Exchange(
        "PUT", [BYTES, ("content-length", "600")], b"\0\xff" * 300, "200", [BYTES], b"\xff\0" * 400
    ),
    "zero bytes of an image": Exchange("PUT", [BYTES, ("content-length", "0")], b"", "204", [BYTES]),
}


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """The port of a proxy without the addon, of one with it, and where that writes."""
    folder = tmp_path_factory.mktemp("http2")
    (folder / "bare").mkdir()
    (folder / "traced").mkdir()
    bare = Proxy(folder / "bare", "--ssl-insecure", addon=False)
    traced = Proxy(folder / "traced", "--ssl-insecure", "--set", f"trace_dir={folder / 'out'}")
    yield int(bare.url.rpartition(":")[2]), int(traced.url.rpartition(":")[2]), folder
    bare.stop()
    traced.stop()
    exchanges = [one for path in (folder / "out").glob("*.yaml") for one in load(path).exchanges]
    assert {one.request.http for one in exchanges} == {"HTTP/2.0"}
    assert len(exchanges) == len(EXCHANGES)


@pytest.mark.parametrize("name", EXCHANGES)
def test_http2_is_that_of_a_proxy_without_the_addon(name: str, ports: tuple[int, int, Path]) -> None:
    bare, traced, folder = ports
    pem = http2.certificate(folder)
    exchange = EXCHANGES[name]
    without, with_addon = (http2.talk(port, exchange, pem) for port in (bare, traced))
    assert with_addon == without
    assert with_addon.body == exchange.body
    assert with_addon.answer == exchange.answer
    assert (b":status", exchange.status.encode()) in with_addon.response


HANDSHAKE = (
    b"GET http://127.0.0.1:%d/ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)


def test_a_websocket_talks_on(tmp_path: Path) -> None:
    """Frames of a client are masked anew (RFC 6455, section 5.3): it is their content that must arrive."""
    (tmp_path / "proxy").mkdir()
    proxy = Proxy(tmp_path / "proxy", "--set", f"trace_dir={tmp_path / 'out'}")
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=_origin, args=(server, heard), daemon=True).start()
        with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), PATIENCE) as client:
            client.sendall(HANDSHAKE % (port, port))
            answers = client.makefile("rb")
            assert answers.read(len(SWITCH)) == SWITCH
            mask = b"\1\2\3\4"
            client.sendall(b"\x81\x85" + mask + _masked(b"hello", mask))
            assert answers.read(7) == b"\x81\x05world"
    assert heard == [b"hello"]
    proxy.stop()
    (path,) = (tmp_path / "out").glob("*.yaml")
    response = load(path).exchanges[0].response
    assert response is not None
    assert response.status == 101


def _origin(server: socket.socket, heard: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection, connection.makefile("rb") as received:
        assert b"Sec-WebSocket-Key" in b"".join(iter(received.readline, b"\r\n"))
        connection.sendall(SWITCH)
        frame = received.read(11)
        heard.append(_masked(frame[6:11], frame[2:6]))
        connection.sendall(b"\x81\x05world")
        received.read(1)


def _masked(content: bytes, mask: bytes) -> bytes:
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(content))
