"""A request whose head and content come apart is not held up by the proxy."""

from __future__ import annotations

import http.server
import socket
import sys
import time
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import Proxy
from tests.patience import PATIENCE
from tests.servers import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="TCP_QUICKACK is Linux's"),
]

DELAY = 0.035
"""Seconds; Linux delays an acknowledgement by 40 ms at least (TCP_DELACK_MIN)."""
ROUNDS = 30
MOST = 10_000
"""Requests; a busy machine may be slow for many of them."""


class _Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture
def origin() -> Iterator[int]:
    with serving(_Origin) as url:
        yield int(url.rpartition(":")[2])


def _times(proxy: str, origin: int) -> Iterator[float]:
    """The time of each request of a client with Nagle's algorithm on, as urllib3 is there."""
    head = (
        f"POST http://127.0.0.1:{origin}/ HTTP/1.1\r\nHost: 127.0.0.1:{origin}\r\nContent-Length: 2\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", int(proxy.rpartition(":")[2])), timeout=PATIENCE) as client:
        for number in range(MOST):
            start = time.perf_counter()
            client.sendall(head.encode())
            client.sendall(b"{}")
            answer = b""
            while not answer.endswith(b"\r\n\r\nok"):
                answer += client.recv(4096)
            if number >= ROUNDS // 2:  # the kernel acknowledges the first segments of a connection at once
                yield time.perf_counter() - start


def test_the_content_comes_without_a_delay(
    mitmdump: Callable[..., Proxy], tmp_path: Path, origin: int
) -> None:
    """One quick request shows it: a delay holds up each."""
    assert any(seconds < DELAY for seconds in _times(mitmdump().url, origin))
    bare = Proxy(tmp_path, addon=False)
    try:
        assert min(islice(_times(bare.url, origin), ROUNDS // 2)) > DELAY
    finally:
        bare.stop()
