"""Small runs to compare."""

from __future__ import annotations

import json
from typing import Any

from tracer.model import FORMAT, Body, Exchange, Output, Recording, Request, Response

__all__ = ["exchange", "run"]


def run(*exchanges: Exchange, **fields: Any) -> Recording:
    made = {"command": "openstack image show x", "recorded": "2026-11-23T12:00:00Z", **fields}
    return Recording(format=FORMAT, exchanges=list(exchanges), **made)


def exchange(
    path: str = "/image/v2/images/{image_id}",
    body: Any = None,
    *,
    method: str = "GET",
    status: int = 200,
    headers: dict[str, Any] | None = None,
    url: str = "http://cloud:9292/image/v2/images/1",
    started: float = 0.0,
    ended: float | None = None,
    text: str | None = None,
    size: int | None = None,
) -> Exchange:
    content = text if text is not None else None if body is None else json.dumps(body)
    kept = (
        None
        if content is None
        else Body(type="application/json", size=len(content) if size is None else size, json=content)
    )
    return Exchange(
        sender="client",
        receiver="glance",
        path=path,
        started=started,
        ended=started + 0.001 if ended is None else ended,
        request=Request(method=method, url=url),
        response=Response(status=status, headers=headers or {}, body=kept),
    )


def output(stdout: str, code: int = 0) -> Output:
    return Output(exit=code, stdout=stdout)
