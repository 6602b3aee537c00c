"""Labels of service calls: unified limits, Swift as a store, and calls without a documented neighbour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.sequences import runs
from tests.sequences.runs import HOST, exchange
from tests.sequences.test_catalog import HANGUL
from tracer.sequences import Entry, find, match
from tracer.sequences.loading import common_calls
from tracer.sequences.templates import is_version_path

if TYPE_CHECKING:
    from tracer.model import Exchange

PROJECT = "0123456789abcdef0123456789abcdef"
SWIFT = "http://192.0.2.10:8080/v1"
IMAGE_CREATE = find("image-create")
LIMITS = f"{HOST}/identity/v3"
DOCUMENTS = {
    "keystone": "identity/v3",
    "swift": "object-store",
    "glance": "image/versions",
    "neutron": "network/v2",
    "placement": "placement",
}


def _create(*calls: Exchange) -> list[Exchange]:
    """Return a run of `image create` in which Glance sends ``calls`` during the POST."""
    created = exchange("POST", f"{HOST}/image/v2/images", 201, token=True)
    before = [msgspec.structs.replace(each, ended=0.0) for each in runs.prologue()]
    timed = [msgspec.structs.replace(call, started=0.2, ended=0.3) for call in calls]
    return [*before, msgspec.structs.replace(created, started=0.1, ended=0.9), *timed]


def _keystone(path: str, status: int = 200, method: str = "GET") -> Exchange:
    return exchange(method, f"{LIMITS}/{path}", status, sender="glance", token=True)


def _swift(method: str, path: str, status: int) -> Exchange:
    return exchange(method, f"{SWIFT}/{path}", status, to="swift", sender="glance", token=True)


def test_unified_limits_are_optional_calls() -> None:
    calls = [
        _keystone("limits/model"),
        _keystone(f"endpoints/{PROJECT}"),
        _keystone(f"limits?service_id={PROJECT}&resource_name=image_size_total"),
        _keystone(f"registered_limits?service_id={PROJECT}&resource_name=image_size_total"),
        _keystone("services?type=image"),
        _keystone("regions/RegionOne"),
        _keystone(f"endpoints?service_id={PROJECT}"),
    ]
    result = match(_create(*calls), IMAGE_CREATE)
    assert (result.verdict, result.explanations) == ("conforms", [])
    assert [label.verdict for label in result.labels[4:]] == ["optional"] * 7
    assert [label.path.removeprefix("/identity/v3/") for label in result.labels[4:]] == [
        "limits/model", "endpoints/{endpoint_id}", "limits", "registered_limits", "services",
        "regions/{region_id}", "endpoints",
    ]  # fmt: skip


def test_what_nova_keeps_for_minutes_is_read_again_for_any_request() -> None:
    """The first server causes these calls, and later each request after five minutes."""
    provider = f"{HOST}/placement/resource_providers/{PROJECT}"
    calls = [
        exchange("GET", url, status, to=receiver, sender="nova", token=True)
        for receiver, url, status in (
            ("glance", f"{HOST}/image/", 300),
            ("neutron", f"{HOST}/networking/v2.0/extensions", 200),
            ("placement", f"{HOST}/placement/resource_providers?in_tree={PROJECT}", 200),
            ("placement", f"{provider}/inventories", 200),
            ("placement", f"{provider}/aggregates", 200),
            ("placement", f"{provider}/traits", 200),
        )
    ]
    result = match(_create(*calls), IMAGE_CREATE)
    assert (result.verdict, result.explanations) == ("conforms", [])
    assert [label.verdict for label in result.labels[4:]] == ["optional"] * 6


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (_keystone("limits", 403), "would be the call GET /v3/limits to keystone, but the status is 403"),
        (
            _keystone("limits", 201, "POST"),
            "nearest comes the call GET /v3/limits to keystone, but the method",
        ),
    ],
)
def test_a_refused_or_another_request_about_limits_deviates(call: Exchange, reason: str) -> None:
    result = match(_create(call), IMAGE_CREATE)
    assert result.verdict == "deviates"
    assert reason in result.reasons[4]


@pytest.mark.parametrize(
    ("account", "container", "name", "path"),
    [
        (f"AUTH_{PROJECT}", "glance", runs.IMAGE_ID, "/v1/AUTH_{project_id}/glance/{image_id}"),
        (f"AUTH_{PROJECT}", "glance_9c3", runs.IMAGE_ID, "/v1/AUTH_{project_id}/{container}/{object}"),
    ],
)
def test_swift_as_a_store_is_an_optional_call(account: str, container: str, name: str, path: str) -> None:
    calls = [
        _swift("HEAD", f"{account}/{container}", 404),
        _swift("PUT", f"{account}/{container}", 201),
        _swift("PUT", f"{account}/{container}/{name}", 201),
        _swift("HEAD", f"{account}/{container}/{name}", 200),
        _swift("GET", f"{account}/{container}/{name}", 206),
        _swift("DELETE", f"{account}/{container}/{name}", 204),
    ]
    result = match(_create(*calls), IMAGE_CREATE)
    assert (result.verdict, result.explanations) == ("conforms", [])
    assert [label.verdict for label in result.labels[4:]] == ["optional"] * 6
    assert [label.path for label in result.labels[4:]] == [path.rpartition("/")[0]] * 2 + [path] * 4


def test_a_piece_of_a_large_image_is_an_object() -> None:
    piece = _swift("PUT", f"AUTH_{PROJECT}/glance/{runs.IMAGE_ID}-00001", 201)
    assert match(_create(piece), IMAGE_CREATE).labels[4].path == "/v1/AUTH_{project_id}/{container}/{object}"


def test_a_failed_request_to_the_store_has_a_wrong_status() -> None:
    call = _swift("PUT", f"AUTH_{PROJECT}/glance/{runs.IMAGE_ID}", 507)
    result = match(_create(call), IMAGE_CREATE)
    assert (result.verdict, result.labels[4].verdict) == ("deviates", "wrong-status")


def test_the_client_itself_does_not_ask_the_store() -> None:
    call = msgspec.structs.replace(_swift("HEAD", f"AUTH_{PROJECT}/glance", 204), sender="client")
    result = match(_create(call), IMAGE_CREATE)
    assert result.labels[4].verdict == "unexpected"
    assert result.reasons == {4: "not documented"}


@pytest.mark.parametrize(
    "call",
    [
        exchange("GET", f"{HOST}/dns/v2/zones", 200, to="designate", sender="glance"),
        exchange("GET", f"{HOST}/dns/", 300, to="designate", sender="glance"),
        exchange("GET", f"{HOST}/volume/v3", 200, to="cinder", sender="glance"),
        exchange("POST", f"{HOST}/v1/secrets", 201, to="barbican", sender="glance"),
    ],
)
def test_a_call_that_nothing_resembles_has_no_nearest_call(call: Exchange) -> None:
    result = match(_create(call), IMAGE_CREATE)
    assert result.labels[4].verdict == "unexpected"
    assert result.reasons == {4: "not documented"}


@pytest.mark.parametrize("call", common_calls(), ids=lambda call: f"{call.method} {call.path}")
def test_each_common_call_is_described_in_korean_and_english(call: Entry) -> None:
    for text in (call.summary, call.request, call.response):
        assert set(text) == {"en", "ko"}
        assert not HANGUL.search(text["en"])
        assert text["en"].endswith(".")
        assert HANGUL.search(text["ko"])
        assert text["ko"].endswith("다.")
    page = f"https://docs.openstack.org/api-ref/{DOCUMENTS[call.receiver]}/index.html"
    # The reference of Keystone has no operation for version discovery.
    if call.receiver == "keystone" and is_version_path(call.path):
        assert call.reference == page
    else:
        assert re.fullmatch(re.escape(f"{page}#") + "[a-z][a-z0-9-]+", call.reference)
