"""The users of a suite's roles, created on a Keystone that answers like a fresh one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tracer.matrix import accounts
from tracer.matrix.roles import roles

ENVIRONMENT = {
    "PATH": "/bin",
    "OS_AUTH_URL": "http://k",
    "OS_IDENTITY_API_VERSION": "3",
    "OS_USERNAME": "admin",
    "OS_PASSWORD": "secret of the administrator",
}


class Keystone:
    """The requests to a Keystone, and its responses. ``missing`` are roles that it lacks."""

    def __init__(self, *missing: str) -> None:
        self.missing = missing
        self.sent: list[str] = []

    def token(self, environment: Any) -> str:
        assert environment is ENVIRONMENT
        return "the token of the administrator"

    def request(self, method: str, url: str, body: bytes | None = None, *, token: str = "") -> Any:
        path = url.removeprefix("http://k/v3")
        self.sent.append(f"{method} {path}")
        content = msgspec.json.decode(body) if body else {}
        if path == "/auth/tokens":
            return {}, "the token of the member"
        if path.endswith("/application_credentials"):
            assert token == "the token of the member"
            return {"application_credential": {"id": "c", "secret": "s"}}, ""
        assert token == "the token of the administrator"
        if path.startswith("/roles"):
            name = path.partition("=")[2]
            return {"roles": [] if name in self.missing else [{"id": f"id-{name}"}]}, ""
        if path == "/users":
            return {"user": {"id": f"user-{content['user']['name']}"}}, ""
        if path == "/projects":
            return {"project": {"id": "p"}}, ""
        return None, ""


@pytest.fixture
def keystone(monkeypatch: pytest.MonkeyPatch) -> Keystone:
    answering = Keystone("manager")
    monkeypatch.setattr(accounts, "token", answering.token)
    monkeypatch.setattr(accounts, "request", answering.request)
    return answering


def test_a_suite_without_roles_sends_nothing(keystone: Keystone) -> None:
    created = accounts.create(["admin", "a user of the suite"], ENVIRONMENT, "zed")
    assert created == ({"admin": ENVIRONMENT}, {})
    assert keystone.sent == []


def test_each_role_has_its_grant_and_its_scope(keystone: Keystone) -> None:
    created = accounts.create(roles(), ENVIRONMENT, "zed")
    assert created.unavailable == {"manager": "Keystone of zed has no role manager"}
    assert created.environments.keys() == {"admin", *roles()} - {"manager"}
    scopes = {
        name: sorted(key for key in environment if key.startswith(("OS_PROJECT", "OS_DOMAIN", "OS_SYSTEM")))
        for name, environment in created.environments.items()
    }
    project = ["OS_PROJECT_DOMAIN_ID", "OS_PROJECT_NAME"]
    assert scopes == {
        "admin": [],
        "member": project,
        "reader": project,
        "domain-admin": ["OS_DOMAIN_ID"],
        "system-admin": ["OS_SYSTEM_SCOPE"],
        "unscoped": [],
        "application-credential": [],
        "anonymous": [],
    }
    grants = [line for line in keystone.sent if line.startswith("PUT")]
    assert grants == [
        "PUT /projects/p/users/user-tracer-member/roles/id-member",
        "PUT /projects/p/users/user-tracer-reader/roles/id-reader",
        "PUT /domains/default/users/user-tracer-domain-admin/roles/id-admin",
        "PUT /system/users/user-tracer-system-admin/roles/id-admin",
        "PUT /projects/p/users/user-tracer-application-credential/roles/id-member",
    ]
    assert keystone.sent.count("POST /projects") == 1  # one for all of these users


def test_no_role_has_the_password_of_the_administrator(keystone: Keystone) -> None:
    created = accounts.create(roles(), ENVIRONMENT, "2026.2").environments
    others = [environment for name, environment in created.items() if name != "admin"]
    assert all(ENVIRONMENT["OS_PASSWORD"] not in environment.values() for environment in others)
    assert not [key for key in created["anonymous"] if key.startswith("OS_")]
    credential = created["application-credential"]
    assert credential["OS_AUTH_TYPE"] == "v3applicationcredential"
    assert "OS_PASSWORD" not in credential
    passwords = [environment["OS_PASSWORD"] for environment in others if "OS_PASSWORD" in environment]
    assert len(passwords) == len(set(passwords)) == 5
