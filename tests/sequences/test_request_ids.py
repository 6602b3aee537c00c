"""Request IDs in the header fields of exchanges, and the objects that exchanges name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.model import Body, Exchange, Headers, Request, Response, header
from tracer.redaction.failure import stripped
from tracer.sequences.request_ids import (
    REQUEST_ID,
    changed_objects,
    named_objects,
    request_ids,
    response_id,
    sent_id,
)

SERVER, PORT = "4149e309-eeeb-4624-aa6c-310ed6fac12d", "09d276eb-1c0e-45b7-a59d-7943abc7cd85"


def made(
    *,
    url: str = "http://x/",
    sent: str = "",
    answered: Headers | None = None,
    body: str | None = None,
    created: str | None = None,
) -> Exchange:
    return Exchange(
        sender="nova",
        started=0.0,
        request=Request(
            method="POST", url=url, headers={"x-openstack-request-id": sent} if sent else {}, body=_json(body)
        ),
        response=None if answered is None else Response(status=200, headers=answered, body=_json(created)),
    )


def _json(text: str | None) -> Body | None:
    return None if text is None else Body(type="application/json", size=1, json=text)


def test_ids_of_request_and_response() -> None:
    exchange = made(sent="req-1", answered={"X-Compute-Request-Id": "req-2"})
    assert (sent_id(exchange), response_id(exchange)) == ("req-1", "req-2")
    assert request_ids(exchange) == {"req-1", "req-2"}
    both: Headers = {"X-Compute-Request-Id": "req-2", "x-openstack-request-id": "req-3"}
    assert response_id(made(answered=both)) == "req-3"
    assert request_ids(made()) == request_ids(made(sent="x" * 201, answered={})) == frozenset()


def test_a_removed_value_is_no_id() -> None:
    exchange = stripped(made(sent="req-1", answered={REQUEST_ID: "req-2"}))
    assert header(exchange.request.headers, REQUEST_ID)
    assert request_ids(exchange) == frozenset()


def test_objects_of_a_change_and_of_an_event() -> None:
    change = made(url=f"http://x/v2.0/ports/{PORT}", body=json.dumps({"port": {"device_id": SERVER}}))
    assert changed_objects(change) == {PORT}
    assert named_objects(change) == {PORT, SERVER}
    create = made(answered={}, created=json.dumps({"server": {"id": SERVER, "image": {"id": PORT}}}))
    assert changed_objects(create) == {SERVER}


@pytest.mark.parametrize("created", ["", "[1]", "{", '{"server": 1}', '{"server": {"id": 1}}', "[" * 10**5])
def test_any_body_of_a_response_is_read(created: str) -> None:
    assert changed_objects(made(answered={}, created=created)) == frozenset()


@given(st.text())
def test_any_text_is_searched(text: str) -> None:
    assert SERVER in named_objects(made(url=f"http://x/{SERVER}/{text}", body=text))
