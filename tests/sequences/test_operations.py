"""Each exchange gets the operation of the API reference that its request is, with the official template."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.api_reference.planting import request_of
from tests.sequences.runs import HOST, by_id, by_name, exchange, login
from tracer.api_reference import operations
from tracer.model import Body, Exchange, Request
from tracer.recording import below, load
from tracer.sequences.observations import observe
from tracer.sequences.operations import operations_of

RECORDINGS = Path(__file__).parents[2] / "recordings"

UUID = "9c31f2c6-f22c-440e-b670-d8d5a5cc0405"


def names(run: list[Exchange], release: str | None = "2026.2") -> list[tuple[str, str] | None]:
    return [found and (found.id, found.template) for found in operations_of(observe(run), release)]


def sent(method: str, path: str, to: str, body: str | None = None) -> Exchange:
    content = None if body is None else Body(size=len(body), type="application/json", json=body)
    return Exchange(
        started=0.0,
        sender="client",
        receiver=to,
        request=Request(method=method, url=f"{HOST}{path}", body=content),
    )


def test_a_run_with_a_documented_sequence() -> None:
    # The login of this run has no body.
    assert names(by_id())[2:] == [
        ("image.list-api-versions-root", "/image"),
        ("image.show-image", "/image/v2/images/{image_id}"),
    ]
    assert names([by_name()]) == [("image.list-images", "/image/v2/images")]


REBOOT = '{"reboot": {"type": "SOFT"}}'
SERVER = f"/compute/v2.1/servers/{UUID}"
PROJECT = UUID.replace("-", "")


@pytest.mark.parametrize(
    ("to", "line", "operation", "template"),
    [
        ("nova", f"GET {SERVER}", "compute.show-server-details", "/compute/v2.1/servers/{server_id}"),
        (
            "nova",
            f"POST {SERVER}/action",
            "compute.reboot-server",
            "/compute/v2.1/servers/{server_id}/action",
        ),
        (
            "nova",
            "GET /compute/v2.1/servers/detail",
            "compute.list-servers-detailed",
            "/compute/v2.1/servers/detail",
        ),
        (
            "cinder",
            f"GET /volume/v3/{PROJECT}/volumes/detail",
            "block-storage.list-accessible-volumes-with-details",
            "/volume/v3/{project_id}/volumes/detail",
        ),
        (
            "neutron",
            "GET /networking/v2.0/networks.json",
            "network.list-networks",
            "/networking/v2.0/networks.json",
        ),
        ("glance", f"HEAD /image/v2/images/{UUID}", "image.show-image", "/image/v2/images/{image_id}"),
    ],
)
def test_the_template_has_the_mount_and_the_version_of_the_request(
    to: str, line: str, operation: str, template: str
) -> None:
    method, _, path = line.partition(" ")
    assert names([sent(method, path, to, REBOOT)]) == [(operation, template)]


@pytest.mark.parametrize(
    ("to", "path", "body"),
    [
        ("glance", "/image/v2/nothing", None),
        ("somebody", "/image/v2/images", None),
        ("nova", f"{SERVER}/action", "{"),
        ("nova", f"{SERVER}/action", "[" * 100_000),
        ("nova", f"{SERVER}/action", None),
    ],
)
def test_a_request_that_is_no_operation(to: str, path: str, body: str | None) -> None:
    assert names([sent("POST", path, to, body)]) == [None]


def test_without_a_release_the_newest_with_the_operation_decides() -> None:
    ended = next(
        each for each in operations("neutron", "zed") if each.until == "zed" and not each.selector.body
    )
    planted = request_of(ended)
    run = [sent(planted.method, f"/networking{planted.path}", "neutron")]
    assert names(run, None) == names(run, "zed") != [None]


@pytest.mark.parametrize("release", ["zed", "2024.1", "2026.2"])
def test_no_request_to_nova_falls_back_to_another_operation_of_its_path(release: str) -> None:
    wanted = [operation for operation in operations("nova", release) if not operation.selector.never]
    run = []
    for operation in wanted:
        planted = request_of(operation)
        query = f"?{urlencode(planted.query)}" if planted.query else ""
        path = (
            planted.path if planted.path.startswith("/v2") or planted.path == "/" else f"/v2.1{planted.path}"
        )
        run.append(sent(planted.method, f"/compute{path}{query}", "nova", json.dumps(planted.body)))
    found = operations_of(observe(run), release)
    assert [each and each.id for each in found] == [operation.id for operation in wanted]


def test_an_exchange_with_a_token_response_names_the_service() -> None:
    """The catalogue of the token decides, not the port."""
    asked = exchange("GET", "http://192.0.2.1:9292/v2/images", 200, to="glance")
    assert names([login(), asked])[1] == ("image.list-images", "/v2/images")


def test_every_exchange_of_the_shipped_recordings_but_three_that_the_reference_lacks() -> None:
    unnamed = {
        (exchange.request.method, exchange.path)
        for path in below([RECORDINGS], again=False)
        for exchange in load(path).exchanges
        if not exchange.operation
    }
    assert unnamed == {
        ("GET", "/identity"),
        ("GET", "/networking/v2.0/ports/{port_id}/bindings/{host}"),
        ("GET", "/volume/v3/os-availability-zone"),  # zed
    }
