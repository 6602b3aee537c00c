"""Values and environments of a suite's entries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.matrix.made import suite
from tracer.capture.client.requests_process import OrderedRequest, RequestsProcess, ServiceResponse
from tracer.errors import CommandError
from tracer.matrix.accounts import Accounts
from tracer.matrix.cloud_requests import CloudRequests
from tracer.matrix.problems import Problem
from tracer.matrix.workplace import Workplace, unexpected_status

if TYPE_CHECKING:
    from tracer.matrix import Suite

SUITE = """\
name: mine
passwords: [password]
users: {guest: {OS_USERNAME: guest, OS_PASSWORD: "{password}"}}
commands:
- name: create
  request: {service: image, method: POST, path: /v2/images}
  status: {admin: 201, reader: 403, guest: 201}
  roles: [admin, reader, guest]
  keep: {image_id: id}
  cleanup:
  - request: {service: image, method: DELETE, path: "/v2/images/{image_id}"}
- name: activate
  prepare:
  - request: {service: image, path: /v2/images/a}
    until: {status: [active, killed], task.state: null}
    keep: {size: size}
  run: openstack image set a
- {name: users, run: openstack user list, as: manager}
- {name: first, run: openstack image list --format json, keep: {first_id: 0.ID}}
"""
ACCOUNTS = Accounts(
    {
        "admin": {"PATH": "/bin", "OS_USERNAME": "admin", "OS_PROJECT_NAME": "admin"},
        "reader": {"OS_USERNAME": "r", "OS_PASSWORD": "Wn7-placid-Heron"},
    },
    {"manager": "Keystone of zed has no role manager"},
)


@pytest.fixture
def mine(tmp_path: Path) -> Suite:
    return suite(tmp_path, SUITE)


@pytest.fixture
def workplace(mine: Suite, tmp_path: Path) -> Workplace:
    return Workplace(mine, tmp_path, ACCOUNTS)


def test_a_user_of_the_suite_differs_from_the_administrator_and_a_role_has_its_own(
    workplace: Workplace, mine: Suite
) -> None:
    create = mine.commands[0]
    assert workplace.environment(create)["OS_USERNAME"] == "admin"
    assert workplace.environment(create, "reader")["OS_USERNAME"] == "r"
    guest = workplace.environment(create, "guest")
    assert guest["OS_PROJECT_NAME"] == "admin"
    assert guest["OS_PASSWORD"] == workplace.values["password"]


def test_an_entry_with_a_role_that_the_cloud_lacks_is_not_run(workplace: Workplace, mine: Suite) -> None:
    assert not workplace.can_run(mine.commands[2])
    with pytest.raises(CommandError, match="not run: Keystone of zed has no role manager"):
        workplace.environment(mine.commands[2])


def test_a_refused_request_keeps_no_value_of_an_earlier_role(workplace: Workplace, mine: Suite) -> None:
    create = mine.commands[0]
    workplace.keep_from(create, ServiceResponse(status=201, body=b'{"id": "a b"}'))
    assert workplace.can_run(create.cleanup[0])
    with pytest.raises(CommandError, match="not sent"):
        workplace.request(create.cleanup[0])
    workplace.forget(create)
    workplace.keep_from(create, ServiceResponse(status=403, body=b"<html>"))
    assert not workplace.can_run(create.cleanup[0])
    with pytest.raises(CommandError, match=r"not run: the command that gives \{image_id\} failed"):
        workplace.request(create.cleanup[0])


def test_a_problem_has_placeholders_in_place_of_values_and_no_secret(
    workplace: Workplace, mine: Suite
) -> None:
    token = "gAAAAABrDHV-C0oQ9vcQuaT6FQm0jwXTbhKo_Y32krp5C4Iss6tkfRpXHkJgu1rEibZxBoaXhI2hq60eng0EQl2tB"
    secret = "0mQk4Wn7TzRb1cXe"  # a value that only its place in a response makes a secret
    for value in (secret, "5f0c83f3-4a4b-4f0e-9a0b-0d6f4f0c2c11"):
        workplace.keep_from(
            mine.commands[0], ServiceResponse(status=201, body=b'{"id": "%s"}' % value.encode())
        )
    workplace.forget(mine.commands[0])
    password = workplace.values["password"]
    for quoted in (secret, password, quote(password, safe=""), token, "Wn7-placid-Heron"):
        raw = Problem(kind="command", reason=f"got no response: header '{quoted}'", command=f"GET /{quoted}")
        text = str(workplace.without_secrets(raw))
        assert quoted not in text, quoted
        assert "got no response" in text
    raw = Problem(kind="command", reason=f"failed: no {password}, no {secret}", command="user set {password}")
    text = str(workplace.without_secrets(raw))
    assert text == "`user set {password}` failed: no {password}, no {image_id}"


class Answers(RequestsProcess):
    """A process that sends nothing, and returns a response after the other, the last one for ever."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies = list(bodies)
        self.sent = 0

    def send(self, _request: OrderedRequest) -> ServiceResponse:
        self.sent += 1
        return ServiceResponse(
            status=200, body=self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        )


