from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from tracer.cloud.schema_readers.keystone_schemas import takes, validated_body

USER = {"type": "object", "required": ["name"]}
schema: Any = SimpleNamespace(user_create=USER, user_update={"type": "object"}, whole={"type": "array"})
validation: Any = SimpleNamespace(lazy_validate=lambda *_words: None)


class View:
    """Views as those of releases before 2025.1."""

    request_body_json: ClassVar[dict[str, Any]] = {}

    def create(self) -> None:
        user = self.request_body_json.get("user", {})
        validation.lazy_validate(schema.user_create, user)

    def update(self, user_id: str) -> None:
        validation.lazy_validate(schema.user_update, self.request_body_json.get("user", {}))

    def whole(self) -> None:
        body = self.request_body_json
        validation.lazy_validate(schema.whole, body)

    def sometimes(self, user_id: str | None = None) -> None:
        if user_id:
            validation.lazy_validate(schema.user_create, self.request_body_json)

    def twice(self) -> None:
        validation.lazy_validate(schema.user_create, self.request_body_json)
        validation.lazy_validate(schema.user_update, self.request_body_json)

    def changed(self) -> None:
        user = self.request_body_json.get("user", {})
        user = dict(user)
        validation.lazy_validate(schema.user_create, user)

    def other(self, value: str) -> None:
        validation.lazy_validate(schema.user_create, value)

    def never(self) -> None: ...


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (View.create, {"type": "object", "properties": {"user": USER}, "required": ["user"]}),
        (View.update, {"type": "object", "properties": {"user": {"type": "object"}}}),
        (View.whole, {"type": "array"}),
        (View.sometimes, None),
        (View.twice, None),
        (View.changed, None),
        (View.other, None),
        (View.never, None),
    ],
)
def test_only_a_certain_schema_is_taken(function: Any, expected: object) -> None:
    assert validated_body(function) == expected


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (View.create, (), True),
        (View.update, (), False),
        (View.update, ("user_id",), True),
        (View.sometimes, (), True),
    ],
)
def test_a_route_has_the_parameters_of_its_function(
    function: Any, arguments: tuple[str, ...], expected: bool
) -> None:
    assert takes(function, arguments) is expected
