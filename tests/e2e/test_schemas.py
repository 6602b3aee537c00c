"""The schemas of a release, out of its real packages."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.api.calls import call, compared
from tests.conftest import sharing
from tests.e2e.conftest import TRACER
from tracer.api_reference import operations, services
from tracer.api_reference.schemas import applicable, schema_file, validator
from tracer.cloud.cache import folder
from tracer.cloud.release_data import releases
from tracer.cloud.schema_extraction import ensure_schemas
from tracer.conformance.api.contradictions import contradictions
from tracer.conformance.api.schema_errors import schema_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.api_reference import Operation
    from tracer.api_reference.schema_types import SchemaSet
    from tracer.conformance.api.api_exchanges import ApiExchange, Side
    from tracer.conformance.api.contradictions import Contradiction

pytestmark = pytest.mark.e2e

EACH = [
    pytest.param(name, marks=() if name == "2026.2" else pytest.mark.all_releases, id=name)
    for name in releases()
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache folder without schemas, with the installed packages of the cache folder in use."""
    return sharing(tmp_path_factory.mktemp("schemas") / "cache")


@pytest.fixture(scope="module")
def extracted(request: pytest.FixtureRequest, cache: Path) -> SchemaSet:
    """Return the schemas of a release, newly read."""
    return ensure_schemas(request.param, cache=cache)


@pytest.mark.parametrize("extracted", EACH, indirect=True)
def test_the_schemas_of_a_release(extracted: SchemaSet, cache: Path) -> None:
    assert schema_file(extracted.release, cache).stat().st_size < 60_000
    for index in range(len(extracted.schemas)):
        validator(extracted, index)
    counts = Counter((each.service, each.part) for each in extracted.rules)
    # The least numbers of all releases are those of zed.
    assert counts["nova", "request"] >= 170
    assert counts["nova", "query"] >= 75
    assert counts["nova", "response"] >= 470
    assert counts["cinder", "request"] >= 85
    assert counts["cinder", "response"] >= 180
    assert counts["keystone", "request"] >= 19
    assert counts["glance", "response"] == 28
    assert counts["placement", "request"] == 25
    assert counts["neutron", "response"] >= 180
    assert sum(extracted.refused.values()) <= 3

    # The responses of Cinder are those that Tempest validates.
    own, further = extracted.packages["cinder"]
    assert (own, further) == ("cinder", "tempest")
    volume = applicable(extracted, "cinder", "DELETE", "/v3/volumes/1", "3.71", None)["response"]
    assert (volume.schema, volume.package) == (None, f"tempest=={extracted.packages['cinder'][further]}")
    shown = applicable(extracted, "nova", "GET", "/servers/1", "2.79", None)["response"]
    assert shown.schema is not None
    assert not validator(extracted, shown.schema).is_valid({"server": {"id": "1"}})

    def accepts(method: str, path: str, body: object, version: str = "2.1") -> bool:
        service = "nova" if path.startswith("/servers") else "neutron"
        rule = applicable(extracted, service, method, path, version, body)["request"]
        assert rule.schema is not None
        return validator(extracted, rule.schema).is_valid(body)

    server = {"name": "a", "imageRef": "", "flavorRef": "1", "networks": "auto"}
    without_flavor = {name: value for name, value in server.items() if name != "flavorRef"}
    assert accepts("POST", "/servers", {"server": server}, "2.93")
    assert not accepts("POST", "/servers", {"server": without_flavor}, "2.93")
    assert accepts("POST", "/servers/1/action", {"reboot": {"type": "SOFT"}})
    assert not accepts("POST", "/servers/1/action", {"reboot": {"type": "GENTLE"}})
    assert accepts("POST", "/v2.0/ports", {"port": {"network_id": "a"}})
    assert not accepts("POST", "/v2.0/ports", {"port": {"name": "a"}})


def _keys(location: str) -> list[str | int]:
    """Return the keys of a location in a body, such as `images[].stores`. {} stands for any name."""
    words = re.findall(r"\[\]|[^.\[]+", location)
    return [0 if word == "[]" else word.replace("{}", "any") for word in words]


def _holding(keys: list[str | int], value: Any) -> Any:
    """Return a body with a value at a location, and nothing else."""
    for key in reversed(keys):
        value = [value] if isinstance(key, int) else {key: value}
    return value


