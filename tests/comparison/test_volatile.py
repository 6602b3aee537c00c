"""Texts that differ in volatile values only, and texts that differ in more."""

import pytest

from tracer.comparison import volatile
from tracer.comparison.volatile import explain, partners, skeleton
from tracer.comparison.volatile_rules import ShuffledParts

STORES = "headers.openstack-image-store-ids"
STDERR = "output.stderr[]"
IDS = "94ab55fe-5108-4297-9766-9050678ab1e4", "12f39dcd-4b23-423c-9ab6-89d2bfba317f"


def _error(image: str, *lines: str) -> str:
    return f"HttpException: 403: Client Error for url: http://cloud:41/images/{image}, {': '.join(lines)}"


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ("fs", "fs,os_glance_staging_store,os_glance_tasks_store", ("reserved-store",)),
        ("fs,os_glance_tasks_store,rbd", "fs,rbd", ("reserved-store",)),
        ("fs,os_glance_tasks_store", "rbd", None),
        ("fs", "fs,rbd,os_glance_tasks_store", None),
        ("fs", "fs,os_glance_tasks_store2", None),
    ],
)
def test_a_run_may_lack_an_optional_value(before: str, after: str, reasons: tuple[str, ...] | None) -> None:
    assert explain(before, after, STORES) == reasons
    assert explain(after, before, STORES) == reasons


def test_an_optional_value_belongs_to_its_location() -> None:
    assert explain("fs", "fs,os_glance_tasks_store", "headers.x-stores") is None


def test_the_lines_of_an_error_have_no_order() -> None:
    before = _error(IDS[0], "403 Forbidden", f"Image {IDS[0]} is protected", "Ask an admin")
    after = _error(IDS[1], f"Image {IDS[1]} is protected", "Ask an admin", "403 Forbidden")
    assert explain(before, after, STDERR) == ("uuid", "shuffled-lines")
    assert explain(before, after, "output.stdout[]") is None
    assert skeleton(before, STDERR) == skeleton(after, STDERR)
    # The values of a line stay together.
    assert [*partners(before, after, STDERR)] == [
        ("host", "cloud:41", "cloud:41"),
        ("uuid", *IDS),
        ("uuid", *IDS),
    ]


def test_a_pattern_whose_group_is_optional_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ShuffledParts(
        name="x", pattern="err(?:: (.+))?", separator="; ", only=("output.stderr[]",), reason={}
    )
    monkeypatch.setattr(volatile, "_shuffled_at", lambda _: (parts,))
    assert explain("err", "err", STDERR) == ()
    assert explain("err: a; b", "err: b; a", STDERR) == ("x",)


@pytest.mark.parametrize(
    "lines",
    [
        ("403 Forbidden", "Image is public", "Ask an admin"),
        ("403 Forbidden", "Image is protected"),
        ("403 Forbidden", "Ask an admin", "Image is protected", "Ask an admin"),
    ],
)
def test_other_lines_of_an_error_are_a_difference(lines: tuple[str, ...]) -> None:
    before = _error(IDS[0], "Image is protected", "403 Forbidden", "Ask an admin")
    assert explain(before, _error(IDS[0], *lines), STDERR) is None
