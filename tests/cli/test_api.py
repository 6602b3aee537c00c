from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.cli.runner import tracer
from tracer.api_reference.schema_types import SchemaPart, SchemaRule, SchemaSet
from tracer.api_reference.schemas import encode, schema_file

if TYPE_CHECKING:
    from pathlib import Path


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


def test_several_operations_of_a_request_are_a_list_with_their_conditions() -> None:
    shown = tracer("api", "show", "POST /servers/{server_id}/action")
    rows = [line.split() for line in shown.stdout.splitlines()]
    assert ["compute.reboot-server", "reboot"] in rows
    assert ["compute.start-server", "os-start"] in rows
    assert len(rows) > 40


def test_several_requests_are_a_list() -> None:
    shown = tracer("api", "show", "/v2/images", "--service", "glance")
    assert "image.create-image  POST /v2/images" in shown.stdout
    assert "image.list-images   GET /v2/images" in shown.stdout


def test_an_operation_as_json_has_its_link() -> None:
    (shown,) = json.loads(tracer("api", "show", "image.show-image", "--format", "json").stdout)
    assert shown["service"] == "glance"
    assert shown["link"] == "https://docs.openstack.org/api-ref/image/v2/index.html#show-image"
    assert "selector" not in shown


def test_names_in_another_language() -> None:
    shown = tracer("api", "show", "image.show-image", "--lang", "ko")
    assert shown.stdout.startswith("image.show-image: 이미지 상세 조회\nGET /v2/images/{image_id}\n")
    listed = tracer("api", "list", "--service", "glance", "--lang", "ko")
    assert "이미지 목록 조회" in listed.stdout
    (data,) = json.loads(tracer("api", "show", "image.show-image", "--format", "json", "--lang", "ko").stdout)
    assert data["name"] == "이미지 상세 조회"


def test_a_name_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "operations.yaml").write_text('names: {en: {image.show-image: "Look\\e[31m"}}\n')
    shown = tracer("api", "show", "image.show-image", "--rules", tmp_path)
    assert shown.stdout.startswith("image.show-image: Look\ufffd[31m\n")


def test_an_operation_of_a_release_says_its_end() -> None:
    shown = tracer("api", "show", "compute.get-rdp-console")
    assert "selected by: os-getRDPConsole\nmicroversions: –2.5\n" in shown.stdout


def test_the_schemas_of_a_release_that_are_there_already(tmp_path: Path) -> None:
    parts: tuple[tuple[str, SchemaPart], ...] = (
        *(("POST", "request"), ("POST", "response"), ("GET", "response")),
    )
    rules = [
        SchemaRule(
            service="nova", method=method, path="/servers", part=part, schema=0, package="nova==34.0.0"
        )
        for method, part in parts
    ]
    schemas = SchemaSet(
        release="2026.2",
        packages={"nova": {"nova": "34.0.0"}, "neutron": {"neutron": "29.0.0", "neutron-lib": "5.0.1"}},
        routes={"nova": ("GET /servers", "POST /servers", "GET /servers/detail")},
        rules=tuple(rules),
        schemas=(msgspec.Raw(b"{}"),),
    )
    file = schema_file("2026.2", tmp_path)
    file.parent.mkdir()
    file.write_bytes(encode(schemas))
    shown = tracer("api", "schemas", "hibiscus", TRACER_CACHE=str(tmp_path), COLUMNS="100")
    assert shown.returncode == 0
    assert [line.split() for line in shown.stdout.splitlines() if "nova" in line or "neutron" in line] == [
        ["nova", "nova", "34.0.0", "1", "0", "2", "2"],
        ["neutron", "neutron", "29.0.0,", "neutron-lib", "5.0.1", "0", "0", "0", "0"],
    ]
    assert f"The schemas of 2026.2 are there already: {file} (0 KB)." in shown.stdout
    assert shown.stderr == ""
    listed = json.loads(
        tracer("api", "schemas", "2026.2", "--format", "json", TRACER_CACHE=str(tmp_path)).stdout
    )
    assert listed[0] == {
        "service": "nova",
        "packages": {"nova": "34.0.0"},
        "request": 1,
        "query": 0,
        "response": 2,
        "operations": 2,
        "routes": 3,
        "refused": 0,
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "image.x"), "tracer: OPERATION: no 'image.x' in the API reference; see: tracer api list\n"),
        (
            ("show", "image.show-imag"),
            "tracer: OPERATION: no 'image.show-imag' in the API reference; did you mean image.show-image",
        ),
        (
            ("show", "GET /v2/imagse"),
            "tracer: OPERATION: no 'GET /v2/imagse' in the API reference; did you mean GET /v2/images",
        ),
        (
            ("show", "/v2/imagse"),
            "tracer: OPERATION: no '/v2/imagse' in the API reference; did you mean /v2/images",
        ),
        (
            ("show", "network.list-quotas-for-projects-with-non-default-quota-values", "--release", "2030.1"),
            "tracer: --release: no API reference of '2030.1'; known: zed, 2023.1, ",
        ),
        (
            ("show", "baremetal.show-node-inventory", "--release", "zed"),
            "tracer: OPERATION: 'baremetal.show-node-inventory' is not in the API reference of this release",
        ),
        (("list", "--lang", "xx"), "tracer: --lang: unknown language 'xx'; known: en, ko\n"),
        (("show", "image.show-image", "--lang", "xx"), "tracer: --lang: unknown language 'xx'; "),
        (("schemas", "foo"), "tracer: unknown release 'foo'; known: zed, 2023.1, "),
        (("list", "--service", "x"), "tracer: --service: unknown service 'x'; known: cinder, designate, "),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], message: str) -> None:
    ended = tracer("api", *words)
    assert ended.returncode == 2
    assert ended.stderr.startswith(message)
    assert ended.stderr.count("\n") == 1
