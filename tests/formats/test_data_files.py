from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tracer.errors import InputError
from tracer.formats.data_files import read, typed

if TYPE_CHECKING:
    from pathlib import Path


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    numbers: list[int]
    texts: dict[str, str] = {}


@pytest.mark.parametrize(
    ("value", "location", "message"),
    [
        ({"numbers": [1, "x"]}, "", "f: numbers[1]: expected int, got str"),
        ({"numbers": [1, "x"]}, "things.a", "f: things.a.numbers[1]: expected int, got str"),
        ({}, "", "f: object missing required field numbers"),
        ({"numbers": [], "more": 1}, "things", "f: things: object contains unknown field more"),
        ({"numbers": [], "texts": {"a": 1}}, "", "f: texts[...]: expected str, got int"),
        (7, "", "f: expected object, got int"),
    ],
)
def test_a_fault_names_its_location(value: object, location: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        typed(value, Thing, "f", location)
    assert str(caught.value) == message


def test_a_right_value_is_typed() -> None:
    assert typed({"numbers": [1]}, Thing, "f") == Thing([1])


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xe9")
    for path, problem in (
        ("none", "No such file"),
        ("latin", "not UTF-8 text"),
        (".", "it is a folder: name a file"),
        ("\0", "not a"),
    ):
        with pytest.raises(InputError, match=problem):
            read(tmp_path / path)