def _exchange(
    schemas: SchemaSet, service: str, operation: Operation, side: str, body: Any, version: str
) -> ApiExchange:
    names = {"nova": "compute", "cinder": "volume", "placement": "placement"}
    headers = {"OpenStack-API-Version": f"{names[service]} {version}"} if service in names else {}
    bodies = {"sent" if side == "request" else "body": body}
    exchange = call(service, operation.method, operation.path, headers=headers, **bodies)
    return compared(exchange, schemas.release, schemas)


def _refutes(exchange: ApiExchange, entry: Contradiction, side: Side, keys: list[str | int]) -> bool:
    """Return whether the schema of a body says the opposite of an entry.

    The body has only the undocumented field, or nothing at all. The schema does not allow the field, or
    requires it.
    """
    texts = {error.text for error in schema_errors(exchange)}
    if entry.rule == "undocumented-field":
        return f"the schema does not allow {keys[-1]}" in texts and not exchange.is_listed(side, keys)
    return f"the field {keys[-1]} is missing, which the schema requires" in texts


def _refuted(schemas: SchemaSet) -> Iterator[str]:
    """Yield the contradictions that the schemas of a release refute at all microversions."""
    known = {each.id: (name, each) for name in services() for each in operations(name, schemas.release)}
    for entry in contradictions():
        if entry.operation not in known or not entry.holds_in(schemas.release):
            continue
        for location in entry.locations:
            side: Side = "request" if location.startswith("request") else "response"
            keys = _keys(location.partition(".body.")[2])
            if not keys or entry.rule not in {"undocumented-field", "missing-field"}:
                continue
            nothing: dict[str, Any] = {}
            bodies = [_holding(keys, value) for value in (None, "", nothing)]
            exchanges = [
                _exchange(schemas, *known[entry.operation], side, body, version)
                for body in (bodies if entry.rule == "undocumented-field" else [nothing])
                for version in ("", "latest")
            ]
            if all(_refutes(exchange, entry, side, keys) for exchange in exchanges):
                yield f"{entry.operation} {location}"


@pytest.mark.parametrize("extracted", EACH, indirect=True)
def test_the_schemas_refute_no_known_contradiction(extracted: SchemaSet) -> None:
    assert list(_refuted(extracted)) == []


@pytest.mark.parametrize("extracted", ["2026.2"], indirect=True)
def test_nova_refuses_a_server_without_a_flavor(extracted: SchemaSet) -> None:
    counts = Counter((each.service, each.part) for each in extracted.rules)
    assert counts["nova", "response"] >= 470
    assert counts["keystone", "response"] >= 115
    body = {"server": {"name": "a", "imageRef": "", "networks": "auto"}}
    rule = applicable(extracted, "nova", "POST", "/v2.1/servers", "2.100", body)["request"]
    assert rule.package == "nova==34.0.0"
    assert rule.schema is not None
    (error,) = validator(extracted, rule.schema).iter_errors(body)
    assert error.message == '"flavorRef" is a required property'


@pytest.mark.all_releases
def test_the_first_check_of_a_release_installs_its_packages(tmp_path: Path) -> None:
    """The cache folder is empty. Only the downloads of uv are those of the cache folder in use."""
    recordings = [Path("recordings/zed") / f"{name}.yaml" for name in ("server-show", "volume-show")]
    environment = {**os.environ, "TRACER_CACHE": str(tmp_path / "cache")}
    environment.setdefault("UV_CACHE_DIR", str(folder() / "uv"))
    words = [TRACER, "check", "--api", "--format", "json", *map(str, recordings)]

    def check() -> tuple[dict[str, object], list[str]]:
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout), done.stderr.splitlines()

    report, lines = check()
    assert report["releases_with_schemas"] == ["zed"]
    assert report["errors"] == 0
    assert [line.partition(":")[0].split(" ")[0] for line in lines] == ["installing"] * 2 + ["reading"] * 8
    assert lines[0].startswith("installing keystone 22.0.0, glance 25.0.0, openstack-placement 8.0.0")
    assert lines[1] == "installing tempest 32.0.0 (first time only)"
    assert lines[-1] == "reading schemas of zed 8 of 8: cinder responses"
    names = {path.name for path in (tmp_path / "cache" / "schemas").iterdir()}
    assert names == {"zed.json.xz"}
    again, quiet = check()
    assert (again, quiet) == (report, [])
