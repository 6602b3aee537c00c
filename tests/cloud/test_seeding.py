"""The requests for the first objects of a cloud: their order, their values, and refusals."""

from __future__ import annotations

import http.server
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tracer.cloud import seeding
from tracer.cloud.release_data import SeedRequest
from tracer.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Iterator

NETWORK = SeedRequest(path="/networks", body={"network": {"name": "private"}}, keep={"net": "network.id"})
SUBNET = SeedRequest(path="/subnets", body={"subnet": {"network_id": "{net}", "tags": ["{net}", 4]}})
PROJECT = SeedRequest(service="keystone", method="GET", path="/projects?name=service", keep={"p": "all.0.id"})


class Cloud(http.server.ThreadingHTTPServer):
    """A cloud that notes each request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.said: list[tuple[str, Any]] = []
        self.status = 201

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def seed(self, *requests: SeedRequest) -> None:
        names = ("USERNAME", "PASSWORD", "PROJECT_NAME", "USER_DOMAIN_NAME", "PROJECT_DOMAIN_NAME")
        environment = {f"OS_{name}": "x" for name in names} | {"OS_AUTH_URL": f"{self.url}/identity"}
        urls = {"keystone": f"{self.url}/identity", "neutron": f"{self.url}/networking"}
        seeding.send(environment, urls, {"keystone": [], "neutron": requests})


class Handler(http.server.BaseHTTPRequestHandler):
    server: Cloud

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        login = self.path.endswith("/auth/tokens")
        if not login:
            assert self.headers["X-Auth-Token"] == "a-token"
            self.server.said.append((f"{self.command} {self.path}", json.loads(body) if body else None))
        content = {"network": {"id": "n1"}, "all": [{"id": "p1"}]}
        self.send_response(201 if login else self.server.status)
        self.send_header("X-Subject-Token", "a-token")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - names that http.server looks up

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_later_requests_contain_values_of_earlier_responses(cloud: Cloud) -> None:
    cloud.seed(PROJECT, NETWORK, SUBNET, SeedRequest(method="PUT", path="/routers/{net}/{p}"))
    assert cloud.said == [
        ("GET /identity/projects?name=service", None),
        ("POST /networking/networks", {"network": {"name": "private"}}),
        ("POST /networking/subnets", {"subnet": {"network_id": "n1", "tags": ["n1", 4]}}),
        ("PUT /networking/routers/n1/p1", None),
    ]


def test_a_refused_request_is_one_line_and_the_last(cloud: Cloud) -> None:
    cloud.status = 409
    with pytest.raises(CloudError, match=r"^POST http://.*/networking/networks: 409 Conflict$"):
        cloud.seed(NETWORK, SUBNET)
    assert len(cloud.said) == 1


@pytest.mark.parametrize("path", ["network.uuid", "all.1.id", "all.id", "network.id.x"])
def test_a_response_without_the_value_is_one_line(cloud: Cloud, path: str) -> None:
    with pytest.raises(CloudError, match=rf"networks: the response has no {path}$"):
        cloud.seed(SeedRequest(path="/networks", keep={"x": path}))
