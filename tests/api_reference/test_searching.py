from __future__ import annotations

import pytest

from tracer.api_reference import operations
from tracer.api_reference.searching import search


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("image.show-image", ["image.show-image"]),
        ("GET /v2/images/{image_id}", ["image.show-image"]),
        ("get /v2/images/{id}", ["image.show-image"]),
        ("GET /v2/images/9c31", ["image.show-image"]),
        ("GET /v2/images?limit=1", ["image.list-images"]),
        ("/v2/images", ["image.create-image", "image.list-images"]),
        ("image.nothing", []),
        ("PATCH /v2/images", []),
        ("", []),
    ],
)
def test_words_name_operations(words: str, expected: list[str]) -> None:
    assert [operation.id for operation in search(words, operations("glance"))] == expected
