"""Path templates: fitting one, and taking the values of a run out of a path that none fits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.sequences.templates import fits, generic, normal, possible_names, with_query

DOCUMENTED = Path(__file__).with_name("documented_paths.txt")

ID = "9c31f2c6-f22c-440e-b670-d8d5a5cc0405"
HEX = "a5362cbd04fd4783a038d5a342d58e87"


@pytest.mark.parametrize(
    ("path", "template"),
    [
        (f"/image/v2/images/{ID}", "/image/v2/images/{image_id}"),
        (f"/image/v2/images/{ID}/file", "/image/v2/images/{image_id}/file"),
        ("/image/v2/images/ubuntu", "/image/v2/images/ubuntu"),
        ("/image/v2/images/my%20image", "/image/v2/images/{image_id}"),
        ("/identity/v3/auth/tokens", "/identity/v3/auth/tokens"),
        ("/identity/v2.0/tokens/<token-1>", "/identity/v2.0/tokens/{token_id}"),
        ("/identity/v3/domains/default", "/identity/v3/domains/default"),
        (f"/identity/v3/users/{HEX}/projects", "/identity/v3/users/{user_id}/projects"),
        (f"/volume/v3/{HEX}/volumes/detail", "/volume/v3/{project_id}/volumes/detail"),
        ("/compute/v2.1/flavors/1/os-extra_specs", "/compute/v2.1/flavors/{flavor_id}/os-extra_specs"),
        ("/compute/v2.1/os-fixed-ips/192.0.2.7", "/compute/v2.1/os-fixed-ips/{fixed_ip_id}"),
        (f"/v2.0/security-groups/sg-{HEX}", "/v2.0/security-groups/{security_group_id}"),
        (f"/v3/policies/{HEX}", "/v3/policies/{policy_id}"),
        (f"/v2.0/addresses/{ID}", "/v2.0/addresses/{address_id}"),
        (f"/v1/AUTH_{HEX}", "/v1/AUTH_{project_id}"),
        (f"/v1/AUTH_{HEX[:-1]}f/glance", "/v1/AUTH_{project_id}/glance"),
        (f"/swift/v1/SERVICE_{ID}/images/{ID}", "/swift/v1/SERVICE_{project_id}/images/{image_id}"),
        ("/metric/v1/resource/instance/1234", "/metric/v1/resource/instance/{id}"),
        ("/v2/schemas/image", "/v2/schemas/image"),
        ("/placement/allocation_candidates", "/placement/allocation_candidates"),
        ("/v2/images/", "/v2/images"),
        ("//v2///images", "/v2/images"),
        ("/", "/"),
        ("", "/"),
    ],
)
def test_the_template_of_a_path_that_is_not_documented(path: str, template: str) -> None:
    assert generic(path) == template


def test_a_name_is_a_value_after_a_collection_only() -> None:
    names = {"cirros-0.5.2", "mine", "file", "image", "default", "namespaces"}
    assert generic("/image/v2/images/cirros-0.5.2/file", names) == "/image/v2/images/{image_id}/file"
    assert generic("/os-keypairs/mine", names) == "/os-keypairs/{keypair_id}"
    assert generic("/image/v2/images/cirros-0.5.3", names) == "/image/v2/images/cirros-0.5.3"
    assert generic(f"/v2/images/{ID}/file", names) == "/v2/images/{image_id}/file"
    assert generic("/v2/schemas/image", names) == "/v2/schemas/image"
    assert generic("/v3/types/default", names) == "/v3/types/default"


def test_possible_names_are_words_after_a_collection() -> None:
    assert list(possible_names(f"/v2/images/ubuntu/tags/{HEX}")) == ["ubuntu"]
    assert list(possible_names("/v2/schemas/images")) == list(possible_names("/servers/detail")) == []
    assert list(possible_names("/v2/metadefs/namespaces/OS::Nova")) == ["namespaces"]


@pytest.mark.parametrize("value", [ID, HEX, "4711", "<image-1>", "my%20image", f"req-{ID}"])
def test_words_of_the_documented_paths_stay_and_ids_become_parameters(value: str) -> None:
    parameter = re.compile(r"\{[^}]*\}")
    paths = [line.split()[1] for line in DOCUMENTED.read_text().splitlines() if line[0] != "#"]
    assert len(paths) > 600
    wrong = {
        path: template
        for path in paths
        if parameter.sub("{}", template := generic(parameter.sub(value, path))) != parameter.sub("{}", path)
    }
    assert wrong == {}


@given(st.lists(st.sampled_from(["v2", "images", "x", "status"]), max_size=4), st.uuids(), st.booleans())
def test_no_id_is_left(before: list[str], value: object, dashes: bool) -> None:
    text = str(value) if dashes else str(value).replace("-", "")
    assert text not in generic("/".join(["", *before, text, "file"]))


@given(st.text())
def test_any_path_becomes_a_harmless_template(path: str) -> None:
    template = generic(path)
    assert template.startswith("/")
    assert template.isascii()
    assert template.isprintable()
    assert len(template) <= 2 + 90 * (1 + path.count("/"))
    assert generic(template) == template or "{" in template


def test_fitting() -> None:
    assert fits("/v2/images/{image_id}", f"/v2/images/{ID}")
    assert fits("/", normal(""))
    assert not fits("/v2/images/{image_id}", "/v2/images")
    assert not fits("/v2/images/{image_id}", f"/v2/images/{ID}/file")
    assert not fits("/v2.0/ports", "/v2x0/ports")
    assert fits("/v2/images/{image_id}", "/v2/images/a/b", names=True)
    assert not fits("/v2/images/{image_id}/file", "/v2/images/a/b/file", names=True)


def test_a_query_that_tells_templates_apart() -> None:
    assert with_query("/v2/images", {}) == "/v2/images"
    assert with_query("/v2/images", {"name": "{n}", "limit": "1"}) == "/v2/images?name={n}&limit=1"
