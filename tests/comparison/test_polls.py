"""Requests that a client repeats until an object has reached a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.comparison.polled import (
    ACTIVE,
    LIST,
    MOMENTS,
    TASK,
    called,
    created,
    moments,
    polled,
    show,
    waited,
)
from tests.comparison.runs import exchange, run
from tests.operations import operations
from tracer.comparison import compare
from tracer.comparison.polls import Polls
from tracer.comparison.request_keys import request_key

if TYPE_CHECKING:
    from tracer.comparison import Comparison
    from tracer.comparison.request_keys import RequestKey
    from tracer.model import Exchange

ID, OTHER_ID = "5c322a19-bf79-44b2-88a4-1eb1cc4b354a", "6c322a19-bf79-44b2-88a4-1eb1cc4b354b"


def found(exchanges: list[Exchange]) -> dict[int, Any]:
    return dict(Polls(exchanges).found)


@given(moments, moments)
def test_the_polls_of_two_runs_are_chance(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    found = compare(created(before), created(after))
    assert found.differences == []
    assert compare(created(before, status=404), created(after, status=404)).differences == []
    if before != after:
        assert found.suppressed != []
        assert compare(created(before), created(after), strict=True).differences != []


@given(
    moments,
    moments,
    st.sampled_from(
        [
            ACTIVE | {"status": "ERROR"},
            ACTIVE | {"status": "BUILD"},
            ACTIVE | {"host": None},
            {key: value for key, value in ACTIVE.items() if key != "progress"},
            ACTIVE | {"new": 1},
        ]
    ),
)
def test_the_last_response_is_compared(
    before: list[dict[str, Any]], after: list[dict[str, Any]], last: dict[str, Any]
) -> None:
    for found in (
        compare(created(before), created(after, last)),
        compare(created(before, last), created(after)),
    ):
        assert [one.place for one in found.differences if "body.server" in one.place] != []


@given(moments, moments)
def test_a_failure_of_the_last_request_is_found(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    found = compare(created(before), created(after, status=500))
    assert [one.kind for one in found.differences] == ["status"]


@pytest.mark.parametrize("extra", [1, 2])
def test_a_request_that_shows_a_lasting_state_is_no_poll(extra: int) -> None:
    asked_more = run(*created(MOMENTS[:1]).exchanges, *[show(ACTIVE)] * extra)
    found = compare(created(MOMENTS[:1]), asked_more)
    assert [one.kind for one in found.differences] == ["added"] * extra


def test_a_run_that_waits_for_the_first_time_is_found() -> None:
    begins = created([]).exchanges[0]
    found = compare(run(begins), created(MOMENTS[:2]))
    assert [(one.kind, one.place) for one in found.differences] == [
        ("added", "GET /compute/v2.1/servers/{server_id} (3)")
    ]


@pytest.mark.parametrize(
    ("content", "is_poll"),
    [
        ({"server": {"status": "BUILD"}}, True),
        ({"server": {"status": "SHUTOFF", TASK: "powering-on"}}, True),
        ({"server": {"status": "VERIFY_RESIZE", TASK: None}}, False),
        ({"volume": {"status": "creating"}}, True),
        ({"volume": {"status": "in-use"}}, False),
        ({"status": "queued", "name": "image"}, True),
        ({"status": "active"}, False),
        ({"stack": {"stack_status": "CREATE_IN_PROGRESS"}}, True),
        ({"stack": {"stack_status": "CREATE_FAILED"}}, False),
        ({"loadbalancer": {"provisioning_status": "PENDING_UPDATE"}}, True),
        ({"servers": [{"status": "BUILD"}]}, False),
        (["BUILD"], False),
        (None, False),
    ],
)
def test_a_poll_shows_an_object_in_transition(content: object, is_poll: bool) -> None:
    assert bool(found([exchange("/x", content), exchange("/x", {})])) == is_poll
    assert found([exchange("/x", content)]) == {}, "the last request shows the result"
    assert found([exchange("/x", content, url="http://cloud/x/1"), exchange("/x", content)]) == {}
    assert found([exchange("/x", content, method="PUT"), exchange("/x", content, method="PUT")]) == {}


def test_a_body_that_is_no_json_is_no_poll() -> None:
    assert found([exchange("/x", text="{"), exchange("/x", text="[" * 100_000), exchange("/x")]) == {}


@given(polled, polled)
def test_the_calls_under_the_polls_of_two_runs_are_chance(
    before: list[tuple[Exchange, list[Exchange]]], after: list[tuple[Exchange, list[Exchange]]]
) -> None:
    assert compare(waited(before), waited(after)).differences == []


@given(polled, polled, st.data())
def test_a_call_of_a_new_kind_under_any_poll_is_found(
    before: list[tuple[Exchange, list[Exchange]]],
    after: list[tuple[Exchange, list[Exchange]]],
    data: st.DataObject,
) -> None:
    number = data.draw(st.integers(0, len(after) - 1))
    new, failed = called("/networking/v2.0/floatingips"), called(LIST, status=500)
    assert kinds(compare(waited(before), waited(after, (number, new)))) == ["added"]
    assert kinds(compare(waited(after, (number, new)), waited(before))) == ["removed"]
    twice = waited([*after, after[number]], (number, new), (len(after), new))
    assert kinds(compare(waited(before), twice)) == ["added"], "however often it is repeated"
    assert kinds(compare(waited(before), waited(after, (number, failed)))) in (["added"], ["status"])


@given(polled, st.data())
def test_a_call_of_a_new_kind_is_found_if_the_other_run_asks_once(
    after: list[tuple[Exchange, list[Exchange]]], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(after) - 1))
    new = called("/networking/v2.0/floatingips")
    once, repeatedly = waited([]), waited(after, (number, new))
    assert kinds(compare(once, repeatedly)) == ["added"]
    assert kinds(compare(repeatedly, once)) == ["removed"]
    assert kinds(compare(once, waited(after))) == []


@given(polled, polled, st.data())
def test_a_poll_that_fails_is_found(
    before: list[tuple[Exchange, list[Exchange]]],
    after: list[tuple[Exchange, list[Exchange]]],
    data: st.DataObject,
) -> None:
    number = data.draw(st.integers(0, len(after) - 1))
    after[number] = show({}, status=500), []
    assert "added" in kinds(compare(waited(before), waited(after)))


@given(polled, polled, st.data(), st.sampled_from([{"added": 1}, {"status": 5}, {"host": ["compute1"]}]))
def test_a_new_field_or_type_in_any_poll_is_found(
    before: list[tuple[Exchange, list[Exchange]]],
    after: list[tuple[Exchange, list[Exchange]]],
    data: st.DataObject,
    change: dict[str, Any],
) -> None:
    number = data.draw(st.integers(0, len(after) - 1))
    server = {"status": "BUILD", TASK: "scheduling", "host": None, **change}
    after[number] = show(server), after[number][1]
    assert kinds(compare(waited(before), waited(after))) != []
    assert kinds(compare(waited(after), waited(before))) != []


@given(polled, polled)
def test_a_change_of_the_last_response_is_found(
    before: list[tuple[Exchange, list[Exchange]]], after: list[tuple[Exchange, list[Exchange]]]
) -> None:
    changed = waited(after)
    last = max(index for index, each in enumerate(changed.exchanges) if each.sender == "client")
    for server in (ACTIVE | {"host": "compute2"}, ACTIVE | {"new": 1}):
        exchanges = [*changed.exchanges]
        exchanges[last] = structs.replace(exchanges[last], response=show(server).response)
        assert kinds(compare(waited(before), run(*exchanges))) != []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"fault": "x"}, {}, ["removed"]),
        ({"addresses": {"private": [{"addr": "10.0.0.5"}]}}, {"addresses": {}}, []),
        ({"addresses": {}}, {"addresses": {"private": [{"addr": "10.0.0.6"}]}}, []),
        ({"addresses": {}}, {"addresses": {"private": [{"addr": "10.0.0.6", "new": 1}]}}, ["added"]),
        ({"addresses": {}}, {"addresses": {"private": [{"addr": 5}]}}, ["added"]),
        ({"name": "s1"}, {"name": "s2"}, ["changed"]),
        ({"name": ""}, {"name": "s1"}, []),
        ({"power": 0}, {"power": 1}, ["changed"]),
        ({"OS-EXT-STS:power_state": 0}, {"OS-EXT-STS:power_state": 1}, []),
        ({"OS-EXT-STS:power_state": 0}, {"OS-EXT-STS:power_state": "1"}, ["type"]),
        ({"power": 0, TASK: "spawning"}, {"power": 1}, []),
        ({"power": 0, TASK: "spawning"}, {"power": "1"}, ["type"]),
        ({"power": 0, TASK: "spawning"}, {}, ["removed"]),
    ],
)
def test_a_poll_shows_a_moment_on_the_way_to_the_last_response(
    before: dict[str, Any], after: dict[str, Any], found: list[str]
) -> None:
    last = ACTIVE | {
        "name": "s1",
        "power": 1,
        "OS-EXT-STS:power_state": 1,
        "addresses": {"private": [{"addr": "10.0.0.5"}]},
    }
    building = {"status": "BUILD", TASK: "networking"}
    runs = created([building | before], last), created([building | after], last)
    assert kinds(compare(*runs)) == found


@pytest.mark.parametrize("key", ["private", OTHER_ID])
@pytest.mark.parametrize(("count", "found"), [(1, []), ("1", ["type"])])
def test_an_id_as_a_key_is_as_good_as_a_name(key: str, count: object, found: list[str]) -> None:
    """Both runs have a value at the same location, under keys that differ in an ID."""
    name = ID if key == OTHER_ID else key
    before = created(
        [{"status": "BUILD", TASK: "scheduling", "counts": {name: 0}}], ACTIVE | {"counts": {name: 2}}
    )
    after = created(
        [{"status": "BUILD", TASK: "networking", "counts": {key: count}}], ACTIVE | {"counts": {key: 2}}
    )
    assert kinds(compare(before, after)) == found


def kinds(comparison: Comparison) -> list[str]:
    return [difference.kind for difference in comparison.differences]


def test_a_value_with_many_levels_is_a_difference() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    last = show(ACTIVE)
    values = [exchange(last.path, {"volume": {"status": "creating", "x": value}}) for value in (deep, "s")]
    found = compare(run(*values, values[1]), run(*values[::-1], values[1]))
    assert "body.volume.x" in [one.place.rpartition(" · ")[2] for one in found.differences]


def test_many_calls_under_a_poll_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[object] = []

    def counted(of: Exchange) -> RequestKey:
        keys.append(of)
        return request_key(of)

    monkeypatch.setattr("tracer.comparison.moments.request_key", counted)
    before, after = (
        waited([(show(MOMENTS[0]), [called(f"{LIST}/a{index}", {"x": number}) for index in range(60)])])
        for number in (1, 2)
    )
    assert compare(before, after).differences != []
    assert len(keys) < 10 * len(before.exchanges)


def test_many_short_polls_with_one_long_partner_are_compared_in_part() -> None:
    long = {"status": "BUILD"} | {f"key{index}": index for index in range(200)}
    short = run(*[show({"status": "BUILD"})] * 200, show(ACTIVE))
    for found in (
        compare(short, run(show(long), show(ACTIVE))),
        compare(run(show(long), show(ACTIVE)), short),
    ):
        kinds = [one.kind for one in found.differences if "body" not in one.place]
        assert kinds != [], "a poll that is not compared is a difference"
        assert len(found.differences) < 40 * 200


def test_many_polls_share_the_calls_of_one_partner() -> None:
    def work(size: int) -> int:
        many = waited([(show(MOMENTS[0]), [called(LIST)])] * size)
        one = waited([(show(MOMENTS[0]), [called(LIST)] * size)])
        assert compare(many, one).differences == compare(one, many).differences == []
        return operations(lambda: (compare(many, one), compare(one, many)))

    assert work(400) < 6 * work(100)
