"""The shortest form of an entry in a file, and its expansion."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tracer.formats.data_files import typed
from tracer.sequences import Each, Entry, Fallback, Loop, OneOf, Sequence, catalog
from tracer.sequences.composition import expand_sequence
from tracer.sequences.decomposition import decompose, shared_name
from tracer.sequences.items import with_tags
from tracer.sequences.shared_entries import typed_shared_entries

SHOW = Entry(
    operation="image.show-image", receiver="glance", method="GET", path="/v2/images/{id}", status=200
)


def read(items: list[Any]) -> tuple[Any, ...]:
    tree = expand_sequence({"format": 2, "name": "a", "command": "b", "exchanges": items}, "x")
    tree["exchanges"] = with_tags(tree["exchanges"], "x")
    return typed(tree, Sequence, "x").exchanges


@pytest.mark.parametrize("name", catalog())
def test_a_sequence_of_the_catalogue_is_written_and_read(name: str) -> None:
    exchanges = catalog()[name].exchanges
    assert read(decompose(exchanges)) == exchanges


def test_an_inherited_value_is_not_written() -> None:
    show = msgspec.structs.replace(SHOW, steps=(1, 2), path="/v2/images/{image_id}")
    (plain,) = decompose([show])
    assert plain == {"operation": "image.show-image", "summary": {}, "reference": ""}
    assert read([plain]) == (show,)


def test_an_unknown_operation_inherits_nothing() -> None:
    entry = msgspec.structs.replace(SHOW, operation="image.brew")
    (plain,) = decompose([entry])
    assert plain == {
        "operation": "image.brew", "to": "glance", "method": "GET", "path": "/v2/images/{id}", "status": 200,
        "counted": False,
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name, entry in typed_shared_entries().items() if entry.prologue])
def test_a_prologue_uses_its_shared_exchange(name: str) -> None:
    shared = typed_shared_entries()[name]
    entry = msgspec.structs.replace(shared, id=name, steps=(1, 2))
    assert shared_name(entry) == name
    assert decompose([entry]) == [{"use": name}]
    changed = msgspec.structs.replace(
        entry, id="mine", prologue=False, repeats=not shared.repeats, request={}
    )
    (plain,) = decompose([changed])
    assert plain == {
        "use": name,
        "id": "mine",
        "prologue": False,
        "repeats": not shared.repeats,
        "request": {},
    }
    assert read([plain]) == (changed,)


def test_a_request_with_a_query_is_no_shared_one() -> None:
    login = msgspec.structs.replace(typed_shared_entries()["login"], query={"nocatalog": "{value}"})
    assert shared_name(login) == ""


def test_groups_and_nested_entries_are_read_as_they_were() -> None:
    login = typed_shared_entries()["login"]
    nested = msgspec.structs.replace(SHOW, loop=Loop(until_status=404), optional=True)
    items = (
        msgspec.structs.replace(login, id="login", steps=(1, 2)),
        Each(each=(msgspec.structs.replace(SHOW, steps=(3, 4)),), of="--tag"),
        OneOf(
            one_of=(
                (
                    msgspec.structs.replace(
                        SHOW,
                        id="show",
                        fallback=Fallback(status=(404,), search="images", then=(nested, login)),
                        calls=(SHOW, msgspec.structs.replace(login, id="inner")),
                    ),
                ),
                (Entry(receiver="tea", method="GET", path="/", status=(200, 300), steps=(5, 6)),),
            )
        ),
    )
    assert read(decompose(items)) == items
