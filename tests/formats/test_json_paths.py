"""Values inside a JSON document."""

from __future__ import annotations

from typing import Any

import pytest

from tracer.formats.json_paths import value_at

DOCUMENT: dict[str, Any] = {"images": [{"id": "a"}, {"id": "b"}], "a.b": 1, "c": {"d.e": 2}, "none": None}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("images.1.id", "b"),
        ("images.-1.id", "b"),
        ("a.b", 1),
        ("c.d.e", 2),
        ("none", None),
        ("c", {"d.e": 2}),
    ],
)
def test_a_path_leads_through_keys_and_indexes(path: str, value: object) -> None:
    assert value_at(DOCUMENT, path) == value


@pytest.mark.parametrize("path", ["id", "images.2.id", "images.id", "none.id", "a.b.c", "images.0.id.x"])
def test_a_path_that_leads_nowhere_is_an_error(path: str) -> None:
    with pytest.raises(LookupError):
        value_at(DOCUMENT, path)
