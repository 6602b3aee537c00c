"""What mitmproxy itself says of requests that it refuses."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import TRACER, Proxy
from tests.patience import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.e2e
SECRET = "kJ7xQ2mZp9vR4tWs"
ORIGIN = "http://127.0.0.1:1/"
REFUSED = {
    "a password in a request line": f"GET http://u:{SECRET}@h/ x HTTP/1.1\r\n\r\n",
    "a password in a URL": f"GET http://u:{SECRET}@127.0.0.1:1/ HTTP/1.1\r\n\r\n",
    "a parameter": f"GET {ORIGIN}?token={SECRET} FOO\r\n\r\n",
    "a field without a colon": f"GET {ORIGIN} HTTP/1.1\r\nX-Auth-Token {SECRET}\r\n\r\n",
    "a field with a blank in its name": f"GET {ORIGIN} HTTP/1.1\r\nX-Auth-Token {SECRET}: x\r\n\r\n",
    "a user before the host of a tunnel": f"CONNECT u:{SECRET}@h:443 HTTP/1.1\r\n\r\n",
    "nothing that is HTTP": f"{SECRET}\r\n\r\n",
}
# In a process of its own, as a client of `tracer record`.
CLIENT = """
import os, socket, sys
host, _, port = os.environ["http_proxy"].removeprefix("http://").partition(":")
for line in sys.stdin.buffer.read().split(b"---"):
    with socket.create_connection((host, int(port))) as s:
        s.sendall(line)
        s.recv(4096)
"""


def test_mitmdump_prints_no_secret(mitmdump: Callable[..., Proxy], tmp_path: Path) -> None:
    out = tmp_path / "out"
    proxy = mitmdump("--set", f"trace_dir={out}", "--set", "termlog_verbosity=debug")
    for request in REFUSED.values():
        host, _, port = proxy.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(request.encode())
            client.settimeout(PATIENCE)
            client.recv(4096)
    proxy.wait_for("Bad HTTP request line: b'<removed>'")
    assert proxy.stop() == 0
    assert "Bad HTTP request line: b'GET http://u:<password-1>@127.0.0.1:1/ HTTP/1.1'" in proxy.printed
    assert "Invalid header line: b'<removed>'" in proxy.printed
    assert SECRET not in proxy.printed
    assert [path for path in out.rglob("*") if path.is_file() and SECRET in path.read_text()] == []


def test_tracer_record_prints_no_secret(tmp_path: Path) -> None:
    ended = subprocess.run(
        [TRACER, "record", "--out", str(tmp_path / "out"), "--", sys.executable, "-c", CLIENT],
        input="---".join(REFUSED.values()),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert SECRET not in ended.stdout + ended.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file() and SECRET in path.read_text()] == []
