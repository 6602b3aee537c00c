"""The operations in a recording, with statuses, parameters and fields."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from tests.conformance.test_findings import recording
from tests.sequences.runs import HOST, exchange
from tracer.conformance import recorded_operations
from tracer.model import Body, Cloud, Exchange

if TYPE_CHECKING:
    from tracer.conformance import OperationUse


def _with(made: Exchange, *, sent: object = None, answered: object = None) -> Exchange:
    request = msgspec.structs.replace(made.request, body=None if sent is None else _json(sent))
    assert made.response is not None
    response = msgspec.structs.replace(made.response, body=None if answered is None else _json(answered))
    return msgspec.structs.replace(made, request=request, response=response)


def _json(value: object) -> Body:
    text = json.dumps(value)
    return Body(type="application/json", size=len(text), json=text)


def _use(*exchanges: Exchange, operation: str = "compute.list-servers-detailed") -> OperationUse:
    return recorded_operations(recording(exchanges, cloud=Cloud(release="zed"))).uses[operation]


def test_operations_of_a_recording_without_labels() -> None:
    images = exchange("GET", f"{HOST}/image/v2/images?limit=1&marker=", 200)
    unknown = exchange("GET", f"{HOST}/image/v2/nothing", 404)
    recorded = recorded_operations(recording([images, unknown, images], cloud=Cloud(release="zed")))
    assert recorded.release == "zed"
    assert {each: use.exchanges for each, use in recorded.uses.items()} == {"image.list-images": 2}
    assert recorded.uses["image.list-images"].query == {"limit", "marker"}
    assert recorded.others == {"glance": 1}


def test_a_label_of_the_file_decides() -> None:
    labelled = msgspec.structs.replace(
        exchange("GET", f"{HOST}/image/v2/images", 200), operation="image.show-image"
    )
    assert [*recorded_operations(recording([labelled])).uses] == ["image.show-image"]


def test_the_example_is_the_first_success() -> None:
    url = f"{HOST}/image/v2/images/x"
    use = _use(*(exchange("GET", url, status) for status in (404, 200, 200)), operation="image.show-image")
    assert use.statuses == {200: 2, 404: 1}
    assert use.example == 1
    assert use.succeeded


def test_an_exchange_without_a_response_has_no_status() -> None:
    lost = msgspec.structs.replace(exchange("GET", f"{HOST}/image/v2/images", 200), response=None, error="x")
    use = _use(lost, operation="image.list-images")
    assert (use.exchanges, use.statuses, use.succeeded) == (1, {}, False)


def test_fields_are_those_of_the_outer_object_and_of_the_resource() -> None:
    listed = _with(
        exchange("GET", f"{HOST}/compute/v2.1/servers/detail", 200, to="nova"),
        answered={"servers": [{"id": "1", "flavor": {"vcpus": 1}}, {"name": "x"}], "servers_links": []},
    )
    use = _use(listed)
    assert use.response_fields == {"servers", "servers_links", "id", "flavor", "name"}
    assert use.response == use.response_fields | {"vcpus"}
    image = _with(exchange("GET", f"{HOST}/image/v2/images/x", 200), answered={"id": "1", "a": {"b": 1}})
    assert _use(image, operation="image.show-image").response_fields == {"id", "a"}


def test_fields_of_an_error_are_none_of_the_operation() -> None:
    failed = _with(exchange("GET", f"{HOST}/image/v2/images/x", 404), answered={"message": "x"})
    assert _use(failed, operation="image.show-image").response == frozenset()


def test_names_are_limited() -> None:
    long = {f"key-{number}": 1 for number in range(5_000)} | {"x" * 1_000: 1}
    use = _use(
        _with(exchange("POST", f"{HOST}/image/v2/images", 201), sent=long), operation="image.create-image"
    )
    assert len(use.request) == len(use.request_fields) == 1_000
