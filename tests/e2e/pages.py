"""Recordings made for pages."""

from __future__ import annotations

import msgspec

from tests.rendering import seed
from tracer.model import Body, Exchange, Recording, Request, Response


def saying(
    body: Body | None,
    *,
    url: str = f"{seed.HOST}/image",
    headers: dict[str, str | list[str]] | None = None,
    method: str = "PUT",
) -> Recording:
    """A recording of one exchange, with this request."""
    request = Request(method=method, url=url, http="HTTP/1.1", headers=headers or {}, body=body)
    response = Response(status=200, reason="OK", headers={}, body=None)
    exchange = Exchange(
        sender="client",
        receiver="glance",
        started=0.0,
        ended=0.1,
        path="/image",
        request=request,
        response=response,
    )
    return msgspec.structs.replace(
        seed.recording([]), exchanges=[exchange], verdict=None, missing=[], sequence=None
    )
