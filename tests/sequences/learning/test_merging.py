"""Steps that only some recordings have, in an order of their own, or after a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sequences.learning.runs import (
    HEX,
    IDS,
    USERS,
    group,
    images,
    looked_up,
    matched,
    named,
    problems,
    recording,
    user,
)
from tests.sequences.runs import HOST, by_name, exchange, hidden, login, show
from tracer.sequences import AnyOrder, Entry
from tracer.sequences.learning import learn

if TYPE_CHECKING:
    from tracer.model import Exchange


def test_pages_are_a_loop() -> None:
    pages = [images("?limit=2"), images("?limit=2&marker=a"), images("?limit=2&marker=b")]
    (listed,) = learn(named(pages, [images()], [images("?limit=9")])).entries
    assert (listed.path, listed.query, listed.loop, listed.optional) == ("/v2/images", {}, True, False)
    (once,) = learn(named([images()], [images("?limit=9")])).entries
    assert once.loop is False


def test_a_poll_until_it_is_gone_is_a_loop_with_both_statuses() -> None:
    polled, deleted = [show(), show(), show(status=404)], [show(), show(status=404)]
    (entry,) = learn(named(polled, deleted)).entries
    assert (entry.statuses, entry.loop, entry.fallback) == ((200, 404), True, None)


def test_steps_in_different_orders() -> None:
    learned = learn(named([login(), user("a"), group("b"), show()], [login(), group("c"), user("d"), show()]))
    assert [type(item) for item in learned.exchanges] == [Entry, AnyOrder, Entry]
    assert [entry.path for entry in learned.entries[1:3]] == ["/v3/groups/{group_id}", "/v3/users/{user_id}"]
    assert learned.steps == tuple(range(1, 9))
    assert matched(recording([login(), user("x"), show()]), learned).verdict == "deviates"
    without = learn(named([user("a"), group("b")], [group("c"), user("d")], [user("e")]))
    assert [entry.optional for entry in without.entries] == [True, False]


def test_what_only_some_runs_have_between_steps_in_different_orders_is_one_of_them() -> None:
    (item,) = learn(named([user("a"), show(), group("b")], [group("c"), user("d")])).exchanges
    assert isinstance(item, AnyOrder)
    assert [(entry.path, entry.optional) for entry in item.any_order] == [
        ("/v3/users/{user_id}", False),
        ("/v2/images/{image_id}", True),
        ("/v3/groups/{group_id}", False),
    ]


def test_more_steps_than_a_group_may_have_are_optional_at_both_places() -> None:
    kinds = ("users", "groups", "roles", "domains", "regions", "services", "endpoints")
    run = [exchange("GET", f"{HOST}/identity/v3/{kind}", 200) for kind in kinds]
    recordings = named(run, run[::-1])
    learned = learn(recordings)
    assert not any(isinstance(item, AnyOrder) for item in learned.exchanges)
    assert problems(learned, recordings) == {}


def test_what_only_a_failure_led_to_is_a_fallback() -> None:
    (entry,) = learn(
        named([show()], [show("x", 403), by_name("x")], [show("y", 404), by_name("y"), hidden()])
    ).entries
    assert entry.fallback is not None
    assert (entry.statuses, entry.fallback.status) == ((200,), (400, 403, 404))
    assert [(follower.query, follower.optional) for follower in entry.fallback.then] == [
        ({"name": "{image_name}"}, False),
        ({"os_hidden": "True"}, True),
    ]


def test_a_lookup_that_failed_always_is_one_by_id_and_then_by_name() -> None:
    learned = learn(named([show("x", 404), by_name("x")], [show("y", 404), by_name("y")]))
    (entry,) = learned.entries
    assert (entry.statuses, entry.optional, entry.loop) == ((200,), False, False)
    assert looked_up(entry) == [("/v2/images", {"name": "{image_name}"}, (200,))]
    assert matched(recording([show()]), learned).verdict == "conforms"
    assert matched(recording([show("x", 404)]), learned).verdict == "deviates"


def test_a_lookup_that_never_failed_is_one_by_id_and_then_by_name() -> None:
    def put(project: str, person: str) -> Exchange:
        return exchange("PUT", f"{HOST}/identity/v3/projects/{project}/users/{person}", 204)

    learned = learn(named(*([user(some), put(HEX, some)] for some in USERS)))
    (lookup, change) = learned.entries
    assert looked_up(lookup) == [("/v3/users", {"name": "{user_name}"}, (200, 403))]
    assert change.fallback is None
    listed = exchange("GET", f"{HOST}/identity/v3/users?name=demo", 200, token=True)
    run = [user("demo", 404), listed, put(HEX, USERS[0])]
    assert matched(recording(run), learned).verdict == "conforms"
    refused = exchange("GET", f"{HOST}/identity/v3/users?name=demo", 403, token=True)
    assert matched(recording([user("demo", 403), refused, put(HEX, "demo")]), learned).verdict == "conforms"
    assert matched(recording(run[:2]), learned).verdict == "deviates"
    assert matched(recording([user("demo", 404), put(HEX, "demo")]), learned).verdict == "deviates"


@pytest.mark.parametrize("by_names", [True, False])
def test_a_lookup_before_a_request_with_the_id_is_the_same_step(by_names: bool) -> None:
    listed = exchange(
        "GET", f"{HOST}/image/v2/images?name=x", 200, token=True, body={"images": [{"id": IDS[0]}]}
    )
    with_name, with_id = [show("x", 404), listed, show(IDS[0])], [show(IDS[0]), show(IDS[0])]
    first, second = (with_name, with_id) if by_names else (with_id, with_name)
    learned = learn(named(first))
    (entry,) = learned.entries
    assert (entry.path, entry.loop, entry.statuses) == ("/v2/images/{image_id}", True, (200,))
    assert matched(recording(second), learned).verdict == "conforms"


def test_an_id_from_a_response_is_no_lookup() -> None:
    created = exchange("POST", f"{HOST}/image/v2/images", 201, body={"id": IDS[0]})
    _, shown = learn(named([created, show(IDS[0])], command="openstack image create x")).entries
    assert shown.fallback is None


def test_a_search_that_follows_no_lookup_is_a_step() -> None:
    entries = learn(named([show("x", 404), images("?sort=a")], [show("y", 404), images("?sort=b")])).entries
    assert [(entry.statuses, entry.fallback) for entry in entries] == [((404,), None), ((200,), None)]


def test_a_failure_that_nothing_follows_is_a_status() -> None:
    (entry,) = learn(named([show()], [show(status=404)])).entries
    assert (entry.statuses, entry.fallback) == ((200, 404), None)


def test_what_some_runs_lack_is_optional() -> None:
    first, second = learn(named([user("a"), show()], [show()])).entries
    assert (first.optional, second.optional) == (True, False)
