"""The users of a cloud for the roles of a suite, created through the Identity API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracer.cloud.admin_requests import request, token
from tracer.cloud.passwords import generate
from tracer.matrix.roles import ADMIN, Role, roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Accounts", "create"]

_PREFIX = "tracer-"
_PROJECT = f"{_PREFIX}roles"
_DOMAIN = "default"


class Accounts(NamedTuple):
    """The environment variables of each role, and the reasons why the cloud lacks the others."""

    environments: Mapping[str, Mapping[str, str]]
    unavailable: Mapping[str, str] = {}


def create(names: Iterable[str], environment: Mapping[str, str], release: str) -> Accounts:
    """Create a user for each of the roles ``names`` on a new cloud of ``release``.

    ``environment`` has the ``OS_…`` variables of the administrator. A role that Keystone of this release does
    not have is not available. Raises CloudError if the cloud refuses a request or does not respond.
    """
    environments: dict[str, Mapping[str, str]] = {ADMIN: environment}
    unavailable: dict[str, str] = {}
    wanted = {name: role for name, role in roles().items() if name in set(names)}
    if wanted:
        creation = _Creation(environment)
        for name, role in wanted.items():
            grant = creation.role_id(role.role) if role.role else ""
            if grant is None:
                unavailable[name] = f"Keystone of {release} has no role {role.role}"
            else:
                environments[name] = creation.account(name, role, grant)
    return Accounts(environments, unavailable)


class _Creation:
    """The creation of users by the administrator. They share a project, which their first role needs."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        addressing = ("OS_AUTH_URL", "OS_IDENTITY_API_VERSION", "OS_REGION_NAME")
        self._common = {name: value for name, value in environment.items() if not name.startswith("OS_")}
        self._common |= {name: environment[name] for name in addressing if name in environment}
        self._url = f"{environment['OS_AUTH_URL']}/v3"
        self._token = token(environment)
        self._project = ""

    def role_id(self, name: str) -> str | None:
        """Return the ID of a role of Keystone, None if there is no such role."""
        found = self._send("GET", f"/roles?name={name}")["roles"]
        return str(found[0]["id"]) if found else None

    def account(self, name: str, role: Role, grant: str) -> dict[str, str]:
        """Create a user for ``role`` with the role of ID ``grant``. Return the environment of the user."""
        if role.login == "nothing":
            return {key: value for key, value in self._common.items() if not key.startswith("OS_")}
        password = generate()
        user = {"name": _PREFIX + name, "password": password, "domain_id": _DOMAIN}
        user_id = self._send("POST", "/users", {"user": user})["user"]["id"]
        scope: dict[str, str] = {}
        if role.scope == "project":
            self._send("PUT", f"/projects/{self._project_id()}/users/{user_id}/roles/{grant}")
            scope = {"OS_PROJECT_NAME": _PROJECT, "OS_PROJECT_DOMAIN_ID": _DOMAIN}
        elif role.scope == "domain":
            self._send("PUT", f"/domains/{_DOMAIN}/users/{user_id}/roles/{grant}")
            scope = {"OS_DOMAIN_ID": _DOMAIN}
        elif role.scope == "system":
            self._send("PUT", f"/system/users/{user_id}/roles/{grant}")
            scope = {"OS_SYSTEM_SCOPE": "all"}
        login = {
            "OS_USERNAME": user["name"],
            "OS_PASSWORD": password,
            "OS_USER_DOMAIN_ID": _DOMAIN,
        }
        if role.login == "application-credential":
            return self._common | self._application_credential(user_id, password)
        return self._common | login | scope

    def _application_credential(self, user_id: str, password: str) -> dict[str, str]:
        identity = {"methods": ["password"], "password": {"user": {"id": user_id, "password": password}}}
        auth = {"identity": identity, "scope": {"project": {"id": self._project_id()}}}
        url = f"{self._url}/auth/tokens"
        _, issued = request("POST", url, msgspec.json.encode({"auth": auth}))
        body = {"application_credential": {"name": _PREFIX + "credential"}}
        url = f"{self._url}/users/{user_id}/application_credentials"
        created, _ = request("POST", url, msgspec.json.encode(body), token=issued)
        return {
            "OS_AUTH_TYPE": "v3applicationcredential",
            "OS_APPLICATION_CREDENTIAL_ID": created["application_credential"]["id"],
            "OS_APPLICATION_CREDENTIAL_SECRET": created["application_credential"]["secret"],
        }

    def _project_id(self) -> str:
        if not self._project:
            body = {"project": {"name": _PROJECT, "domain_id": _DOMAIN}}
            self._project = self._send("POST", "/projects", body)["project"]["id"]
        return self._project

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        content = None if body is None else msgspec.json.encode(body)
        return request(method, self._url + path, content, token=self._token)[0]
