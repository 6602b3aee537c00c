"""The schemas of a release, out of its real packages."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import sharing
from tests.e2e.conftest import TRACER
from tracer.api_reference.schemas import applicable, schema_file, validator
from tracer.cloud.cache import folder
from tracer.cloud.release_data import releases
from tracer.cloud.schema_extraction import ensure_schemas

if TYPE_CHECKING:
    from tracer.api_reference.schema_types import SchemaSet

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