def waiting(mine: Suite, folder: Path, answers: Answers) -> Workplace:
    requests = CloudRequests({"image": "http://c/image"}, answers, Path("nowhere"))
    workplace = Workplace(mine, folder, ACCOUNTS, requests)
    workplace.run(mine.commands[1].prepare[0])
    return workplace


def test_a_request_is_sent_again_until_its_response_has_the_values(
    mine: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.matrix.workplace._PAUSE", 0)
    answers = Answers(
        b"<html>",
        b'{"status": "queued", "size": 1, "task": {"state": null}}',
        b'{"status": "active", "size": 2}',
        b'{"status": "active", "size": 3, "task": {"state": "spawning"}}',
        b'{"status": "killed", "size": 4, "task": {"state": null}}',
        b'{"status": "active", "size": 5, "task": {"state": null}}',
    )
    assert waiting(mine, tmp_path, answers).values["size"] == "4"
    assert answers.sent == 5


@pytest.mark.parametrize(
    ("body", "reason"), [(b"{}", "has no status"), (b'{"status": "queued"}', "has status = queued")]
)
def test_a_state_that_does_not_come_is_an_error(
    body: bytes, reason: str, mine: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.matrix.workplace._PATIENCE", 0)
    with pytest.raises(CommandError) as caught:
        waiting(mine, tmp_path, Answers(body))
    assert caught.value.problem == f"{reason} after 0 seconds"


def test_a_value_that_is_missing_is_an_error(workplace: Workplace, mine: Suite) -> None:
    with pytest.raises(CommandError, match="`POST /v2/images` gave no id"):
        workplace.keep_from(mine.commands[0], ServiceResponse(status=201, body=b"{}"))
    first = mine.commands[3]
    workplace.keep(first, '[{"ID": "x"}]')
    assert workplace.values["first_id"] == "x"
    with pytest.raises(CommandError, match=r"printed no JSON object with 0\.ID"):
        workplace.keep(first, "[]")


@pytest.mark.parametrize(
    ("status", "expected", "problem"),
    [
        (201, (201,), None),
        (204, (), None),
        (404, (), "`POST /v2/images` got status 404, expected a status below 400"),
        (200, (201, 403), "`POST /v2/images` got status 200, expected 201 or 403"),
    ],
)
def test_the_expected_status(
    mine: Suite, status: int, expected: tuple[int, ...], problem: str | None
) -> None:
    error = unexpected_status(mine.commands[0], ServiceResponse(status=status), expected)
    assert (error and str(error)) == problem


def test_a_lost_response_is_unexpected(mine: Suite) -> None:
    error = unexpected_status(mine.commands[0], ServiceResponse(error="it ended"), (0,))
    assert str(error) == "`POST /v2/images` got no response: it ended"
