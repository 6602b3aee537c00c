"""Requests that a client repeats until an object has reached a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comparison.runs import exchange, run
from tracer.comparison import compare
from tracer.comparison.polls import polls

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording

SERVER = "http://cloud/compute/v2.1/servers/4c322a19-bf79-44b2-88a4-1eb1cc4b354a"
TASK = "OS-EXT-STS:task_state"
ACTIVE: dict[str, Any] = {"status": "ACTIVE", TASK: None, "host": "compute1", "progress": 0}
MOMENTS: list[dict[str, Any]] = [
    {"status": "BUILD", TASK: "scheduling", "host": None},
    {"status": "BUILD", TASK: "networking", "host": "compute1", "fault": "x"},
    {"status": "BUILD", TASK: None},
    {"status": "ACTIVE", TASK: "deleting", "progress": 50},
]


def show(server: dict[str, Any], status: int = 200, url: str = SERVER) -> Exchange:
    content = {"server": server} if status == 200 else {"itemNotFound": {"code": status}}
    return exchange("/compute/v2.1/servers/{server_id}", content, status=status, url=url)


def created(moments: list[dict[str, Any]], last: dict[str, Any] = ACTIVE, status: int = 200) -> Recording:
    """A run that creates a server, and asks for it until it has its last state."""
    begins = exchange("/compute/v2.1/servers", {"server": {"id": "x"}}, method="POST", status=202)
    return run(begins, *map(show, moments), show(last, status))


moments = st.lists(st.sampled_from(MOMENTS), max_size=5)


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
    assert bool(polls([exchange("/x", content), exchange("/x", {})])) == is_poll
    assert polls([exchange("/x", content)]) == {}, "the last request shows the result"
    assert polls([exchange("/x", content, url="http://cloud/x/1"), exchange("/x", content)]) == {}
    assert polls([exchange("/x", content, method="PUT"), exchange("/x", content, method="PUT")]) == {}


def test_a_body_that_is_no_json_is_no_poll() -> None:
    assert polls([exchange("/x", text="{"), exchange("/x", text="[" * 100_000), exchange("/x")]) == {}
