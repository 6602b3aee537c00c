from __future__ import annotations

import lzma
import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers import serving_folder
from tracer.api_reference import schemas
from tracer.api_reference.schema_types import SchemaPart, SchemaRule, SchemaSet
from tracer.api_reference.schemas import (
    applicable,
    compiled,
    decode,
    encode,
    query_document,
    schema_file,
    schema_set,
    validator,
)
from tracer.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

SERVER = msgspec.Raw(b'{"type": "object", "required": ["server"]}')
ANY = msgspec.Raw(b"{}")


def rule(
    method: str,
    path: str,
    part: SchemaPart = "request",
    versions: tuple[str, str] = ("", ""),
    *,
    schema: int | None = 0,
    action: str = "",
    service: str = "nova",
) -> SchemaRule:
    return SchemaRule(
        service=service,
        method=method,
        path=path,
        part=part,
        action=action,
        min_version=versions[0],
        max_version=versions[1],
        schema=schema,
        package=f"{service}==1.0.0",
    )


RULES = (
    rule("POST", "/servers", versions=("2.0", "2.0"), schema=0),
    rule("POST", "/servers", versions=("2.1", "2.51"), schema=1),
    rule("POST", "/servers", versions=("2.52", ""), schema=2),
    rule("POST", "/servers", "response", schema=3),
    rule("GET", "/servers/{id}", "response", schema=4),
    rule("GET", "/servers/{id}", "query", schema=5),
    rule("GET", "/os-quota-sets/{id}/detail", "query", schema=6),
    rule("POST", "/servers/{id}/action", action="reboot", schema=7),
    rule("POST", "/servers/{id}/action", action="os-start", schema=8),
    rule("POST", "/servers/{id}/action", "response", action="os-start", schema=None),
    rule("GET", "/v3/users/{user_id}", "response", service="keystone", schema=9),
    rule("POST", "/v3/OS-OAUTH2/token", service="keystone", schema=10),
    rule("GET", "/v3/volumes/{id}", "query", service="cinder", schema=11),
)
SCHEMAS = SchemaSet(
    release="zed", routes={"nova": ("GET /servers/detail",)}, rules=RULES, schemas=(SERVER, *([ANY] * 11))
)


def found(
    service: str, method: str, path: str, version: str = "", body: object = None
) -> dict[SchemaPart, int | None]:
    rules = applicable(SCHEMAS, service, method, path, version, body)
    return {part: each.schema for part, each in rules.items()}


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("nova", "/servers/9c31"),
        ("nova", "/servers/{server_id}"),
        ("nova", "/v2.1/servers/{server_id}"),
        ("nova", "/v2.1/{project_id}/servers/{server_id}"),
        ("nova", "/v2.1/7d0f4a6b1c7f4c0f9a64d1f3ce2b7a11/servers/9c31"),
        ("nova", "/compute/v2.1/servers/9c31"),
    ],
)
def test_a_route_in_every_spelling(service: str, path: str) -> None:
    assert found(service, "GET", path) == {"response": 4, "query": 5}


def test_the_spellings_of_other_services() -> None:
    assert found("keystone", "GET", "/v3/users/{id}") == {"response": 9}
    assert found("keystone", "POST", "/identity/v3/OS-OAUTH2/token") == {"request": 10}
    for path in ("/v3/{project_id}/volumes/{volume_id}", "/v3/7d0f4a6b1c7f4c0f9a64d1f3ce2b7a11/volumes/1"):
        assert found("cinder", "GET", path) == {"query": 11}


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        ("nova", "GET", "/servers/detail"),  # a route without a schema
        ("nova", "DELETE", "/servers/9c31"),
        ("nova", "GET", "/servers/9c31/detail"),
        ("glance", "GET", "/servers/9c31"),
        ("keystone", "GET", "/v2.0/users/9c31"),
        ("keystone", "GET", "/v3/projects/9c31/v3/users"),
    ],
)
def test_no_rule_of_another_route(service: str, method: str, path: str) -> None:
    assert found(service, method, path) == {}


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.1", 1), ("2.51", 1), ("2.52", 2), ("2.100", 2), ("latest", 2), ("9" * 5000, 2), ("2.0", 0)],
)
def test_the_microversion_decides(version: str, expected: int) -> None:
    assert found("nova", "POST", "/servers", version) == {"request": expected, "response": 3}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"reboot": {"type": "SOFT"}}, {"request": 7}),
        ({"os-start": None}, {"request": 8, "response": None}),
        ({"unknown": None}, {}),
        (None, {}),
        ([], {}),
    ],
)
def test_the_key_of_the_body_selects_an_action(body: object, expected: dict[SchemaPart, int | None]) -> None:
    assert found("nova", "POST", "/servers/1/action", "2.1", body) == expected


