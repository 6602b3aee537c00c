"""Release notes that speak of differences."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.rendering.changes.runs import answering, run
from tracer.comparison import Comparison, compare
from tracer.comparison.release_reasons import with_reasons
from tracer.model import Cloud, Recording

STORES = "/image/v2/info/stores/detail"
WEIGHT = 'stores": [{"id": "fs", "type": "file", "weight": 0}]'


def _run(release: str, stores: str, role: str = "") -> Recording:
    return replace(run(answering(STORES, 0, body=f'{{"{stores}}}')), cloud=Cloud(release=release), role=role)


def _weighed(before: str = "2023.1", after: str = "2023.2", due_to: str = "cloud") -> Comparison:
    first = _run(before, 'stores": [{"id": "fs", "type": "file"}]')
    second = _run(after, WEIGHT)
    found = compare(first, second)
    marked = [replace(each, due_to=due_to) for each in found.differences]
    return with_reasons(replace(found, differences=marked), first, second)


def test_a_field_has_the_note_that_names_it() -> None:
    (difference,) = _weighed().differences
    assert difference.service == "glance"
    assert difference.reason is not None
    assert difference.reason.release == "2023.2"
    assert difference.reason.note.startswith("store-weight-")
    assert difference.reason.url == "https://docs.openstack.org/releasenotes/glance/2023.2.html"
    assert difference.reason.words == ("weight", "stores")


@pytest.mark.parametrize(
    ("before", "after", "due_to"),
    [
        ("2023.2", "2024.1", "cloud"),  # the note is of the release before
        ("2023.2", "2023.2", "cloud"),
        ("2023.2", "2023.1", "cloud"),
        ("mine", "2023.2", "cloud"),
        ("2023.1", "2023.2", "client"),
        ("2023.1", "2023.2", "unknown"),
    ],
)
def test_only_a_change_of_the_cloud_between_them_has_a_note(before: str, after: str, due_to: str) -> None:
    (difference,) = _weighed(before, after, due_to).differences
    assert difference.reason is None


def test_all_releases_between_count() -> None:
    (difference,) = _weighed("zed", "2026.2", "cloud").differences
    assert difference.reason is not None
    assert difference.reason.release == "2023.2"


def test_the_output_of_a_command_has_no_note() -> None:
    first, second = (
        replace(run(answering(STORES, 0), stdout=text), cloud=Cloud(release=release))
        for release, text in (("2023.1", "stores"), ("2023.2", "weight"))
    )
    found = with_reasons(compare(first, second), first, second)
    assert [each.reason for each in found.differences] == [None]
    assert [each.service for each in found.differences] == [""]


@pytest.mark.parametrize(("status", "has_note"), [(404, True), (403, False)])
def test_a_forbidden_request_has_no_note(status: int, has_note: bool) -> None:
    prune = "/image/v2/cache/prune"
    first, second = (
        replace(run(answering(prune, 0, status=each)), cloud=Cloud(release=release))
        for release, each in (("2026.1", 200), ("2026.2", status))
    )
    found = compare(first, second)
    marked = [replace(each, due_to="cloud") for each in found.differences if each.kind == "status"]
    (difference,) = with_reasons(replace(found, differences=marked), first, second).differences
    assert (difference.reason is not None) == has_note
