"""Requests of the admin to a cloud that has just started.

The requests follow the Identity API v3. They use no proxy: the user's proxy does not reach the cloud, and a
tracer would record them.
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

import msgspec

from tracer.errors import CloudError
from tracer.urls import hostname, origin, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["endpoints", "request", "token"]

_TIMEOUT = 60.0
_OBJECTS = "application/json"


def token(environment: Mapping[str, str]) -> str:
    """Return a token for the user and the project of ``environment``, the ``OS_…`` variables of a client.

    Raises CloudError if the cloud refuses the request or does not respond.
    """
    return _login(environment)[1]


def endpoints(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the public URLs in the catalogue of the token of ``environment``, by service type.

    Raises CloudError as ``token`` does.
    """
    body, _ = _login(environment)
    return {
        service["type"]: endpoint["url"]
        for service in body["token"]["catalog"]
        for endpoint in service["endpoints"]
        if endpoint["interface"] == "public"
    }


def _login(environment: Mapping[str, str]) -> tuple[Any, str]:
    domain = {"name": environment["OS_USER_DOMAIN_NAME"]}
    user = {"name": environment["OS_USERNAME"], "password": environment["OS_PASSWORD"], "domain": domain}
    project = {
        "name": environment["OS_PROJECT_NAME"],
        "domain": {"name": environment["OS_PROJECT_DOMAIN_NAME"]},
    }
    identity = {"methods": ["password"], "password": {"user": user}}
    auth = {"auth": {"identity": identity, "scope": {"project": project}}}
    url = f"{environment['OS_AUTH_URL']}/v3/auth/tokens"
    return request("POST", url, msgspec.json.encode(auth))


def request(
    method: str, url: str, body: bytes | None = None, *, token: str = "", media_type: str = _OBJECTS
) -> tuple[Any, str]:
    """Return the JSON of the response, None without a body, and the token that it issues.

    Raises CloudError if the cloud refuses the request or does not respond.
    """
    server = origin(url)
    assert server is not None
    connection = http.client.HTTPConnection(hostname(url), server.port, timeout=_TIMEOUT)
    query = url.partition("?")[2]
    target = f"{path_of(url)}?{query}" if query else path_of(url)
    headers = {"Content-Type": media_type, **({"X-Auth-Token": token} if token else {})}
    try:
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise CloudError(f"{method} {url}: no response: {str(error) or type(error).__name__}") from None
    finally:
        connection.close()
    if response.status >= http.client.BAD_REQUEST:
        raise CloudError(f"{method} {url}: {response.status} {response.reason}")
    return msgspec.json.decode(content) if content else None, response.headers.get("X-Subject-Token", "")
