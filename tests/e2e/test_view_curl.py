"""A request as a command for the shell: run by a real shell and a real curl, and nothing else happens."""

from __future__ import annotations

import os
import re
import subprocess
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import msgspec
import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Visit, installed
from tests.e2e.pages import saying
from tests.patience import PATIENCE
from tests.servers import serving
from tracer.model import Body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e


class _Kept(BaseHTTPRequestHandler):
    requests: list[tuple[str, str, dict[str, str], bytes]] = []  # noqa: RUF012 - what all of them got

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.requests.append((self.command, self.path, dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[str]:
    _Kept.requests.clear()
    with serving(_Kept) as url:
        yield url


@pytest.fixture
def listener6() -> Iterator[str]:
    _Kept.requests.clear()
    with serving(_Kept, "::1") as url:
        yield url


PRETTY = '{\n  "a": "b  c",\n  "n": 1.0\n}'
LINES = "two\nlines\x1b[201~\ttouch pwned\n'\\é한😀"
EVIL = "'; touch pwned; $(touch pwned) `touch pwned` \"$HOME\" \\' !! # &"
EVIL_BODY = Body(size=1, text=EVIL)
TOKEN = "a token of today $(touch pwned)"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "sent"),
    [
        ("GET", "/image/v2?name={a}[1]", {"X-Auth-Token": "<token-1>", "X-Twice": ["a", "b"]}, None, b""),
        ("POST", "/", JSON, Body(size=1, json=PRETTY), b'{"a":"b  c","n":1.0}'),
        ("PUT", "/" + EVIL.replace(" ", ""), {"X-Evil": EVIL, "X-Empty": ""}, EVIL_BODY, EVIL.encode()),
        ("PATCH", "/", {}, Body(size=1, text=LINES), LINES.encode()),
        ("POST", "/", {"@/etc/passwd": "x", "X-Split": "a\r\nX-More: b"}, Body(size=1, text="a\0b"), b"a\0b"),
        ("POST", "/", {}, Body(size=1, base64="AAEC/w=="), b"\x00\x01\x02\xff"),
        ("HEAD", "/", {"Accept-Encoding": "gzip"}, None, b""),
        ("-o pwned", "/", {}, None, None),
    ],
)  # fmt: skip
def test_the_request_as_curl_is_the_request_and_nothing_more(
    opened: Callable[..., Visit],
    listener: str,
    tmp_path: Path,
    method: str,
    path: str,
    headers: dict[str, str | list[str]],
    body: Body | None,
    sent: bytes | None,
) -> None:
    recording = saying(body, url=listener + path, headers=headers, method=method)
    cloud = msgspec.structs.replace(recording.cloud, url=listener)
    command = _copied(opened(msgspec.structs.replace(recording, cloud=cloud)))
    assert not re.search(r"[^\x20-\x7e\n\u00a0-\U0010ffff]", command), "nothing in it steers a terminal"
    installed("curl", "curl")
    folder = tmp_path / "here"
    folder.mkdir()
    environment = {**os.environ, "http_proxy": "", "no_proxy": "*", "OS_TOKEN": TOKEN}
    run = [
        subprocess.run(
            [shell, "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        for shell in ("bash", "sh")
    ]
    assert list(folder.iterdir()) == []
    if sent is None:
        return
    assert run[0].returncode == 0, run[0].stderr
    got_method, got_path, got_headers, got_body = _Kept.requests[0]
    assert (got_method, got_body) == (method, sent)
    assert got_path.startswith(path[:9])
    for name, value in headers.items():
        if name.startswith("X-") and name not in {"X-Split", "X-Twice"}:
            assert got_headers.get(name) == (TOKEN if value == "<token-1>" else value)
    assert "X-More" not in got_headers
    assert "Content-Type" in got_headers or "Content-Type" not in headers


def test_the_request_to_an_ipv6_cloud_is_sent_to_it(opened: Callable[..., Visit], listener6: str) -> None:
    """The brackets of an address are no pattern of curl's."""
    command = _copied(opened(saying(None, url=f"{listener6}/identity", headers={}, method="GET")))
    installed("curl", "curl")
    environment = {**os.environ, "http_proxy": "", "no_proxy": "*"}
    subprocess.run(["sh", "-c", command], env=environment, capture_output=True, timeout=PATIENCE, check=True)
    ((method, path, headers, _),) = _Kept.requests
    assert (method, path) == ("GET", "/identity")
    assert f"http://{headers['Host']}" == listener6


def _copied(visited: Visit) -> str:
    """What the button copies for the first request of the page."""
    visited.allow_clipboard()
    visited.page.locator("#rows .row").first.click()
    visited.page.get_by_role("button", name="Copy as curl").click()
    expect(visited.page.get_by_role("button", name="Copied")).to_be_visible()
    return visited.clipboard()
