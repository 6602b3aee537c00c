"""Runs that end with a failed login."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sequences.runs import HOST, by_id, exchange, login, show, versions_of_keystone
from tracer.sequences import failed_login

if TYPE_CHECKING:
    from tracer.model import Exchange

TOKENS = f"{HOST}/identity/v3/auth/tokens"
FEDERATED = f"{HOST}/identity/v3/OS-FEDERATION/identity_providers/a/protocols/saml2/auth"
BY_SERVICE = exchange("GET", TOKENS, 200, sender="glance", token=True)


@pytest.mark.parametrize(
    ("run", "request_and_result"),
    [
        ([versions_of_keystone(), login(401)], "POST /identity/v3/auth/tokens → 401"),
        ([versions_of_keystone(), login(None)], "POST /identity/v3/auth/tokens → no response"),
        ([login(401), login(401)], "POST /identity/v3/auth/tokens → 401"),
        ([login(500)], "POST /identity/v3/auth/tokens → 500"),
        ([versions_of_keystone(503)], "GET /identity → 503"),
        ([versions_of_keystone(None)], "GET /identity → no response"),
        ([exchange("GET", HOST, None, to="keystone")], "GET / → no response"),
        ([exchange("GET", FEDERATED, 403, to="idp")], f"GET {FEDERATED.removeprefix(HOST)} → 403"),
        (
            [login(401), exchange("GET", TOKENS, 200, sender="glance", token=True)],
            "POST /identity/v3/auth/tokens → 401",
        ),
    ],
)
def test_the_last_request_of_the_client_is_named(run: list[Exchange], request_and_result: str) -> None:
    assert failed_login(run) == request_and_result


@pytest.mark.parametrize(
    "run",
    [
        [],
        by_id(),
        [versions_of_keystone()],
        [versions_of_keystone(), login()],
        [login(401), login(), show()],
        # Keystone refuses a second login of a client with a token, and a request of the command itself.
        [login(), login(401)],
        [login(), exchange("GET", f"{HOST}/identity/v3/users", 403, token=True)],
        [exchange("GET", f"{HOST}/image/v2/images", 401)],
        [exchange("GET", f"{HOST}/identity/v3/users", 404)],
    ],
)
def test_other_runs_have_no_failed_login(run: list[Exchange]) -> None:
    assert failed_login(run) == ""
