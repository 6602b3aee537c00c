"""The URLs of requests, and the values of responses. ``tests/e2e/test_matrix.py`` sends requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tracer.capture.client.requests_process import OrderedRequest, RequestsProcess, ServiceResponse
from tracer.errors import CommandError
from tracer.matrix.cloud_requests import CloudRequests, response_value
from tracer.matrix.suite_requests import SuiteRequest

ENDPOINTS = {
    "image": "http://c/image",
    "identity": "http://c:5000/v3/",
    "compute": "http://c/compute/v2.1",
    "volume": "http://c/volume/v3/0123",
}


class Sent(RequestsProcess):
    """A process that only keeps its orders."""

    def __init__(self) -> None:
        self.requests: list[OrderedRequest] = []

    def send(self, request: OrderedRequest) -> ServiceResponse:
        self.requests.append(request)
        return ServiceResponse(status=200)


def sent(folder: Path, **fields: Any) -> OrderedRequest:
    process = Sent()
    requests = CloudRequests(ENDPOINTS, process, Path("nowhere"))
    requests.send(SuiteRequest(**fields), {"OS_USERNAME": "a", "PATH": "/bin"}, folder)
    return process.requests[0]


@pytest.mark.parametrize(
    ("service", "path", "url"),
    [
        ("image", "/v2/images", "http://c/image/v2/images"),
        ("identity", "/v3/users", "http://c:5000/v3/users"),
        ("identity", "/users", "http://c:5000/v3/users"),
        ("identity", "/", "http://c:5000/"),
        ("identity", "/v2.0", "http://c:5000/v2.0"),
        ("compute", "/servers", "http://c/compute/v2.1/servers"),
        ("volume", "/v3/0/volumes", "http://c/volume/v3/0/volumes"),
        ("volume", "/volumes", "http://c/volume/v3/0123/volumes"),
    ],
)
def test_a_version_in_the_path_takes_the_place_of_that_of_the_endpoint(
    tmp_path: Path, service: str, path: str, url: str
) -> None:
    assert sent(tmp_path, service=service, path=path).url == url


def test_a_request_has_the_variables_of_its_user_and_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.qcow2").write_bytes(b"\xff")
    order = sent(tmp_path, service="image", method="PUT", path="/v2/images/1/file", file="a.qcow2")
    assert (order.title, order.data, order.json) == ("PUT /v2/images/1/file", b"\xff", None)
    assert order.environment == {"OS_USERNAME": "a"}
    assert sent(tmp_path, service="image", path="/", text="{").data == b"{"


def test_a_service_that_the_cloud_lacks_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="`GET /v1` has no service 'dns' in this cloud"):
        sent(tmp_path, service="dns", path="/v1")


def test_values_of_the_body_and_of_header_fields() -> None:
    response = ServiceResponse(status=201, headers={"X-Subject-Token": "a"}, body=b'{"token": {"n": [1]}}')
    assert response_value(response, "token.n.0") == "1"
    assert response_value(response, "headers.x-subject-token") == "a"
    for path in ("token.m", "headers.x-nothing"):
        with pytest.raises(LookupError):
            response_value(response, path)
    with pytest.raises(LookupError):
        response_value(ServiceResponse(status=200, body=b"<html>"), "id")
