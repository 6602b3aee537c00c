"""Requests sent again after a failure that may pass."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.sequences.runs import (
    HOST,
    exchange,
    login,
    show,
    versions_of_glance,
    versions_of_keystone,
)
from tracer.model import Body, Exchange
from tracer.sequences import catalog, known_client, match

FAILURES = [429, 502, 503, 504, None]


def _verdicts(run: list[Exchange], sequence: str = "image-show") -> tuple[list[str | None], str]:
    result = match(run, catalog()[sequence], known_client("", "zed"))
    return [label.verdict for label in result.labels], result.verdict


def _create(status: int | None, name: str = "cirros") -> Exchange:
    sent = exchange("POST", f"{HOST}/image/v2/images", status, token=True)
    text = f'{{"name": "{name}"}}'
    body = Body(type="application/json", size=len(text), json=text)
    return msgspec.structs.replace(sent, request=msgspec.structs.replace(sent.request, body=body))


def _prologue() -> list[Exchange]:
    return [versions_of_keystone(), login(), versions_of_glance()]


@pytest.mark.parametrize("status", FAILURES)
def test_a_request_that_reads_is_repeated(status: int | None) -> None:
    verdicts, verdict = _verdicts([*_prologue(), show(status=status), show(status=status), show()])
    assert verdicts[3:] == ["repeated", "repeated", "documented"]
    assert verdict == "conforms"


@pytest.mark.parametrize("status", FAILURES)
def test_a_request_that_changes_state_is_repeated_after_a_failure(status: int | None) -> None:
    verdicts, verdict = _verdicts([*_prologue(), _create(status), _create(201)], "image-create")
    assert verdicts[3:] == ["repeated", "documented"]
    assert verdict == "conforms"


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize("status", FAILURES)
def test_login_and_discovery_are_repeated(status: int | None, step: int) -> None:
    run = [*_prologue(), show()]
    failed = [versions_of_keystone, login, versions_of_glance][step](status)
    run.insert(step, failed)
    verdicts, verdict = _verdicts(run)
    assert verdicts[step] == "repeated"
    assert verdict == "conforms"


@pytest.mark.parametrize("again", [201, 409, 503, None])
def test_a_request_that_changes_state_after_a_success_is_none(again: int | None) -> None:
    verdicts, verdict = _verdicts([*_prologue(), _create(201), _create(again)], "image-create")
    assert "repeated" not in verdicts[3:]
    assert verdict == "deviates"


def test_the_second_of_two_successes_after_a_failure_is_none() -> None:
    verdicts, verdict = _verdicts([*_prologue(), _create(503), _create(201), _create(201)], "image-create")
    assert verdicts[3:] == ["repeated", "documented", "unexpected"]
    assert verdict == "deviates"


@pytest.mark.parametrize("status", [400, 409, 500, 501])
def test_a_failure_that_does_not_pass_is_no_reason(status: int) -> None:
    verdicts, verdict = _verdicts([*_prologue(), show(status=status), show()])
    assert verdicts[3] != "repeated"
    assert verdict == "deviates"


def test_a_failure_that_stays_deviates() -> None:
    verdicts, verdict = _verdicts([*_prologue(), show(status=503), show(status=503)])
    assert verdicts[3:] == ["repeated", "wrong-status"]
    assert verdict == "deviates"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_create(503), _create(201, "another")),
        (show(status=503), show("another")),
        (exchange("GET", f"{HOST}:5000/", None), exchange("GET", f"{HOST}:9292/", 300)),
    ],
    ids=["body", "path", "host"],
)
def test_another_request_is_no_retry(first: Exchange, second: Exchange) -> None:
    run = [*_prologue(), first, second]
    assert _verdicts(run, "image-create")[0][3] != "repeated"


def test_a_lost_connection_to_an_unknown_service_is_repeated() -> None:
    lost = msgspec.structs.replace(login(None), receiver="")
    verdicts, verdict = _verdicts([versions_of_keystone(), lost, login(), versions_of_glance(), show()])
    assert verdicts[1] == "repeated"
    assert verdict == "conforms"


def test_a_service_call_is_repeated() -> None:
    def call(status: int | None, started: float) -> Exchange:
        sent = exchange("GET", f"{HOST}/identity/v3/auth/tokens", status, sender="glance", token=True)
        return msgspec.structs.replace(sent, started=started, ended=started + 0.1)

    asked: dict[str, Any] = {"started": 0.0, "ended": 1.0}
    run = [*_prologue(), msgspec.structs.replace(show(), **asked), call(503, 0.1), call(200, 0.3)]
    verdicts, verdict = _verdicts(run)
    assert verdicts[4:] == ["repeated", "optional"]
    assert verdict == "conforms"
