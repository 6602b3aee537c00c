"""The extraction with readers of a small service, whose program is this Python."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from tracer.api_reference.schemas import schema_file
from tracer.cloud import environments, schema_extraction
from tracer.cloud.environments import Built
from tracer.cloud.schema_extraction import ensure_schemas
from tracer.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

READER = """
PACKAGES = ("msgspec",)
SCHEMA = {"type": "object", "properties": {"name": {"type": "string", "description": ("a", "b")}}}

def read():
    rule = {"method": "POST", "path": "/x", "part": "request", "action": "", "min_version": "",
            "max_version": "", "schema": SCHEMA}
    again = {**rule, "method": "PUT", "min_version": "2.1", "draft": ""}
    none = {**rule, "part": "response", "schema": None}
    wrong = {**rule, "part": "query", "schema": {"type": "object", "additionalProperties": "False"}}
    return ["POST /x", "PUT /x", "GET /x"], [rule, again, none, wrong]
"""


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a cache folder for extractions with readers of a small service, called keystone."""
    readers = tmp_path / "schema_readers"
    readers.mkdir()
    (readers / "__init__.py").touch()
    (readers / "schema_reader.py").write_text((schema_extraction.READERS / "schema_reader.py").read_text())
    (readers / "keystone_schemas.py").write_text(READER)
    python = tmp_path / "built" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nshift 2\nexec {sys.executable} -B "$@"\n')  # with our own packages
    python.chmod(0o755)

    def build(name: str, packages: Mapping[str, str], *_more: object) -> Built:
        assert (name, [*packages]) == ("zed-schemas", ["tempest"]) or "keystone" in packages
        return Built(tmp_path / "built", "3.11.7")

    monkeypatch.setattr(environments, "build", build)
    monkeypatch.setattr(schema_extraction, "READERS", readers)
    monkeypatch.setattr(schema_extraction, "_READER", readers / "schema_reader.py")
    monkeypatch.setattr(sys, "path", [*sys.path])
    return tmp_path / "cache"


def reader(cache: Path) -> Path:
    return cache.parent / "schema_readers" / "keystone_schemas.py"


def test_schemas_are_read_once_and_equal_ones_are_stored_once(cache: Path) -> None:
    lines: list[str] = []
    schemas = ensure_schemas("zed", lines.append, cache)
    assert lines == ["reading schemas of zed 1 of 1: keystone"]
    assert [(each.method, each.part, each.min_version, each.schema) for each in schemas.rules] == [
        ("POST", "request", "", 0),
        ("PUT", "request", "2.1", 0),
        ("POST", "response", "", None),
    ]
    assert [msgspec.json.decode(each) for each in schemas.schemas] == [
        {"type": "object", "properties": {"name": {"type": "string"}}}
    ]
    version = schemas.packages["keystone"]["msgspec"]
    assert {each.package for each in schemas.rules} == {f"msgspec=={version}"}
    assert schemas.routes == {"keystone": ("POST /x", "PUT /x", "GET /x")}
    assert schemas.refused == {"keystone": 1}
    reader(cache).unlink()
    assert ensure_schemas("Zed", lines.append, cache) is schemas
    assert len(lines) == 1


def test_rules_of_a_further_package_complete_those_of_the_own(cache: Path) -> None:
    further = READER.replace('"part": "request"', '"part": "response"').replace("2.1", "2.10")
    reader(cache).with_name("keystone_responses.py").write_text(further)
    lines: list[str] = []
    schemas = ensure_schemas("zed", lines.append, cache)
    assert lines[1:] == ["reading schemas of zed 2 of 2: keystone responses"]
    responses = [each for each in schemas.rules if each.part == "response"]
    assert [(each.method, each.min_version) for each in responses] == [
        ("POST", ""),  # that of the own package, which has none for PUT
        ("PUT", "2.10"),
    ]
    assert schemas.routes == {"keystone": ("POST /x", "PUT /x", "GET /x")}


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("raise ValueError('no such module')", "reading the schemas of keystone failed: ValueError: no such"),
        (READER.replace('"action": "", ', ""), "reading the schemas of keystone failed: Object missing"),
    ],
)
def test_a_failure_is_one_line_and_leaves_no_file(cache: Path, source: str, problem: str) -> None:
    reader(cache).write_text(source)
    with pytest.raises(CloudError) as caught:
        ensure_schemas("zed", cache=cache)
    assert str(caught.value).startswith(problem)
    assert "\n" not in str(caught.value)
    assert caught.value.log
    assert caught.value.log.exists()
    assert not schema_file("zed", cache).exists()


def test_an_interruption_leaves_no_file(cache: Path) -> None:
    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure_schemas("zed", interrupt, cache)
    assert not schema_file("zed", cache).exists()
    assert ensure_schemas("zed", cache=cache).rules


def test_an_unknown_release_touches_nothing(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="unknown release 'foo'"):
        ensure_schemas("foo", cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_each_reader_is_that_of_a_service_of_clouds() -> None:
    from tracer.cloud.release_data import catalog

    def names(end: str) -> set[str]:
        return {path.name.removesuffix(end) for path in schema_extraction.READERS.glob(f"*{end}")}

    assert names("_schemas.py") == {"cinder", "glance", "keystone", "neutron", "nova", "placement"}
    assert names("_responses.py") == {"cinder", "nova"}
    assert names("_schemas.py") <= catalog().services.keys()
