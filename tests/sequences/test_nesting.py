"""For which exchange a service asked another one."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.operations import operations
from tracer.model import Body, Exchange, Request, Response
from tracer.sequences import parents
from tracer.sequences.request_ids import REQUEST_ID

SERVER, PORT = "4149e309-eeeb-4624-aa6c-310ed6fac12d", "09d276eb-1c0e-45b7-a59d-7943abc7cd85"


def _made(sender: str, receiver: str, started: float, ended: float | None) -> Exchange:
    request = Request(method="GET", url="http://x/")
    return Exchange(sender=sender, receiver=receiver, started=started, ended=ended, request=request)


def test_a_service_asks_while_it_answers() -> None:
    run = [
        _made("client", "keystone", 0.0, 0.1),
        _made("client", "nova", 0.2, 0.9),
        _made("nova", "keystone", 0.3, 0.4),
        _made("nova", "glance", 0.5, 0.8),
        _made("glance", "keystone", 0.6, 0.7),
        _made("nova", "keystone", 0.85, 0.9),
        _made("client", "glance", 1.0, 1.1),
    ]
    assert parents(run) == [None, None, 1, 1, 3, 1, None]


def test_what_is_over_asks_nothing_more() -> None:
    assert parents([_made("client", "glance", 0.0, 0.1), _made("glance", "keystone", 0.2, 0.3)]) == [
        None,
        None,
    ]


def test_equal_times_and_answers_that_never_came() -> None:
    run = [_made("client", "glance", 0.0, 0.1), _made("glance", "keystone", 0.1, None)]
    assert parents(run) == [None, 0]
    assert parents([_made("client", "glance", 0.0, None), _made("glance", "keystone", 9.0, 9.1)]) == [None, 0]


def test_of_two_requests_the_last_one_is_being_answered() -> None:
    run = [
        _made("client", "glance", 0.0, 1.0),
        _made("client", "glance", 0.1, 0.5),
        _made("glance", "keystone", 0.2, 0.3),
        _made("glance", "keystone", 0.6, 0.7),
    ]
    assert parents(run) == [None, None, 1, 0]


def _call(
    sender: str,
    receiver: str,
    times: tuple[float, float],
    *,
    sent: str = "",
    answered: str = "",
    method: str = "GET",
    token: str = "",
    about: str = "",
    path: str = "/",
    body: object = None,
) -> Exchange:
    headers = {"X-OpenStack-Request-ID": sent, "X-Auth-Token": token, "X-Subject-Token": about}
    return Exchange(
        sender=sender,
        receiver=receiver,
        started=times[0],
        ended=times[1],
        request=Request(
            method=method,
            url=f"http://x{path}",
            headers={name: value for name, value in headers.items() if value},
            body=None if body is None else Body(type="application/json", size=1, json=json.dumps(body)),
        ),
        response=Response(status=200, headers={"x-openstack-request-id": answered} if answered else {}),
    )  # fmt: skip


def test_the_request_id_shows_the_cause_also_after_the_response() -> None:
    run = [
        _call("client", "nova", (0.0, 0.1), answered="req-1", method="POST"),
        _call("client", "nova", (0.2, 0.9), answered="req-2"),
        _call("nova", "glance", (0.3, 0.4), sent="req-1", answered="req-1"),  # Glance takes the ID over
        _call("nova", "neutron", (0.5, 0.6), sent="req-2", answered="req-3"),
        _call("nova", "placement", (1.0, 1.1), sent="req-1", answered="req-4"),
    ]
    assert parents(run) == [None, None, 0, 1, 0]


def test_a_process_sends_for_the_requests_of_its_service() -> None:
    login = _call("nova-compute", "keystone", (1.0, 1.1), method="POST")
    run = [
        _call("client", "nova", (0.0, 0.1), answered="req-1", method="POST"),
        _call("client", "nova", (0.2, 0.9), answered="req-2"),
        _call("nova-scheduler", "placement", (0.3, 0.4), sent="req-1", answered="req-3"),
        msgspec.structs.replace(login, response=Response(status=201, headers={"X-Subject-Token": "own"})),
        _call("nova-compute", "placement", (1.2, 1.3), sent="req-1", token="own"),
    ]
    assert parents(run) == [None, None, 0, 0, 0]


def test_an_inner_call_with_the_id_of_all_is_for_the_call_that_waits() -> None:
    run = [
        _call("client", "nova", (0.0, 0.1), answered="req-1", method="POST"),
        _call("nova", "cinder", (0.2, 0.3), sent="req-1", answered="req-2"),
        _call("nova", "cinder", (0.4, 0.9), sent="req-1", answered="req-3", method="POST"),
        _call("nova", "cinder", (0.95, 1.0), sent="req-1", answered="req-4"),
        _call("cinder", "glance", (0.5, 0.6), sent="req-1"),
    ]
    in_order = sorted(run, key=lambda exchange: exchange.started)
    assert parents(in_order) == [None, 0, 0, 2, 0]


def test_a_token_is_validated_for_the_request_that_carries_it() -> None:
    run = [
        _call("client", "nova", (0.0, 0.9), answered="req-1", token="a"),
        _call("client", "nova", (0.1, 0.9), answered="req-2", token="b"),
        _call("nova", "keystone", (0.2, 0.3), about="a"),
        _call("nova", "keystone", (0.4, 0.5), about="b"),
        _call("nova", "keystone", (0.6, 0.7), about="other"),
    ]
    assert parents(run) == [None, None, 0, 1, 1]


def test_an_event_is_for_the_change_of_its_object() -> None:
    events = {"events": [{"server_uuid": SERVER, "tag": PORT}]}
    run = [
        _call("client", "nova", (0.0, 0.1), answered="req-1", method="POST"),
        _call("nova", "neutron", (0.2, 0.9), sent="req-1", answered="p", method="PUT", path=f"/ports/{PORT}"),
        _call("nova", "neutron", (0.3, 0.9), sent="req-1", answered="q", path=f"/ports/{PORT}"),
        _call("neutron", "nova", (0.4, 0.5), sent="own", method="POST", body=events),
        _call("neutron", "nova", (1.4, 1.5), sent="own-2", method="POST", body=events),
        _call("neutron", "nova", (1.6, 1.7), sent="own-3", method="POST", body={"events": []}),
    ]
    assert parents(run) == [None, 0, 0, 1, 1, None]


def test_a_periodic_task_has_no_cause() -> None:
    waits = _call("client", "nova", (0.0, 0.9), answered="req-1", method="POST", path=f"/servers/{SERVER}")
    periodic = _call("nova", "placement", (0.2, 0.3), sent="own", path=f"/allocations/{SERVER}")
    assert parents([waits, periodic]) == [None, None]
    without_ids = _call("client", "nova", (0.0, 0.9), method="POST")
    assert parents([without_ids, periodic]) == [None, 0]
    answered_before = _call("client", "nova", (0.0, 0.15))
    waits_too = _call("client", "nova", (0.1, 0.9), answered="req-1")
    assert parents([answered_before, waits_too, periodic]) == [None, None, None]
    assert parents([without_ids, waits_too, periodic]) == [None, None, 0]


def test_a_login_after_all_responses_is_for_the_call_with_its_token() -> None:
    login = _call("neutron", "keystone", (1.2, 1.3), method="POST")
    response = Response(status=201, headers={"X-Subject-Token": "own"})
    run = [
        _call("client", "nova", (0.0, 0.1), answered="req-1", method="POST"),
        _call("nova", "neutron", (0.2, 0.3), sent="req-1", method="PUT", path=f"/ports/{PORT}"),
        _call("neutron", "keystone", (1.0, 1.1)),
        msgspec.structs.replace(login, response=response),
        _call("neutron", "nova", (1.4, 1.5), sent="own", method="POST", token="own", body={"tag": PORT}),
        _call("neutron", "nova", (1.6, 1.7), sent="own", method="POST", token="own", body={"tag": PORT}),
    ]
    assert parents(run) == [None, 0, 1, 1, 1, 1]


def test_a_login_before_the_change_of_its_event_is_for_the_change_before_it() -> None:
    login = _call("neutron", "keystone", (1.2, 1.3), method="POST")
    response = Response(status=201, headers={"X-Subject-Token": "own"})
    create = _call("nova", "neutron", (0.2, 0.3), sent="req-1", method="POST", path="/ports")
    body = Body(type="application/json", size=1, json=json.dumps({"port": {"id": PORT}}))
    run = [
        _call("client", "nova", (0.0, 0.1), answered="req-1", method="POST"),
        msgspec.structs.replace(create, response=Response(status=201, body=body)),
        _call("neutron", "keystone", (1.0, 1.1)),
        msgspec.structs.replace(login, response=response),
        _call("nova", "neutron", (1.4, 1.5), sent="req-1", method="PUT", path=f"/ports/{PORT}"),
        _call("neutron", "nova", (1.6, 1.7), sent="own", method="POST", token="own", body={"tag": PORT}),
    ]
    assert parents(run) == [None, 0, 1, 1, 0, 4]


@pytest.mark.parametrize("token", ["own", "other"])
def test_a_login_during_another_request_is_for_the_call_with_its_token(token: str) -> None:
    """Neutron 2025.1 logs in for an event while it lists ports."""
    login = _call("neutron", "keystone", (1.2, 1.3), method="POST")
    response = Response(status=201, headers={"X-Subject-Token": "own"})
    run = [
        _call("client", "nova", (0.0, 0.1), answered="req-1", method="POST"),
        _call("nova", "neutron", (0.2, 0.3), sent="req-1", method="PUT", path=f"/ports/{PORT}"),
        _call("neutron", "keystone", (1.0, 1.1)),
        _call("nova", "neutron", (1.15, 1.6), sent="req-1", path="/ports"),
        msgspec.structs.replace(login, response=response),
        _call("neutron", "nova", (1.4, 1.5), sent="own", method="POST", token=token, body={"tag": PORT}),
    ]
    assert parents(run) == ([None, 0, 1, 0, 1, 1] if token == "own" else [None, 0, None, 0, 3, 1])


def test_discovery_after_all_responses_is_for_the_next_call() -> None:
    run = [
        _call("client", "nova", (0.0, 0.1), answered="req-1", method="POST"),
        _call("nova", "cinder", (0.2, 0.3)),
        _call("nova", "keystone", (0.4, 0.5)),
        _call("nova", "cinder", (0.6, 0.7), sent="req-1"),
        _call("nova", "cinder", (20.0, 20.1)),
        _call("nova", "cinder", (40.0, 40.1), sent="req-1"),
    ]
    assert parents(run) == [None, 0, None, 0, None, 0]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["client", "nova", "neutron"]),
            st.sampled_from(["nova", "neutron"]),
            st.sampled_from(["", "a", "b"]),
            st.sampled_from(["", "a", "b"]),
            st.sampled_from(["GET", "POST"]),
            st.floats(0, 2),
        ),
        max_size=12,
    )
)
def test_a_cause_is_an_earlier_request_to_the_sender(
    drawn: list[tuple[str, str, str, str, str, float]],
) -> None:
    run = [
        _call(sender, receiver, (at, at + lasts), sent=sent, answered=answered, method=method)
        for at, (sender, receiver, sent, answered, method, lasts) in enumerate(drawn)
    ]
    for index, cause in enumerate(parents(run)):
        if cause is not None:
            assert cause < index
            assert run[cause].receiver == run[index].sender != "client"


def _long_run(size: int) -> list[Exchange]:
    """Requests that never end, each with a call without evidence and a call with an unknown token."""
    run: list[Exchange] = []
    for number in range(size):
        started = number / 10_000
        run.append(_made("client", "nova", started, None))
        run.append(_made("glance", "nova", started, started))
        token = Request(method="GET", url="http://x/", headers={"X-Subject-Token": f"token {number}"})
        run.append(replace(_made("nova", "keystone", started, started), request=token))
        run.append(replace(_made("nova", "nova", started, started), request=_with_id(f"req-{number}")))
    return run


def _with_id(request_id: str) -> Request:
    return Request(method="POST", url="http://x/", headers={REQUEST_ID: request_id})


def test_the_work_grows_with_the_run() -> None:
    def work(size: int) -> int:
        run = _long_run(size)
        return operations(lambda: parents(run))

    assert work(2_000) < 13 * work(200)
