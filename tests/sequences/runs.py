"""Runs made by hand: the exchanges of `openstack image show` on a devstack, and what tests change in them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from tracer.model import Body, Exchange, Request, Response

HOST = "http://182.161.114.101"
IMAGE_ID = "9c31f2c6-f22c-440e-b670-d8d5a5cc0405"
IMAGE_NAME = "cirros-0.5.2-x86_64-disk"
MOUNTS = {"identity": "keystone", "image": "glance", "networking": "neutron", "volume": "cinder"}


def exchange(
    method: str,
    url: str,
    status: int | None,
    *,
    to: str = "",
    sender: str = "client",
    token: bool = False,
    location: str = "",
    body: Any = None,
) -> Exchange:
    """One exchange; ``to`` is by default what a devstack's path says, a status of None means no response."""
    text = json.dumps(body) if body is not None else None
    response = Response(
        status=status or 0,
        headers={"Location": location} if location else {},
        body=Body(size=len(text), type="application/json", json=text) if text else None,
    )
    return Exchange(
        started=0.0,
        sender=sender,
        receiver=to or MOUNTS.get(urlsplit(url).path.split("/")[1], ""),
        request=Request(method=method, url=url, headers={"X-Auth-Token": "<token-1>"} if token else {}),
        response=response if status is not None else None,
        error=None if status is not None else "connection lost",
    )


def token_body(keystone: str = f"{HOST}/identity", glance: str = f"{HOST}/image") -> dict[str, Any]:
    """A token response's body with a catalogue of two services."""
    return {
        "token": {
            "catalog": [
                {"type": "identity", "endpoints": [{"interface": "public", "url": keystone}]},
                {"type": "image", "endpoints": [{"interface": "public", "url": glance}]},
            ]
        }
    }


def versions_of_keystone(status: int | None = 300) -> Exchange:
    return exchange("GET", f"{HOST}/identity", status)


def login(status: int | None = 201) -> Exchange:
    return exchange(
        "POST", f"{HOST}/identity/v3/auth/tokens", status, body=token_body() if status == 201 else None
    )


def versions_of_glance(status: int | None = 300) -> Exchange:
    return exchange("GET", f"{HOST}/image", status)


def show(what: str = IMAGE_ID, status: int | None = 200) -> Exchange:
    return exchange("GET", f"{HOST}/image/v2/images/{what}", status, token=True)


def by_name(name: str = IMAGE_NAME, status: int | None = 200) -> Exchange:
    return exchange("GET", f"{HOST}/image/v2/images?name={name}", status, token=True)


def hidden(status: int | None = 200) -> Exchange:
    return exchange("GET", f"{HOST}/image/v2/images?os_hidden=True", status, token=True)


def prologue() -> list[Exchange]:
    return [versions_of_keystone(), login(), versions_of_glance()]


def by_id() -> list[Exchange]:
    return [*prologue(), show()]


def named() -> list[Exchange]:
    return [*prologue(), show(IMAGE_NAME, 404), by_name()]


def not_found() -> list[Exchange]:
    return [*named(), hidden()]
