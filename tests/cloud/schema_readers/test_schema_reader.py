from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cloud.adapters.standins import install
from tracer.cloud.schema_readers import schema_reader

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b", "a"}, ["a", "b"]),
        (frozenset({2, 1}), [1, 2]),
        ({"k": 1}.keys(), ["k"]),
        (range(2), [0, 1]),
        (type("Lazy", (str,), {})("text"), "text"),
        (1j, "1j"),
    ],
)
def test_a_value_that_json_does_not_know_becomes_a_plain_one(value: object, expected: object) -> None:
    assert schema_reader.plain(value) == expected


def test_the_file_has_routes_rules_and_versions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = ["reader", "sample", "x"]
    monkeypatch.setattr(sys, "argv", words)
    monkeypatch.setattr(sys, "path", [*sys.path])
    read = {"read": lambda: (["GET /a"], [{"schema": {"enum": {"x"}}}]), "PACKAGES": ("msgspec",)}
    install(monkeypatch, schema_readers__sample_schemas=read)
    path = tmp_path / "out.json"
    schema_reader.main("sample_schemas", str(path))
    content = json.loads(path.read_text("utf-8"))
    assert (content["routes"], content["rules"]) == (["GET /a"], [{"schema": {"enum": ["x"]}}])
    assert [*content["packages"]] == ["msgspec"]
    assert words == ["reader"]  # some services read the words of the program that loads them
