from __future__ import annotations

import pytest

from tracer.model import Body
from tracer.sequences.json_bodies import json_content


@pytest.mark.parametrize(
    ("text", "content"),
    [('{"a": [1, null]}', {"a": [1, None]}), ("3", 3), ("{", None), ("", None), ("[" * 100_000, None)],
)
def test_a_broken_body_has_no_content(text: str, content: object) -> None:
    assert json_content(Body(size=len(text), json=text)) == content


def test_a_body_without_json_has_no_content() -> None:
    assert json_content(None) is None
    assert json_content(Body(size=2, text="{}")) is None
