"""Properties that a schema lists, and those that it only allows."""

from __future__ import annotations

from typing import Any

import pytest

from tracer.conformance.api.schema_properties import is_listed

IMAGE: dict[str, Any] = {"properties": {"stores": {}}, "additionalProperties": {"type": "string"}}
SCHEMA: dict[str, Any] = {
    "properties": {
        "images": {"type": "array", "items": {"$ref": "#/definitions/image"}},
        "server": {"anyOf": [{"properties": {"name": {}}}, {"type": "null"}]},
        "metadata": {"patternProperties": {"^[a-z]+$": {"type": "object", "properties": {"id": {}}}}},
        "anything": {"type": "object"},
    },
    "definitions": {"image": IMAGE},
}


@pytest.mark.parametrize(
    ("keys", "listed"),
    [
        (("images",), True),
        (("images", 0, "stores"), True),
        (("images", 0, "os_distro"), False),
        (("server", "name"), True),
        (("metadata", "color"), False),
        (("metadata", "color", "id"), True),
        (("anything", "inside"), None),
        (("unknown", "inside"), None),
    ],
)
def test_a_property_is_listed_by_its_name_or_allowed_as_one_of_any(
    keys: tuple[str | int, ...], listed: bool | None
) -> None:
    assert is_listed(SCHEMA, keys) is listed


def test_a_reference_to_itself_ends() -> None:
    assert is_listed({"$ref": "#"}, ("a",)) is None
    assert is_listed({"allOf": [{"$ref": "#/allOf/0"}]}, ("a",)) is None
