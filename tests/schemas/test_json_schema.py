"""The JSON Schema of a type."""

from __future__ import annotations

import pytest

from tracer.errors import InputError
from tracer.schemas import json_schema
from tracer.sequences import Sequence


def test_tags_of_items_are_not_in_the_schema() -> None:
    schema = json_schema(Sequence)
    assert "discriminator" not in str(schema)
    assert "kind" not in schema["$defs"]["Entry"]["properties"]


def test_descriptions_are_in_the_language_of_the_reader() -> None:
    entry = json_schema(Sequence, "ko")["$defs"]["Entry"]
    assert entry["description"] == "시퀀스의 요청·응답 한 쌍."
    assert entry["properties"]["method"]["description"] == "HTTP 메서드."
    with pytest.raises(InputError, match="unknown language 'xx'"):
        json_schema(Sequence, "xx")
