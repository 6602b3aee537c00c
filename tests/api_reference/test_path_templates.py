from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.api_reference.path_templates import path_values, shape_of


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("/v2/images/{image_id}", "/v2/images/{}"),
        ("/v2.0/taas/tap_services/{tap_service_id/name}", "/v2.0/taas/tap_services/{}"),
        ("/v2/reverse/floatingips/{region}:{floatingip_id}", "/v2/reverse/floatingips/{}:{}"),
        ("/v3/default-types/{project-id}", "/v3/default-types/{}"),
    ],
)
def test_a_shape_has_no_names(template: str, expected: str) -> None:
    assert shape_of(template) == expected


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("/v2/images/{image_id}", "/v2/images/9c31", {"image_id": "9c31"}),
        ("/v2/images/{image_id}", "/v2/images/9c31/file", None),
        ("/v2/images/{image_id}", "/v2/images/", None),
        ("/v1/{container}/{object}", "/v1/b/c/d", {"container": "b", "object": "c/d"}),
        ("/a/{region}:{id}", "/a/RegionOne:1", {"region": "RegionOne", "id": "1"}),
        ("/v2.0/networks", "/v2x0/networks", None),
        ("/{api_version}", "/v2.1", {"api_version": "v2.1"}),
        ("/{api_version}", "/healthcheck", None),
    ],
)
def test_values_of_parameters(template: str, path: str, expected: dict[str, str] | None) -> None:
    assert path_values(template, path) == expected


@given(st.lists(st.text("abc-._~", min_size=1), min_size=1, max_size=5))
def test_a_path_has_the_values_that_were_put_into_a_template(texts: list[str]) -> None:
    template = "".join(f"/x/{{p{number}}}" for number, _ in enumerate(texts))
    path = "".join(f"/x/{text}" for text in texts)
    assert path_values(template, path) == {f"p{number}": text for number, text in enumerate(texts)}
