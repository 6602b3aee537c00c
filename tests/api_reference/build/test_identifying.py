from __future__ import annotations

from msgspec.structs import replace

from tests.api_reference.build.test_release_ranges import SHOW
from tracer.api_reference.build.identifying import assign_ids
from tracer.api_reference.operation_types import Selector


def test_an_operation_keeps_its_id_if_its_name_changes() -> None:
    renamed = replace(SHOW, id="image.show-an-image", name="Show an image")
    assert [operation.id for operation in assign_ids([renamed], [SHOW])] == ["image.show-image"]


def test_an_operation_keeps_its_id_if_its_selector_or_a_parameter_changes() -> None:
    changed = replace(SHOW, path="/v2/images/{id}", selector=Selector(body=("x",)))
    assert [operation.id for operation in assign_ids([changed], [SHOW])] == ["image.show-image"]


def test_the_name_decides_before_the_selector() -> None:
    second = replace(SHOW, id="image.show-image-again", name="Show image again")
    assert [operation.id for operation in assign_ids([second, SHOW], [SHOW])] == [second.id, SHOW.id]


def test_a_taken_id_gets_words_of_the_path() -> None:
    member = replace(SHOW, path="/v2/images/{image_id}/members/{member_id}")
    deleted = replace(member, method="DELETE")
    assert [operation.id for operation in assign_ids([SHOW, member, deleted], [])] == [
        "image.show-image",
        "image.show-image-v2-images-members",
        "image.show-image-v2-images-members-delete",
    ]


def test_the_order_of_releases_does_not_change_an_id() -> None:
    member = replace(SHOW, path="/v2/images/{image_id}/members/{member_id}")
    known = assign_ids([SHOW, member], [])
    assert {operation.path: operation.id for operation in assign_ids([member, SHOW], known)} == {
        operation.path: operation.id for operation in known
    }
