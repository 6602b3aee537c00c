"""mitmproxy flows as its own test kit makes them, and a run of them through the addon."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mitmproxy import connection, http
from mitmproxy.test import taddons, tflow, tutils

from tracer.capture.mitm.flow_events import exchange_completed, request_started
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.recording import load
from tracer.runs.exchanges import exchange
from tracer.runs.settings import LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracer.model import Exchange, Recording

CLOUD = "http://cloud.test"


def flow(
    method: str = "GET",
    path: str = "/identity",
    status: int = 200,
    *,
    headers: dict[str, str] | None = None,
    content: bytes = b"",
    answer: bytes = b"",
    answer_headers: dict[str, str] | None = None,
    client: connection.Client | None = None,
    at: float = 1.0,
) -> http.HTTPFlow:
    """An exchange that took half a second."""
    request = tutils.treq(
        method=method.encode(),
        scheme=b"http",
        host="cloud.test",
        port=80,
        authority=b"",
        path=path.encode(),
        headers=http.Headers([(k.encode(), v.encode()) for k, v in (headers or {}).items()]),
        content=content,
        timestamp_start=at,
        timestamp_end=at + 0.1,
    )
    response = tutils.tresp(
        status_code=status,
        headers=http.Headers([(k.encode(), v.encode()) for k, v in (answer_headers or {}).items()]),
        content=answer,
        timestamp_start=at + 0.4,
        timestamp_end=at + 0.5,
    )
    return tflow.tflow(client_conn=client or peer(), req=request, resp=response)


def peer(host: str = "192.0.2.7") -> connection.Client:
    """A new connection from a client of another machine."""
    client = tflow.tclient_conn()
    client.peername = (host, 40000)
    client.timestamp_end = None
    return client


def exchanged(made: http.HTTPFlow) -> Exchange:
    """A complete flow as the exchange that the addon makes of it."""
    return exchange(
        request_started(made),
        exchange_completed(made, None, None, closes=False),
        sender="client",
        limit=LIMIT,
    )


def trace(flows: Iterable[http.HTTPFlow], folder: Path, **options: object) -> dict[str, Recording]:
    """What the addon makes of stored flows, by the recordings' file names."""

    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context:
            context.configure(tracer, trace_dir=str(folder), trace_diagram="", server=False, **options)
            for one in flows:
                await context.cycle(tracer, one)
            await tracer.done()

    asyncio.run(run())
    return {path.stem: load(path) for path in sorted(folder.rglob("*.yaml"))}
