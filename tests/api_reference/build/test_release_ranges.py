from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tracer.api_reference.build.release_ranges import expand, merge
from tracer.api_reference.operation_types import Operation, Reference

RELEASES = ("zed", "2023.1", "2023.2", "2024.1")
SHOW = Operation(
    id="image.show-image",
    name="Show image",
    method="GET",
    path="/v2/images/{image_id}",
    page="v2/index.html",
    anchor="show-image",
    success=(200,),
)


def whole(operations: tuple[Operation, ...]) -> Reference:
    return Reference(service="glance", type="image", url="", releases=RELEASES, operations=operations)


@given(
    st.fixed_dictionaries(
        {
            release: st.dictionaries(
                st.sampled_from(["image.a", "image.b", "image.c"]), st.sampled_from([(200,), (201,)])
            )
            for release in RELEASES
        }
    )
)
def test_each_release_has_its_operations_again(facts: dict[str, dict[str, tuple[int, ...]]]) -> None:
    by_release = {
        release: [replace(SHOW, id=name, success=facts[release][name]) for name in sorted(facts[release])]
        for release in RELEASES
    }
    merged = merge(by_release)
    expanded = expand(whole(merged))
    assert {
        release: {operation.id: operation.success for operation in operations}
        for release, operations in expanded.items()
    } == facts
    assert merge(expanded) == merged


def test_neighbouring_releases_with_the_same_facts_are_an_entry() -> None:
    changed = replace(SHOW, success=(200, 203))
    merged = merge({"zed": [SHOW], "2023.1": [SHOW], "2023.2": [changed], "2024.1": [changed]})
    assert [(entry.since, entry.until, entry.success) for entry in merged] == [
        ("", "2023.1", (200,)),
        ("2023.2", "", (200, 203)),
    ]


def test_a_gap_ends_an_entry() -> None:
    merged = merge({"zed": [SHOW], "2023.1": [], "2023.2": [SHOW], "2024.1": []})
    assert [(entry.since, entry.until) for entry in merged] == [("", "zed"), ("2023.2", "2023.2")]


def test_name_path_and_link_are_those_of_the_newest_release() -> None:
    old = replace(SHOW, name="Show an image", path="/v2/images/{id}", anchor="show-an-image")
    (entry,) = merge({"zed": [old], "2023.1": [SHOW]})
    assert entry == SHOW


def test_an_operation_that_is_gone_links_to_the_page() -> None:
    other = replace(SHOW, id="image.list-images", page="v2/index.html")
    (gone,) = [entry for entry in merge({"zed": [SHOW], "2023.1": [other]}) if entry.id == SHOW.id]
    assert (gone.page, gone.anchor) == ("v2/index.html", "")
    moved = replace(other, page="v3/index.html")
    (gone,) = [entry for entry in merge({"zed": [SHOW], "2023.1": [moved]}) if entry.id == SHOW.id]
    assert (gone.page, gone.anchor) == ("index.html", "")
