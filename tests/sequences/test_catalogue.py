"""Which service answers at a URL: the token's catalogue first, then the path; hostile parts are ignored."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.sequences.runs import HOST, exchange, login, token_body
from tracer.model import Body, Response
from tracer.sequences import Catalogue, participant_label, service_of, well_known


def _catalogue(*services: tuple[str, str], login_url: str = "http://cloud:5000/v3/auth/tokens") -> Catalogue:
    body = {"token": {"catalog": [{"type": kind, "endpoints": [{"url": url}]} for kind, url in services]}}
    return Catalogue.from_exchanges([exchange("POST", login_url, 201, body=body)])


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("http://cloud:9292/", ("glance", "")),
        ("http://cloud:9292/v2/images/x", ("glance", "")),
        ("HTTP://CLOUD:9292", ("glance", "")),
        ("http://cloud/openstack/compute/v2.1/servers", ("nova", "/openstack/compute")),
        ("http://cloud:80/openstack/compute/", ("nova", "/openstack/compute")),
        ("http://cloud/openstack/computers", None),
        ("http://cloud:8776/v3/123/volumes/detail", ("cinder", "")),
        ("http://cloud:8080/v1/AUTH_1/container", ("swift", "")),
        ("http://cloud:5000/v3/users", ("keystone", "")),
        ("http://other/openstack/compute/v2.1", ("nova", "/openstack/compute")),
        ("http://other:9292/v2/images", None),
        ("https://images:443/v2/images", ("glance", "")),
        ("http://other/placement/resource_providers", ("placement", "/placement")),
        ("http://cloud:1/", None),
        ("http://cloud:9999/tuskar/v2/plans", ("tuskar", "/tuskar")),
        ("not a url [", None),
        ("http://cloud:99999/", None),
        ("", None),
    ],
)
def test_a_service_by_its_url(url: str, service: tuple[str, str] | None) -> None:
    catalogue = _catalogue(
        ("image", "http://cloud:9292"),
        ("image", "https://images/v2"),
        ("compute", "http://cloud/openstack/compute/v2.1"),
        ("volumev3", "http://cloud:8776/v3/$(project_id)s"),
        ("object-store", "http://cloud:8080/v1/AUTH_5"),
        ("tuskar", "http://cloud:9999/tuskar/"),
    )
    assert catalogue.service(url) == service


def test_the_catalogue_wins_over_the_usual_mount() -> None:
    catalogue = _catalogue(("baremetal", "http://cloud/image"))
    assert catalogue.service("http://cloud/image/v1/nodes") == ("ironic", "/image")
    assert catalogue.service("http://elsewhere/image/v1/nodes") == ("glance", "/image")


def test_without_a_catalogue_the_mount_tells() -> None:
    assert Catalogue().service(f"{HOST}/identity/v3/auth/tokens") == ("keystone", "/identity")
    assert Catalogue().service(f"{HOST}/image") == ("glance", "/image")
    assert Catalogue().service(f"{HOST}:5000/v3/auth/tokens") is None
    assert well_known(f"{HOST}/metric/v1") == ("gnocchi", "/metric")


def test_who_hands_out_a_token_is_keystone() -> None:
    catalogue = Catalogue.from_exchanges([exchange("POST", "http://alias:5000/v3/auth/tokens", 201)])
    assert catalogue.service("http://alias:5000") == ("keystone", "")
    refused = Catalogue.from_exchanges([exchange("POST", "http://alias:5000/v3/auth/tokens", 401)])
    assert refused.service("http://alias:5000") is None


def test_a_service_at_the_root_does_not_hide_a_well_known_mount() -> None:
    catalogue = _catalogue(("image", "http://cloud/"))
    assert catalogue.service("http://cloud/identity/v3") == ("keystone", "/identity")
    assert catalogue.service("http://cloud/v2/images") == ("glance", "")


def test_the_mount_of_a_service_that_is_not_known_ends_at_the_version() -> None:
    assert Catalogue().mount("http://cloud/some/where/v2.1/images") == "/some/where"
    assert Catalogue().mount("http://cloud/some/where") == ""
    assert Catalogue().mount("nonsense [") == ""


@pytest.mark.parametrize(
    ("participant", "service"),
    [
        ("nova", "nova"),
        ("nova-compute", "nova"),
        ("neutron-rpc-server", "neutron"),
        ("ironic-inspector", "ironic-inspector"),
        ("identity-provider", "identity-provider"),
        ("client", "client"),
        ("service-1", "service-1"),
    ],
)
def test_the_service_of_a_process(participant: str, service: str) -> None:
    assert service_of(participant) == service


def test_labels() -> None:
    assert participant_label("client") == "openstack-client"
    assert participant_label("glance") == "glance-api"
    assert participant_label("service-1") == "service-1"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
part = st.sampled_from(
    ["identity", "", "Image;<b>", "x" * 99, "http://[", "http://h:1/\x00", "http://h:0/a/v2"]
)


@given(
    st.one_of(
        json_values,
        st.builds(lambda value: {"token": {"catalog": value}}, json_values),
        st.builds(lambda value: {"token": {"catalog": [{"type": value, "endpoints": value}]}}, json_values),
        st.builds(
            lambda kind, url: {"token": {"catalog": [{"type": kind, "endpoints": [{"url": url}]}]}},
            part,
            part,
        ),
    )
)
def test_any_json_may_come(body: Any) -> None:
    catalogue = Catalogue.from_exchanges(
        [exchange("POST", f"{HOST}/identity/v3/auth/tokens", 201, body=body)]
    )
    service = catalogue.service(f"{HOST}/identity/v3")
    assert service is not None
    assert catalogue.service("http://h:0/a/v2/x") in (None, ("keystone", "/a"))


@pytest.mark.parametrize("text", ["", "{", "NaN", "[" * 5000, '{"token": {"catalog": [1, null]}}', "\ud800"])
def test_what_is_no_json_is_ignored(text: str) -> None:
    broken = replace(login(), response=Response(status=201, body=Body(size=1, json=text)))
    assert Catalogue.from_exchanges([broken, login()]).service(f"{HOST}/image") == ("glance", "/image")


def test_only_a_token_response_is_believed() -> None:
    body = token_body(glance=f"{HOST}/trap")
    catalogue = Catalogue.from_exchanges([exchange("GET", f"{HOST}/image/v2/images/x", 200, body=body)])
    assert catalogue.service(f"{HOST}/trap/v2/images") is None
