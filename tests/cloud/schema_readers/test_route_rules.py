from __future__ import annotations

import pytest

from tracer.cloud.schema_readers.route_rules import narrowed, template


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/servers/{id}", "/servers/{id}"),
        (r"/{project_id:[0-9a-f\-]+}/volumes/{id}.:(format)", "/volumes/{id}"),
        (
            r"{project_id:[0-9a-f\-]{32}}/volumes/:volume_id/metadata/:(id)",
            "/volumes/{volume_id}/metadata/{id}",
        ),
        ("/images/{image_id}.{format}", "/images/{image_id}"),
        ("/os-quota-sets/{id}/defaults{.format}", "/os-quota-sets/{id}/defaults"),
    ],
)
def test_a_path_of_the_library_becomes_a_template(path: str, expected: str) -> None:
    assert template(path) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("", ""), ("", ""), ("", "")),
        (("2.1", "2.35"), ("", ""), ("2.1", "2.35")),
        (("2.10", ""), ("2.9", "2.91"), ("2.10", "2.91")),
        (("2.2", "2.9"), ("2.10", ""), None),
        (("", "2.100"), ("2.99", "2.101"), ("2.99", "2.100")),
    ],
)
def test_two_ranges_have_the_microversions_of_both(
    first: tuple[str, str], second: tuple[str, str], expected: tuple[str, str] | None
) -> None:
    assert narrowed(first, second) == narrowed(second, first) == expected
