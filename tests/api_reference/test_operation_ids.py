"""Operations by their IDs."""

from __future__ import annotations

import pytest

from tracer.api_reference import reference, services
from tracer.api_reference.operation_ids import operation_by_id, similar_ids


@pytest.mark.parametrize("service", services())
def test_each_operation_is_found_in_its_newest_form(service: str) -> None:
    for each in reference(service).operations:
        for hint in (service, "", "nova"):
            found = operation_by_id(each.id, hint)
            assert found is not None
            assert (found.service, found.operation.id) == (service, each.id)
            assert not found.operation.until or each.until


@pytest.mark.parametrize("unknown", ["", "image", "image.no-operation", "no-type.show-image"])
def test_an_unknown_id_gives_none(unknown: str) -> None:
    assert operation_by_id(unknown) is None


def test_the_most_similar_ids_come_first_and_once() -> None:
    assert similar_ids("image.show-imag")[0] == "image.show-image"
    assert similar_ids("b", ["a", "b", "b"]) == ["b"]
    assert similar_ids("xyz", ["abc"]) == []
