"""Registers services and their accounts at Keystone, through its API, inside one process.

It runs in the environment of the services, which has no tracer: it imports nothing of ours. The
WSGI application is called without a socket, so no port is needed while a cloud is prepared.

    python -I register.py MODULE:FUNCTION < orders.json
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any


class Keystone:
    """The few calls of the Identity API (v3) that registering needs. Raises SystemExit if one is refused."""

    def __init__(self, app: Any, user: str, password: str, *, system: bool = False) -> None:
        self._client = importlib.import_module("werkzeug.test").Client(app)
        self._token = ""
        domain = {"name": "Default"}
        auth = {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": user, "domain": domain, "password": password}},
            },
            "scope": {"system": {"all": True}}
            if system
            else {"project": {"name": "admin", "domain": domain}},
        }
        response = self._call("POST", "/v3/auth/tokens", {"auth": auth})
        self._token = response.headers["X-Subject-Token"]

    def create(self, kind: str, fields: dict[str, Any]) -> str:
        """Create a ``service``, ``endpoint``, ``project`` or ``user``; returns its id."""
        return str(self._call("POST", f"/v3/{kind}s", {kind: fields}).get_json()[kind]["id"])

    def grant(self, role: str, user: str, project: str) -> None:
        """Give the user (id) the role (name) on the project (id).

        A missing role is created: Keystone of zed comes without the role ``service``.
        """
        roles = self._call("GET", f"/v3/roles?name={role}").get_json()["roles"]
        role_id = roles[0]["id"] if roles else self.create("role", {"name": role})
        self._call("PUT", f"/v3/projects/{project}/users/{user}/roles/{role_id}")

    def limit(self, service: str, region: str, limits: dict[str, int], user: str) -> None:
        """Register the default limits of a service (id), and let its user (id) read all limits.

        Zed allows this only with a token for the whole system.
        """
        wanted = [
            {"service_id": service, "region_id": region, "resource_name": name, "default_limit": default}
            for name, default in limits.items()
        ]
        self._call("POST", "/v3/registered_limits", {"registered_limits": wanted})
        roles = self._call("GET", "/v3/roles?name=reader").get_json()["roles"]
        self._call("PUT", f"/v3/system/users/{user}/roles/{roles[0]['id']}")

    def _call(self, method: str, path: str, content: dict[str, Any] | None = None) -> Any:
        headers = {"X-Auth-Token": self._token} if self._token else {}
        response = self._client.open(path, method=method, json=content, headers=headers)
        if response.status_code >= 300:
            sys.exit(f"{method} {path}: {response.status}: {response.get_data(as_text=True)}")
        return response


def main() -> None:
    """Carry out the orders on standard input: the admin's log-in, the region, the services."""
    orders = json.load(sys.stdin)
    module, _, function = sys.argv.pop().partition(":")  # Keystone reads the command line too
    app = getattr(importlib.import_module(module), function)()
    keystone = Keystone(app, orders["user"], orders["password"])
    project = keystone.create("project", {"name": "service", "domain_id": "default"})
    for service in orders["services"]:
        made = keystone.create("service", {"name": service["name"], "type": service["type"]})
        place = {"interface": "public", "region_id": orders["region"], "url": service["url"]}
        keystone.create("endpoint", {"service_id": made, **place})
        if service["user"]:
            account = {"name": service["user"], "password": service["password"], "domain_id": "default"}
            user = keystone.create("user", account)
            for role in service["roles"]:
                keystone.grant(role, user, project)
            if service["limits"]:
                system = Keystone(app, orders["user"], orders["password"], system=True)
                system.limit(made, orders["region"], service["limits"], user)


if __name__ == "__main__":
    main()
