"""Values of two runs belong together one to one. A broken relation is a difference at its location."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.comparison.runs import exchange, output, run
from tracer.comparison import Comparison, compare

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording

A, B, C, D = (f"0b1c2d3e-0000-4000-8000-00000000000{number}" for number in range(4))


def image(asked: str, answered: str, name: str = "cirros") -> Exchange:
    return exchange(
        body={"name": name, "id": answered, "self": f"/v2/images/{answered}"},
        url=f"http://cloud/v2/images/{asked}",
    )


def login(token: str, host: str = "cloud:5000") -> Exchange:
    return exchange(
        "/v3/auth/tokens",
        method="POST",
        status=201,
        headers={"X-Subject-Token": token},
        url=f"http://{host}/v3/auth/tokens",
    )


def sending(token: str, made: Exchange) -> Exchange:
    request = msgspec.structs.replace(made.request, headers={"X-Auth-Token": token})
    return msgspec.structs.replace(made, request=request)


def places(found: Comparison) -> list[str]:
    every = [*found.differences, *found.folded]
    assert {difference.why for difference in every} <= {"mismatch"}
    assert len(found.differences) <= 1
    return [difference.place.rpartition("· ")[2] for difference in every]


@pytest.mark.parametrize(("new", "newer"), [(A, B), (C, D), (A, D)])
def test_other_ids_that_correspond_are_no_difference(new: str, newer: str) -> None:
    assert places(compare(run(image(A, A), image(B, B)), run(image(new, new), image(newer, newer)))) == []


@pytest.mark.parametrize("new", [A, C])
def test_a_request_for_another_object_is_a_difference(new: str) -> None:
    """The ID in the URL may be equal, or new: the response has another one."""
    found = compare(run(image(A, A)), run(image(B, new)))
    assert places(found) == ["path"]
    (difference,) = found.differences
    assert (difference.severity, difference.expected) == ("breaking", new)


def test_a_response_with_another_object_is_a_difference() -> None:
    before = run(image(A, A), image(A, A), output=output(f'{{"id": "{A}"}}'))
    after = run(image(A, A), image(A, B), output=output(f'{{"id": "{A}"}}'))
    assert places(compare(before, after)) == ["body.id", "body.self"]


def test_two_objects_do_not_become_one() -> None:
    before, after = run(image(A, A), image(B, B, "b")), run(image(C, C), image(C, C, "b"))
    assert places(compare(before, after)) == ["path", "body.id", "body.self"]


@pytest.mark.parametrize("first", ["<token-1>", "<token-3>", "<token-10>"])
def test_a_token_that_was_never_handed_out_is_a_difference(first: str) -> None:
    before = run(login("<token-1>"), sending("<token-1>", image(A, A)))
    same = run(login(first), sending(first, image(A, A)))
    assert places(compare(before, same)) == []
    other = run(login(first), sending("<token-2>", image(A, A)))
    assert places(compare(before, other)) == ["headers.X-Auth-Token"]


def test_a_request_to_another_host_is_a_difference() -> None:
    before = run(login("<token-1>", "a:1"), login("<token-1>", "a:1"), login("<token-1>", "a:1"))
    after = run(login("<token-1>", "b:1"), login("<token-1>", "c:1"), login("<token-1>", "b:1"))
    assert places(compare(before, after)) == ["host"]


def test_a_page_marker_belongs_to_the_page_before() -> None:
    def pages(last: str, marker: str) -> Recording:
        answer = {"images": [{"name": "a", "id": last}], "next": f"/v2/images?marker={last}"}
        first = exchange("/v2/images", answer, url="http://cloud/v2/images")
        return run(first, exchange("/v2/images", url=f"http://cloud/v2/images?marker={marker}"))

    assert places(compare(pages(A, A), pages(B, B))) == []
    assert places(compare(pages(A, A), pages(B, C))) == ["query.marker"]
    assert places(compare(pages(A, A), pages(A, C))) == ["query.marker"]


def test_objects_that_look_alike_are_no_evidence() -> None:
    """Which element is which is not known: IDs decide the order of the list, and differ."""
    roles = [{"role": {"id": A}}, {"role": {"id": B}}]
    named = exchange(body={"roles": [{"id": A, "name": "a"}, {"id": B, "name": "b"}]})
    before = run(named, exchange("/x", {"role_assignments": roles}))
    after = run(named, exchange("/x", {"role_assignments": roles[::-1]}))
    assert places(compare(before, after)) == []


def token(begins: str, ends: str) -> Recording:
    return run(exchange(body={"token": {"issued_at": begins, "expires_at": ends}}))


def test_the_lifetime_of_a_token_is_compared_and_its_moment_is_not() -> None:
    hour = token("2026-11-23T12:00:00.000000Z", "2026-11-23T13:00:00.000000Z")
    later = token("2026-11-24T07:30:00.000000Z", "2026-11-24T08:30:01.000000Z")
    assert compare(hour, later).differences == []
    longer = token("2026-11-24T07:30:00.000000Z", "2026-11-24T09:30:00.000000Z")
    (difference,) = compare(hour, longer).differences
    assert difference.place.endswith("body.token.expires_at")
    assert (difference.before, difference.after) == ("3600 s", "7200 s")


def test_a_key_with_an_id_belongs_to_the_relation() -> None:
    """Placement names a resource provider in a key of its allocations."""

    def allocations(provider: str, named: str) -> Exchange:
        return exchange(
            "/allocations", body={"allocations": {provider: {"MEMORY_MB": 512}}, "provider": named}
        )

    assert places(compare(run(allocations(A, A)), run(allocations(A, A)))) == []
    assert places(compare(run(allocations(A, A)), run(allocations(C, C)))) == []
    assert places(compare(run(allocations(A, A)), run(allocations(A, C)))) == ["body.provider"]


def test_a_server_may_get_the_first_address_of_a_pool() -> None:
    """Neutron chooses among the first addresses of the pool, by chance."""

    def subnet(first: str, given: str) -> Exchange:
        pool = {"allocation_pools": [{"start": first, "end": "10.0.0.254"}]}
        return exchange("/networking/v2.0/subnets", body={"subnets": [pool], "ports": [{"fixed_ip": given}]})

    assert places(compare(run(subnet("10.0.0.2", "10.0.0.7")), run(subnet("10.0.0.2", "10.0.0.2")))) == []
    twice = compare(
        run(subnet("10.0.0.2", "10.0.0.7"), subnet("10.0.0.2", "10.0.0.8")),
        run(subnet("10.0.0.2", "10.0.0.2"), subnet("10.0.0.2", "10.0.0.2")),
    )
    assert places(twice) == ["body.ports[0].fixed_ip"]
