"""The image of a new cloud, so that its first commands have something to show.

The requests are those of the Identity API v3 and the Image API v2. They use no proxy: the user's proxy
does not reach the cloud, and a tracer would record them.
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

import msgspec

from tracer.cloud.image import qcow2
from tracer.errors import CloudError
from tracer.urls import hostname, origin, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NAME", "ensure"]

NAME = "demo-image"

_TIMEOUT = 60.0
_OBJECTS = "application/json"
_BYTES = "application/octet-stream"


def ensure(environment: Mapping[str, str], image_url: str) -> str:
    """Return the ID of the demo image. Upload the image to the service at ``image_url`` if it is missing.

    ``environment`` has the ``OS_…`` variables of a client. Raises CloudError if the cloud refuses a request
    or does not respond.
    """
    token = _token(environment)
    images = f"{image_url}/v2/images"
    listed = _request("GET", f"{images}?name={NAME}&status=active", token=token)[0]["images"]
    if listed:
        return str(listed[0]["id"])
    fields = {"name": NAME, "disk_format": "qcow2", "container_format": "bare", "visibility": "public"}
    image = str(_request("POST", images, msgspec.json.encode(fields), token=token)[0]["id"])
    _request("PUT", f"{images}/{image}/file", qcow2(), token=token, media_type=_BYTES)
    return image


def _token(environment: Mapping[str, str]) -> str:
    domain = {"name": environment["OS_USER_DOMAIN_NAME"]}
    user = {"name": environment["OS_USERNAME"], "password": environment["OS_PASSWORD"], "domain": domain}
    project = {
        "name": environment["OS_PROJECT_NAME"],
        "domain": {"name": environment["OS_PROJECT_DOMAIN_NAME"]},
    }
    identity = {"methods": ["password"], "password": {"user": user}}
    auth = {"auth": {"identity": identity, "scope": {"project": project}}}
    url = f"{environment['OS_AUTH_URL']}/v3/auth/tokens"
    _, token = _request("POST", url, msgspec.json.encode(auth))
    return token


def _request(
    method: str, url: str, body: bytes | None = None, *, token: str = "", media_type: str = _OBJECTS
) -> tuple[Any, str]:
    """Return the JSON of the response, None without a body, and the token that it issues."""
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
