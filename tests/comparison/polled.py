"""Runs that create a server and ask for it until it is active, with service calls under each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from msgspec import structs

from tests.comparison.runs import exchange, run

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording

__all__ = ["ACTIVE", "LIST", "MOMENTS", "TASK", "called", "created", "moments", "polled", "show", "waited"]

SERVER = "http://cloud/compute/v2.1/servers/4c322a19-bf79-44b2-88a4-1eb1cc4b354a"
TASK = "OS-EXT-STS:task_state"
ACTIVE: dict[str, Any] = {"status": "ACTIVE", TASK: None, "host": "compute1", "progress": 0}
MOMENTS: list[dict[str, Any]] = [
    {"status": "BUILD", TASK: "scheduling", "host": None},
    {"status": "BUILD", TASK: "networking", "host": "compute1", "fault": "x"},
    {"status": "BUILD", TASK: "networking", "host": None, "fault": "x", "progress": 10},
    {"status": "BUILD", TASK: None, "host": ""},
    {"status": "ACTIVE", TASK: "deleting", "host": "compute1", "progress": 50},
]


def show(server: dict[str, Any], status: int = 200, url: str = SERVER) -> Exchange:
    content = {"server": server} if status == 200 else {"itemNotFound": {"code": status}}
    return exchange("/compute/v2.1/servers/{server_id}", content, status=status, url=url)


def created(moments: list[dict[str, Any]], last: dict[str, Any] = ACTIVE, status: int = 200) -> Recording:
    """A run that creates a server, and asks for it until it has its last state."""
    begins = exchange("/compute/v2.1/servers", {"server": {"id": "x"}}, method="POST", status=202)
    return run(begins, *map(show, moments), show(last, status))


moments = st.lists(st.sampled_from(MOMENTS), max_size=5)


ID = "req-{:08}-0000-4000-8000-000000000000"
IMAGE, LIST, GROUPS = "/image/v2/images", "/networking/v2.0/ports", "/networking/v2.0/security-groups"


def waited(polls: list[tuple[Exchange, list[Exchange]]], *further: tuple[int, Exchange]) -> Recording:
    """A run that creates a server and polls it, each poll with service calls, the last one with all kinds.

    ``further`` are service calls, each under the poll with this index.
    """
    begins = exchange("/compute/v2.1/servers", {"server": {"id": "x"}}, method="POST", status=202)
    last = show(ACTIVE), [called(LIST), called(GROUPS), called(IMAGE)]
    exchanges = [begins]
    for number, (poll, calls) in enumerate([*polls, last]):
        under = [*calls, *(call for index, call in further if index == number)]
        response = poll.response and structs.replace(
            poll.response, headers={"x-openstack-request-id": ID.format(number)}
        )
        exchanges.append(
            structs.replace(poll, receiver="nova", started=10.0 * number, ended=10.0 * number + 9)
        )
        exchanges[-1] = structs.replace(exchanges[-1], response=response)
        for position, call in enumerate(under, 1):
            request = structs.replace(call.request, headers={"X-OpenStack-Request-ID": ID.format(number)})
            started = exchanges[-1 - (position - 1)].started + position / 10
            exchanges.append(structs.replace(call, request=request, started=started, ended=started + 0.05))
    return run(*exchanges)


def called(path: str, content: object = None, status: int = 200) -> Exchange:
    """A call of nova."""
    receiver = "glance" if path.startswith("/image") else "neutron"
    made = exchange(path, content or {}, status=status, url=f"http://cloud{path}")
    return structs.replace(made, sender="nova", receiver=receiver)


calls = st.lists(st.sampled_from([called(LIST), called(GROUPS), called(IMAGE)]), max_size=3)
polled = st.lists(st.tuples(st.sampled_from(MOMENTS).map(show), calls), min_size=1, max_size=5)
"""At least one poll: each shows a state, with service calls of some kinds."""
