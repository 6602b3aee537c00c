from __future__ import annotations

import json

import pytest

from tests.cli.runner import tracer


def test_a_list_has_the_operations_of_a_service() -> None:
    listed = tracer("api", "list", "--service", "image", "--release", "zed")
    assert listed.returncode == 0
    assert "image.show-image" in listed.stdout
    assert "GET /v2/images/{image_id}" in listed.stdout
    assert "compute." not in listed.stdout


def test_a_list_of_all_services_as_json() -> None:
    listed = json.loads(tracer("api", "list", "--format", "json").stdout)
    assert len(listed) > 1_700
    assert {operation["id"].partition(".")[0] for operation in listed} >= {"image", "compute", "database"}


@pytest.mark.parametrize(
    "words", [("GET /v2/images/{image_id}",), ("GET", "/v2/images/9c31"), ("image.show-image",)]
)
def test_an_operation_with_its_facts(words: tuple[str, ...]) -> None:
    shown = tracer("api", "show", *words)
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[:5] == [
        "image.show-image: Show image",
        "GET /v2/images/{image_id}",
        "https://docs.openstack.org/api-ref/image/v2/index.html#show-image",
        "success: 200",
        "errors: 400, 401, 403, 404",
    ]


def test_several_operations_are_a_list() -> None:
    shown = tracer("api", "show", "POST /servers/{server_id}/action")
    assert "compute.reboot-server" in shown.stdout
    assert "compute.pause-server" in shown.stdout
    assert "success" not in shown.stdout


def test_an_operation_of_a_release_says_its_end() -> None:
    shown = tracer("api", "show", "compute.get-rdp-console")
    assert "selected by: os-getRDPConsole\nmicroversions: –2.5\n" in shown.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "image.x"), "tracer: OPERATION: no 'image.x' in the API reference; see: tracer api list\n"),
        (("list", "--service", "x"), "tracer: --service: unknown service 'x'; known: cinder, designate, "),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], message: str) -> None:
    ended = tracer("api", *words)
    assert ended.returncode == 2
    assert ended.stderr.startswith(message)
    assert ended.stderr.count("\n") == 1
