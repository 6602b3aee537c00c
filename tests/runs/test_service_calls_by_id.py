"""Service calls with request IDs: which run they belong to, also after the response to the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.compute import EVENTS, PORTS, SERVERS, TOKENS, ComputeCloud, object_id

if TYPE_CHECKING:
    from tracer.runs.sent_request import SentRequest

ALLOCATIONS = f"/placement/allocations/{object_id(1)}"


def test_a_call_before_the_response_waits_for_the_id() -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS, token="a")
    call = cloud.ask("nova", "GET", "/image/v2/images/1", cause="req-1", token="a")
    cloud.answer(call, "req-glance")
    assert call.run is None
    cloud.answer(create, "req-1")
    assert call.run is create.run is not None


def test_a_call_with_an_id_that_no_request_has_is_for_nobody_who_waits() -> None:
    """A periodic task of nova runs while nova answers a client."""
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    periodic = cloud.ask("nova", "GET", f"/placement/resource_providers/{object_id(9)}", cause="req-own")
    cloud.answer(periodic, "req-placement")
    cloud.answer(create, "req-1", created=object_id(1))
    assert periodic.run is not None
    assert periodic.run.service == "nova"
    reads_the_server = cloud.ask("nova", "GET", ALLOCATIONS, cause="req-own-2")
    cloud.answer(reads_the_server, "req-placement-2")
    assert reads_the_server.run is periodic.run


def test_where_responses_have_no_id_the_time_decides() -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    call = cloud.ask("nova", "GET", ALLOCATIONS, cause="req-1")
    cloud.answer(call)
    cloud.answer(create)
    assert call.run is create.run is not None


def test_one_id_of_two_runs_proves_neither() -> None:
    """A script may give all its commands the same ID, and a cloud may answer with one ID always."""
    cloud = ComputeCloud()
    creates = [cloud.ask(number, "POST", SERVERS, token=f"token-{number}") for number in "12"]
    for create in creates:
        cloud.answer(create, "req-same")
    waits = cloud.ask("2", "POST", SERVERS, token="token-2")
    call = cloud.ask("nova", "GET", PORTS, cause="req-same", token="token-2")
    cloud.answer(call)
    cloud.answer(waits, "req-same")
    assert call.run is creates[1].run is not None
    assert not call.doubt


def test_an_id_that_the_client_gave_is_sent_on() -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS, cause="req-mine")
    cloud.answer(create, "req-1")
    other = cloud.ask("2", "GET", SERVERS)
    call = cloud.ask("nova", "GET", PORTS, cause="req-mine")
    cloud.answer(call)
    cloud.answer(other, "req-2")
    assert call.run is create.run is not None


def test_an_event_is_of_the_run_that_changed_its_objects() -> None:
    cloud = ComputeCloud()
    creates = [cloud.ask(number, "POST", SERVERS) for number in "12"]
    ports = []
    for number, create in enumerate(creates, 1):
        cloud.answer(create, f"req-{number}", created=object_id(number))
        ports.append(cloud.ask("nova", "PUT", f"{PORTS}/{object_id(number + 10)}", cause=f"req-{number}"))
    # Nova is answering a poll of the first run, and neutron binds the ports of both.
    poll = cloud.ask("1", "GET", f"{SERVERS}/{object_id(1)}")
    event = cloud.ask("neutron", "POST", EVENTS, cause="req-neutron", token="of-neutron")
    validation = cloud.ask("nova", "GET", TOKENS, about="of-neutron")
    cloud.answer(validation)
    events = {"events": [{"server_uuid": object_id(2), "tag": object_id(12)}]}
    cloud.answer(event, "req-event", sent=events)
    assert event.run is None  # the changes of neutron are not complete, so their IDs are not known
    for port in ports:
        cloud.answer(port, "req-port")
    follows = cloud.ask("nova", "GET", ALLOCATIONS, cause="req-neutron")
    cloud.answer(follows)
    cloud.answer(poll, "req-poll")
    assert creates[1].run is not None
    assert [each.run for each in (event, validation, follows)] == [creates[1].run] * 3


@pytest.mark.parametrize("process", ["nova", "nova-compute"])
def test_a_login_for_later_work_belongs_to_the_next_call(process: str) -> None:
    cloud = ComputeCloud()
    creates = [cloud.ask(number, "POST", SERVERS) for number in "12"]
    for number, create in enumerate(creates, 1):
        cloud.answer(create, f"req-{number}")
    login = cloud.ask(process, "POST", TOKENS)
    cloud.answer(login, issues="own")
    discovery = cloud.ask(process, "GET", "/placement")
    cloud.answer(discovery)
    assert login.run is discovery.run is None
    cloud.answer(cloud.ask(process, "GET", ALLOCATIONS, cause="req-2", token="own"))
    assert login.run is discovery.run is creates[1].run is not None
    assert not login.doubt


def test_a_login_for_an_event_is_for_the_run_that_changed_its_object() -> None:
    """Neutron sends its events later, in a thread of its own. For the first one, it logs in."""
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    cloud.answer(create, "req-1", created=object_id(1))
    cloud.answer(cloud.ask("nova", "PUT", f"{PORTS}/{object_id(2)}", cause="req-1"), "req-port")
    login = cloud.ask("neutron", "POST", TOKENS)
    cloud.answer(login, issues="own")
    event = cloud.ask("neutron", "POST", EVENTS, cause="req-neutron", token="own")
    cloud.answer(event, "req-event", sent={"events": [{"tag": object_id(2)}]})
    assert login.run is event.run is create.run is not None


def test_a_login_for_one_of_two_that_wait_belongs_to_the_call_with_its_token() -> None:
    cloud = ComputeCloud()
    creates = [cloud.ask(number, "POST", SERVERS) for number in "12"]
    login = cloud.ask("nova", "POST", TOKENS)
    cloud.answer(login, issues="own")
    call = cloud.ask("nova", "GET", ALLOCATIONS, cause="req-2", token="own")
    for number, create in enumerate(creates, 1):
        cloud.answer(create, f"req-{number}")
    cloud.answer(call)
    assert login.run is call.run is creates[1].run is not None
    assert not login.doubt


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("DELETE", f"{PORTS}/{object_id(11)}", None),
        ("PUT", f"/networking/v2.0/floatingips/{object_id(21)}", {"floatingip": {"port_id": object_id(11)}}),
    ],
)
def test_an_event_is_of_the_latest_change_not_of_the_command_that_created_all(
    method: str, path: str, sent: object
) -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    cloud.answer(create, "req-1", created=object_id(1))
    cloud.answer(cloud.ask("nova", "PUT", f"{PORTS}/{object_id(11)}", cause="req-1"), "req-port")
    assert create.run is not None
    cloud.finish(create.run)
    change = cloud.ask("2", method, path)
    cloud.answer(change, "req-2", sent=sent)
    event = cloud.ask("neutron", "POST", EVENTS, cause="req-neutron")
    named = {"events": [{"server_uuid": object_id(1), "tag": object_id(11)}]}
    cloud.answer(event, "req-event", sent=named)
    assert event.run is change.run is not create.run
    assert cloud.resumed == []


def test_a_login_belongs_to_the_next_call_although_a_later_one_is_known_first() -> None:
    cloud = ComputeCloud()
    creates = [cloud.ask(number, "POST", SERVERS) for number in "12"]
    login = cloud.ask("nova", "POST", TOKENS)
    cloud.answer(login, issues="own")
    calls = [cloud.ask("nova", "GET", ALLOCATIONS, cause=f"req-{number}", token="own") for number in "12"]
    for call in calls:
        cloud.answer(call)
    cloud.answer(creates[1], "req-2")
    assert calls[1].run is creates[1].run is not None
    assert login.run is None
    cloud.answer(creates[0], "req-1")
    assert login.run is calls[0].run is creates[0].run is not None
    assert not login.doubt


def test_a_login_for_a_periodic_task_is_not_of_the_run_with_later_work() -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    cloud.answer(create, "req-1")
    login = cloud.ask("nova", "POST", TOKENS)
    cloud.answer(login, issues="own")
    periodic = cloud.ask("nova", "GET", "/placement/resource_providers", cause="req-own", token="own")
    cloud.answer(periodic, "req-placement")
    assert login.run is periodic.run is not create.run
    assert periodic.run is not None
    assert periodic.run.service == "nova"


def test_a_call_does_not_wait_for_one_that_could_not_be_stored() -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    lost = cloud.ask("nova", "GET", PORTS, cause="req-1", token="a")
    validation = cloud.ask("neutron", "GET", TOKENS, about="a")
    cloud.answer(lost)
    cloud.attribution.forget(lost)
    cloud.answer(validation)
    cloud.answer(create, "req-1")
    assert validation.run is create.run is not None
    assert create.run.in_flight == 0


def test_a_login_for_later_work_is_not_of_a_poll_at_that_time() -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    cloud.answer(create, "req-1")
    for next_call in (True, False):
        poll = cloud.ask("2", "GET", SERVERS)
        login = cloud.ask("nova", "POST", TOKENS)
        cloud.answer(login, issues="own")
        if next_call:
            cloud.answer(cloud.ask("nova", "GET", ALLOCATIONS, cause="req-1", token="own"))
        cloud.answer(poll, "req-2")
        cloud.now += 2.0
        cloud.attribution.expire()
        assert login.run is (create.run if next_call else poll.run)
        assert not login.doubt


def test_a_process_sends_while_its_service_answers() -> None:
    """Nova-api asks nova-compute for a console, and passes the result on."""
    cloud = ComputeCloud()
    console = cloud.ask("1", "POST", f"{SERVERS}/{object_id(1)}/remote-consoles")
    call = cloud.ask("nova-compute", "GET", ALLOCATIONS, cause="req-1")
    cloud.answer(call)
    cloud.answer(console)  # without an ID
    assert call.run is console.run is not None


@pytest.mark.parametrize("process", ["nova", "nova-compute"])
def test_a_login_without_a_next_call_belongs_to_the_work_that_goes_on(process: str) -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    cloud.answer(create, "req-1")
    login = cloud.ask(process, "POST", TOKENS)
    cloud.answer(login)
    assert login.run is None
    assert cloud.attribution.due() == cloud.now + 2.0
    cloud.now += 2.0
    cloud.attribution.expire()
    assert login.run is create.run is not None


def test_a_late_call_continues_a_finished_run() -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    cloud.answer(create, "req-1")
    assert create.run is not None
    cloud.finish(create.run)
    call = cloud.ask("nova", "GET", ALLOCATIONS, cause="req-1")
    assert call.run is create.run
    assert cloud.resumed == [create.run]


def test_a_call_waits_while_the_recording_of_its_run_is_written() -> None:
    cloud = ComputeCloud()
    create = cloud.ask("1", "POST", SERVERS)
    cloud.answer(create, "req-1")
    assert create.run is not None
    cloud.attribution.runs.finish(create.run)
    call = cloud.ask("nova", "GET", ALLOCATIONS, cause="req-1")
    cloud.answer(call)
    assert call.run is None
    cloud.attribution.runs.retain(create.run)
    assert cloud.attribution.expire() == [call]
    assert call.run is create.run
    assert cloud.resumed == [create.run]


def test_a_finished_run_of_a_service_that_is_done_is_forgotten() -> None:
    cloud = ComputeCloud()
    show = cloud.ask("1", "GET", f"{SERVERS}/{object_id(1)}")
    cloud.answer(show, "req-1")
    assert show.run is not None
    cloud.finish(show.run)
    call = cloud.ask("nova", "GET", ALLOCATIONS, cause="req-1")
    cloud.answer(call)
    assert call.run is not None
    assert call.run.service == "nova"


@given(st.data())
def test_creates_at_once_stay_apart(data: st.DataObject) -> None:
    """Each call is sent before or after the response, in any order with those of other commands."""
    cloud = ComputeCloud()
    numbers = [str(number) for number in range(1, data.draw(st.integers(1, 4), "creates") + 1)]
    creates: dict[str, SentRequest] = {}
    left: dict[str, list[str]] = {}
    calls: list[tuple[str, SentRequest]] = []
    inner: list[SentRequest] = []
    in_flight: list[tuple[SentRequest, str]] = []
    for number in numbers:
        creates[number] = cloud.ask(number, "POST", SERVERS, token=f"token-{number}")
        left[number] = data.draw(st.permutations(["call", "call", "answer", "call", "nested"]), number)
    while left or in_flight:
        choices = [*sorted(left), *(["end"] if in_flight else []), "periodic"]
        choice = data.draw(st.sampled_from(choices))
        if choice == "end":
            cloud.answer(*in_flight.pop(data.draw(st.integers(0, len(in_flight) - 1))))
        elif choice == "periodic":
            periodic = cloud.ask("nova", "GET", "/placement/resource_providers", cause=f"own-{cloud.now}")
            cloud.answer(periodic, f"placement-{cloud.now}")
            inner.append(periodic)
        else:
            what = left[choice].pop()
            if what == "answer":
                cloud.answer(creates[choice], f"req-{choice}", created=object_id(int(choice)))
            else:
                sent = cloud.ask("nova", "GET", PORTS, cause=f"req-{choice}", token=f"token-{choice}")
                calls.append((choice, sent))
                if what == "nested":
                    validation = cloud.ask("neutron", "GET", TOKENS, about=f"token-{choice}")
                    cloud.answer(validation)
                    calls.append((choice, validation))
                in_flight.append((sent, f"neutron-{cloud.now}"))
            if not left[choice]:
                del left[choice]
    cloud.attribution.rest()
    assert [each.run for _, each in calls] == [creates[number].run for number, _ in calls]
    assert {each.run.service for each in inner if each.run} <= {"nova"}
    assert all(each.run for each in inner)
    assert not any(each.doubt for _, each in calls)
