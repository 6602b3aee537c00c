"""Sends requests of suites, as users of a cloud, from one process with keystoneauth.

It runs in the environment of a release's client, which has no tracer: it imports nothing of ours. A login is
sent directly, before the first request of its user. Each line of stdin is an order, and each line of stdout
the response to it.

    python -I request_sender.py
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import sys
from typing import Any

_TIMEOUT = 300.0
_NAME = "tracer"


class Sender:
    """The sessions of keystoneauth, one for each user."""

    def __init__(self) -> None:
        self._sessions: dict[str, Any] = {}

    def send(self, order: dict[str, Any]) -> dict[str, Any]:
        """Send a request. Return its status, header fields and body, or the ``error`` in place of these."""
        try:
            session = self._session(order["environment"])
            if session.auth is not None:
                session.session.proxies = {}
                session.get_token()
            proxy = order["proxy"]
            session.session.proxies = {"http": proxy, "https": proxy} if proxy else {}
            # A login or another address would be a further request in the recording.
            response = session.request(
                order["url"],
                order["method"],
                headers=order["headers"],
                authenticated=session.auth is not None,
                redirect=False,
                raise_exc=False,
                allow_reauth=False,
                **_content(order),
            )
        except Exception as error:  # noqa: BLE001 - of a library: the sender reports it and goes on
            return {"error": f"{type(error).__name__}: {error}"}
        if order["proxy"]:
            # The proxy is for this request alone.
            session.session.close()
        return {
            "status": response.status_code,
            "headers": dict(response.headers),
            "body": base64.b64encode(response.content).decode(),
        }

    def _session(self, environment: dict[str, str]) -> Any:
        key = json.dumps(environment, sort_keys=True)
        if key not in self._sessions:
            auth = _login(environment)
            session = importlib.import_module("keystoneauth1.session").Session(
                auth, timeout=_TIMEOUT, app_name=_NAME, verify=environment.get("OS_CACERT") or True
            )
            # The caller chooses the proxy.
            requests = importlib.import_module("requests").Session()
            requests.trust_env = False
            session.session = requests
            self._sessions[key] = session
        return self._sessions[key]


def _login(environment: dict[str, str]) -> Any:
    """Return the way of a user to a token, by ``OS_…`` variables; None for a user that has none."""
    if "OS_AUTH_URL" not in environment:
        return None
    loader = importlib.import_module("keystoneauth1.loading").get_plugin_loader(
        environment.get("OS_AUTH_TYPE", "password")
    )
    return loader.load_from_options_getter(
        lambda option: environment.get(f"OS_{option.dest.upper()}") or option.default
    )


def _content(order: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a request as an argument of keystoneauth."""
    if "json" in order:
        return {"json": order["json"]}
    return {"data": base64.b64decode(order["data"])} if "data" in order else {}


def main() -> None:
    """Send the requests on stdin one after another, until stdin ends."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as lines:
        # Output of a library must not get between the lines.
        os.dup2(2, 1)
        sender = Sender()
        for line in sys.stdin:
            lines.write(json.dumps(sender.send(json.loads(line))) + "\n")
            lines.flush()


if __name__ == "__main__":
    main()
