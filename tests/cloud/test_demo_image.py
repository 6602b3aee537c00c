"""The demo image: uploaded once, with the requests of the official API, whatever the cloud answers."""

from __future__ import annotations

import http.server
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tracer.cloud import demo_image
from tracer.cloud.image import qcow2
from tracer.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Cloud(http.server.ThreadingHTTPServer):
    """A cloud of one image at most. ``refused`` is the method and the beginning of a path that it refuses."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.said: list[str] = []
        self.image: dict[str, Any] = {}
        self.content = b""
        self.refused = "-"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        names = (
            "OS_USERNAME",
            "OS_PASSWORD",
            "OS_PROJECT_NAME",
            "OS_USER_DOMAIN_NAME",
            "OS_PROJECT_DOMAIN_NAME",
        )
        return {**dict.fromkeys(names, "x"), "OS_AUTH_URL": f"{self.url}/identity"}


class Handler(http.server.BaseHTTPRequestHandler):
    server: Cloud

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = f"{self.command} {self.path}"
        self.server.said.append(said)
        status, content, token = 200, b"", ""
        if said.startswith(self.server.refused):
            status = 403
        elif self.path == "/identity/v3/auth/tokens":
            content, token = b'{"token": {}}', "a-token"
        elif self.headers["X-Auth-Token"] != "a-token":
            status = 401
        elif self.command == "GET":
            content = json.dumps({"images": [self.server.image] if self.server.image else []}).encode()
        elif self.command == "POST":
            self.server.image = {**json.loads(body), "id": "an-id"}
            content = json.dumps(self.server.image).encode()
        else:
            self.server.content = body
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if token:
            self.send_header("X-Subject-Token", token)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names of http.server

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Cloud() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_image_is_uploaded_once(cloud: Cloud) -> None:
    for _ in range(2):
        assert demo_image.ensure(cloud.environment, f"{cloud.url}/image") == "an-id"
    assert [said.partition("?")[0] for said in cloud.said] == [
        "POST /identity/v3/auth/tokens",
        "GET /image/v2/images",
        "POST /image/v2/images",
        "PUT /image/v2/images/an-id/file",
        "POST /identity/v3/auth/tokens",
        "GET /image/v2/images",
    ]
    assert cloud.image | {"name": "demo-image", "visibility": "public", "disk_format": "qcow2"} == cloud.image
    assert cloud.content == qcow2()


@pytest.mark.parametrize("refused", ["POST /identity", "GET /image", "POST /image", "PUT /image"])
def test_a_refusal_is_one_line(cloud: Cloud, refused: str) -> None:
    cloud.refused = refused
    method, path = refused.split()
    with pytest.raises(CloudError, match=rf"^{method} {cloud.url}{path}\S*: 403 Forbidden$"):
        demo_image.ensure(cloud.environment, f"{cloud.url}/image")


def test_a_cloud_that_is_gone_is_one_line(cloud: Cloud) -> None:
    gone = cloud.environment | {"OS_AUTH_URL": "http://127.0.0.1:9/identity"}
    with pytest.raises(
        CloudError, match=r"^POST http://127\.0\.0\.1:9/identity/v3/auth/tokens: no response: "
    ):
        demo_image.ensure(gone, "http://127.0.0.1:9/image")
