from __future__ import annotations

from tracer.api_reference.similar_names import similar_names


def test_the_most_similar_names_come_first_and_once() -> None:
    assert similar_names("image.show-imag")[0] == "image.show-image"
    assert similar_names("b", ["a", "b", "b"]) == ["b"]
    assert similar_names("xyz", ["abc"]) == []
