"""Calls of services after the response: their order is chance."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.comparison.runs import exchange, run
from tracer.comparison import compare
from tracer.comparison.asynchronous import asynchronous_calls
from tracer.model import Body, Response

if TYPE_CHECKING:
    from tracer.model import Exchange

ID = "req-eabf491b-34c9-4538-bb1a-ab52b45b3443"
ASKED = msgspec.structs.replace(
    exchange("/servers", method="POST", headers={"x-compute-request-id": ID}, ended=1.0), receiver="nova"
)
POLL = msgspec.structs.replace(exchange("/servers/{}", started=2, ended=4), receiver="nova")


def call(
    started: float, path: str = "/ports", cause: str = ID, header: str = "X-OpenStack-Request-ID"
) -> Exchange:
    sent = exchange(path, started=started, ended=started + 0.1)
    request = msgspec.structs.replace(sent.request, headers={header: cause} if cause else {})
    return msgspec.structs.replace(sent, sender="nova", receiver="neutron", request=request)


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        ([call(0.5)], set()),
        ([call(3)], {3}),
        ([call(1.5), call(3, header="x-openstack-request-id")], {1.5, 3}),
        ([call(0.5, cause=""), call(1.5, cause=""), call(3, cause="")], {1.5}),
        ([call(3, cause="req-other")], set()),
    ],
)
def test_the_request_id_names_the_cause(calls: list[Exchange], found: set[float]) -> None:
    exchanges = sorted([ASKED, POLL, *calls], key=lambda each: each.started)
    assert {exchanges[index].started for index in asynchronous_calls(exchanges)} == found


def test_a_service_that_calls_itself_is_not_its_own_cause() -> None:
    itself = msgspec.structs.replace(call(5, cause=""), receiver="nova")
    assert asynchronous_calls([ASKED, itself]) == {1}


def test_a_long_request_covers_later_ones() -> None:
    long = msgspec.structs.replace(POLL, started=0.0, ended=9.0)
    assert asynchronous_calls([long, POLL, call(8, cause=""), call(9.5, cause="")]) == {3}


@pytest.mark.parametrize("order", [*itertools.permutations(("/a", "/b", "/c"))])
def test_asynchronous_calls_have_no_order(order: tuple[str, ...]) -> None:
    before = run(ASKED, POLL, *(call(5 + at, path) for at, path in enumerate(("/a", "/b", "/c"))))
    for place in range(1, 5):
        after = [ASKED, *(call(5 + at, path) for at, path in enumerate(order))]
        after.insert(place, POLL)
        assert compare(before, run(*after)).differences == []
    lost = compare(before, run(ASKED, POLL, *(call(5 + at, path) for at, path in enumerate(order[:2]))))
    assert [(one.kind, one.place) for one in lost.differences] == [("removed", f"GET {order[2]}")]


def test_equal_calls_are_paired_by_their_causes_and_contents() -> None:
    """Events for Nova in another order, and a call for the creation with one for a poll."""
    response = Response(status=200, headers={"x-compute-request-id": "req-2"})
    poll = msgspec.structs.replace(POLL, response=response)

    def event(started: float, name: str) -> Exchange:
        body = Body(type="application/json", size=9, json=f'{{"name": "{name}"}}')
        sent = call(started, "/events", "")
        request = msgspec.structs.replace(sent.request, method="POST", body=body)
        return msgspec.structs.replace(sent, sender="neutron", receiver="nova", request=request)

    before = run(ASKED, poll, call(4), call(5, cause="req-2"), event(6, "plugged"), event(7, "changed"))
    after = run(ASKED, poll, call(4, cause="req-2"), call(5), event(6, "changed"), event(7, "plugged"))
    assert compare(before, after).differences == []
    renamed = run(ASKED, poll, call(4, cause="req-2"), call(5), event(6, "other"), event(7, "plugged"))
    (found,) = compare(before, renamed).differences
    assert (found.before, found.after) == ("changed", "other")


def test_calls_before_the_response_have_an_order() -> None:
    before = run(ASKED, call(0.1, "/a"), call(0.3, "/b"))
    after = run(ASKED, call(0.1, "/b"), call(0.3, "/a"))
    assert [one.kind for one in compare(before, after).differences] == ["moved"]


@pytest.mark.parametrize(
    ("path", "status", "kinds"),
    [
        ("/identity/v3/auth/tokens", 200, []),
        ("/networking/v2.0/extensions", 200, []),
        ("/placement/allocations/{consumer_uuid}", 200, []),
        ("/placement/resource_providers/{uuid}/traits", 200, []),
        ("/placement/allocations/{consumer_uuid}", 404, ["added"]),
        ("/networking/v2.0/ports", 200, ["added"]),
    ],
)
def test_a_call_for_a_cache_may_be_missing(path: str, status: int, kinds: list[str]) -> None:
    sent = msgspec.structs.replace(exchange(path, status=status), sender="nova")
    assert [one.kind for one in compare(run(ASKED), run(ASKED, sent)).differences] == kinds
    by_client = msgspec.structs.replace(sent, sender="client")
    assert [one.kind for one in compare(run(ASKED), run(ASKED, by_client)).differences] == ["added"]


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_contents_that_cannot_be_read_are_compared_as_text(text: str) -> None:
    sent = call(2)
    calls = [
        msgspec.structs.replace(sent, response=exchange(text=content).response) for content in (text, "x")
    ]
    assert compare(run(ASKED, *calls), run(ASKED, *reversed(calls))).differences == []


def test_asynchronous_calls_are_paired_by_the_contents_of_their_responses() -> None:
    """Nova reads the allocations of a server and of its move, in any order."""

    def read(started: float, object_id: str, amount: int) -> Exchange:
        sent = call(started, "/allocations/{}")
        request = msgspec.structs.replace(sent.request, url=f"http://cloud/placement/allocations/{object_id}")
        answer = exchange(body={"used": amount, "id": object_id, "revision_number": int(started)}).response
        return msgspec.structs.replace(sent, request=request, response=answer)

    server, move = "94ab55fe-5108-4297-9766-9050678ab1e4", "12f39dcd-4b23-423c-9ab6-89d2bfba317f"
    before = run(ASKED, read(2, server, 512), read(3, move, 192))
    assert compare(before, run(ASKED, read(2, move, 192), read(3, server, 512))).differences == []
    (found,) = compare(before, run(ASKED, read(2, move, 192), read(3, server, 64))).differences
    assert (found.before, found.after) == ("512", "64")


def test_calls_of_several_threads_are_paired_by_their_parameters() -> None:
    """Two threads of Nova read a network, each with other fields, beside a request of the client."""

    def read(started: float, field: str, answer: str) -> Exchange:
        sent = call(started, "/networks/{}")
        url = f"http://cloud/networks/94ab55fe-5108-4297-9766-9050678ab1e4?fields={field}"
        request = msgspec.structs.replace(sent.request, url=url)
        response = exchange(body={field: answer}).response
        return msgspec.structs.replace(sent, request=request, response=response)

    first, second = ("mtu", "a"), ("segments", "b")
    late = msgspec.structs.replace(POLL, started=5.0, ended=6.0)
    for order in itertools.permutations([(2, first), (3, second), (4, first)]):
        calls = [read(2 + at, *each) for at, (_, each) in enumerate(order)]
        for place in range(4):
            before = run(ASKED, read(2, *first), read(3, *second), read(4, *first), late)
            after = [*calls[:place], late, *calls[place:]]
            assert compare(before, run(ASKED, *after)).differences == []
    before = run(ASKED, read(2, *first), read(3, *second), late)
    changed = run(ASKED, read(2, "segments", "other"), late, read(4, "mtu", "new"))
    found = {(one.before, one.after) for one in compare(before, changed).differences}
    assert found == {("a", "new"), ("b", "other")}


def test_validations_are_paired_by_the_use_of_the_token() -> None:
    """Which of two tokens of Nova a service validates again is chance: it keeps the results for a time."""

    def used(token: int, path: str) -> Exchange:
        sent = call(2 + token, path)
        headers = {**sent.request.headers, "X-Auth-Token": f"<token-{token}>"}
        return msgspec.structs.replace(sent, request=msgspec.structs.replace(sent.request, headers=headers))

    def validated(token: int, **headers: str) -> Exchange:
        sent = call(2.5 + token, "/identity/v3/auth/tokens", "")
        request = msgspec.structs.replace(
            sent.request, headers=headers or {"X-Subject-Token": f"<token-{token}>"}
        )
        return msgspec.structs.replace(sent, sender="neutron", receiver="keystone", request=request)

    uses = [used(1, "/a"), used(2, "/b")]
    before = run(ASKED, *uses, validated(1))
    assert compare(before, run(ASKED, *uses, validated(2))).differences == []
    assert compare(before, run(ASKED, *uses, validated(1), validated(2))).differences == []
    lost = compare(before, run(ASKED, *uses, validated(1, other="x"))).differences
    assert [(one.kind, one.place) for one in lost] == [
        ("removed", "GET /identity/v3/auth/tokens · headers.X-Subject-Token"),
        ("added", "GET /identity/v3/auth/tokens · headers.other"),
    ]