def test_a_query_has_the_form_of_its_service() -> None:
    pairs = [("limit", "1"), ("sort", "name"), ("sort", "id")]
    assert query_document("nova", pairs) == {"limit": ["1"], "sort": ["name", "id"]}
    assert query_document("placement", pairs) == {"limit": "1", "sort": "id"}


def test_a_validator_is_that_of_the_index() -> None:
    assert not validator(SCHEMAS, 0).is_valid({})
    assert validator(SCHEMAS, 1).is_valid({})


def test_a_format_is_checked() -> None:
    schema = msgspec.Raw(b'{"oneOf": [{"type": "string", "format": "ipv4"}, {"const": ""}]}')
    stored = SchemaSet(release="zed", schemas=(schema,))
    assert [validator(stored, 0).is_valid(text) for text in ("192.0.2.1", "", "x")] == [True, True, False]


def test_a_file_of_the_cache_is_read_again_only_when_it_changes(tmp_path: Path) -> None:
    assert schema_set("zed", tmp_path) is None
    path = schema_file("Zed", tmp_path)
    path.parent.mkdir()
    path.write_bytes(encode(SCHEMAS))
    first = schema_set("zed", tmp_path)
    assert first is not None
    assert (first.rules, first.routes, first.release) == (SCHEMAS.rules, SCHEMAS.routes, "zed")
    assert first.schemas[0] == SERVER
    assert schema_set("zed", tmp_path) is first
    path.unlink()
    assert schema_set("zed", tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        encode(SCHEMAS)[:-20],
        lzma.compress(b'{"format": 1, "release": "zed"}'),
        lzma.compress(b"{"),
        lzma.compress(b'{"format": 2, "release": 3}'),
        lzma.compress(b'{"format": 2, "release": "zed", "packages": ' + b'{"a":' * 100_000),
        lzma.compress(b'{"format": 2, "release": "zed", "routes": {"nova": ["GET"]}}'),
    ],
)
def test_a_damaged_file_and_another_format_count_as_missing(tmp_path: Path, content: bytes) -> None:
    path = schema_file("zed", tmp_path)
    path.parent.mkdir()
    path.write_bytes(content)
    assert schema_set("zed", tmp_path) is None


def test_a_rule_without_its_schema_is_damage(tmp_path: Path) -> None:
    path = schema_file("zed", tmp_path)
    path.parent.mkdir()
    path.write_bytes(lzma.compress(lzma.decompress(encode(SCHEMAS)).replace(b'"schema":11', b'"schema":12')))
    assert schema_set("zed", tmp_path) is None


def test_a_file_that_unpacks_to_more_than_the_limit_counts_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = schema_file("zed", tmp_path)
    path.parent.mkdir()
    path.write_bytes(encode(SCHEMAS))
    monkeypatch.setattr(schemas, "MAX_CONTENT", 1000)
    assert schema_set("zed", tmp_path) is None


@pytest.mark.parametrize(
    "content", [b'{"pattern": "("}', b'{"type": 7}', b'{"$ref": "#/definitions/x"}', b"{]"]
)
def test_a_schema_that_no_validator_accepts_is_an_error_with_its_file(content: bytes) -> None:
    damaged = SchemaSet(release="zed", schemas=(ANY, msgspec.Raw(content)))
    with pytest.raises(InputError, match=r"schemas/zed\.json\.xz: schemas\[1\]: damaged"):
        validator(damaged, 1)


def test_a_reference_opens_no_url_and_no_file(tmp_path: Path) -> None:
    local = tmp_path / "schema.json"
    local.write_text("{}")
    with serving_folder(tmp_path) as url:
        for uri in (f"{url}/schema.json", local.as_uri()):
            for keyword in ("$ref", "$schema"):
                with pytest.raises(ValueError, match=re.escape(uri)):
                    compiled({keyword: uri})


def test_a_stored_set_is_small() -> None:
    many = SchemaSet(release="zed", rules=RULES * 100, schemas=(SERVER,) * 1000)
    assert len(encode(many)) < 2000
    assert decode(encode(many)) is not None
