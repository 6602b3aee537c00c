"""Addons as users write them, for `mitmdump -s`: each acts on requests whose path begins with its name.

What an addon does and sees is printed as a line that begins with ``effect``.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from mitmproxy import ctx, http, io, tcp
from mitmproxy.script import concurrent

if TYPE_CHECKING:
    from collections.abc import Callable

# mitmproxy gives its decorator no types.
_in_a_thread: Callable[[Callable[[Slow, http.HTTPFlow], None]], Callable[[Slow, http.HTTPFlow], None]] = (
    concurrent
)


def effect(*words: object) -> None:
    print("effect", *words, flush=True)  # noqa: T201 - the test reads it


class _Addon:
    path = ""

    def concerns(self, flow: http.HTTPFlow) -> bool:
        return flow.request.path.startswith(self.path)


class Reader(_Addon):
    """Reads bodies on their way and changes texts."""

    path = "/read"

    def request(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            effect("request", flow.request.stream is not False, len(flow.request.raw_content or b""))
            if flow.request.text and len(flow.request.text) < 99:
                flow.request.text = flow.request.text.replace("world", "moon")

    def response(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            assert flow.response is not None
            effect("response", flow.response.stream is not False, len(flow.response.raw_content or b""))
            if flow.response.text and len(flow.response.text) < 99:
                flow.response.text = flow.response.text.replace("world", "moon")


class Form(_Addon):
    path = "/form"

    def request(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            if flow.request.urlencoded_form:
                flow.request.urlencoded_form["added"] = "field"
            else:
                flow.request.urlencoded_form = [("only", "field")]


class Reply(_Addon):
    """Answers in the cloud's place."""

    path = "/reply"

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if flow.request.path.startswith("/reply/head"):
            flow.response = http.Response.make(418, b"from the proxy", {"Content-Type": "text/plain"})

    def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.path.startswith("/reply/large"):
            flow.response = http.Response.make(200, b"x" * 2_000_000, {"Content-Type": "text/plain"})
        elif flow.request.path.startswith("/reply/bytes"):
            flow.response = http.Response.make(200, b"\0\1", {"Content-Type": "application/octet-stream"})
        elif self.concerns(flow) and flow.response is None:
            flow.response = http.Response.make(200, b"from the proxy", {"Content-Type": "text/html"})

    def response(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            assert flow.response is not None
            effect("reply", flow.response.status_code, flow.response.stream is not False)


class Streams(_Addon):
    """Lets bodies stream, unchanged or changed."""

    path = "/stream"

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if flow.request.path.startswith("/stream/up"):
            flow.request.stream = lambda data: data.replace(b"a", b"4") if data else b"!"

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        assert flow.response is not None
        if flow.request.path.startswith("/stream/change"):
            flow.response.stream = lambda data: [data.upper()] if data else []
        elif flow.request.path.startswith("/stream/not"):
            flow.response.stream = False
        elif self.concerns(flow):
            flow.response.stream = True

    def response(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            assert flow.response is not None
            effect("streamed", flow.response.raw_content is None)


class Trailers(_Addon):
    path = "/trailers"

    def response(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            assert flow.response is not None
            effect("trailers", flow.response.trailers and dict(flow.response.trailers))
            flow.response.headers["transfer-encoding"] = "chunked"
            flow.response.headers["trailer"] = "x-added"
            flow.response.trailers = http.Headers([(b"x-added", b"trailer")])


class Fields(_Addon):
    path = "/fields"

    def request(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            flow.request.headers["x-added"] = "1"
            flow.request.query["added"] = "1"
            flow.request.path = flow.request.path.replace("/fields", "/elsewhere")

    def response(self, flow: http.HTTPFlow) -> None:
        if flow.request.path.startswith("/elsewhere"):
            assert flow.response is not None
            flow.response.headers["x-added"] = "2"
            flow.response.status_code = 207


class Mirror(_Addon):
    path = "/mirror"

    def response(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            assert flow.response is not None
            flow.response.content = (flow.response.content or b"")[::-1] + b" seen in a mirror"


class Killer(_Addon):
    """Ends flows at the hook that the path names."""

    path = "/kill"

    def _kill(self, flow: http.HTTPFlow, hook: str) -> None:
        if flow.request.path == f"/kill/{hook}":
            effect("killed at", hook)
            flow.kill()

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        self._kill(flow, "requestheaders")

    def request(self, flow: http.HTTPFlow) -> None:
        self._kill(flow, "request")

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        self._kill(flow, "responseheaders")

    def response(self, flow: http.HTTPFlow) -> None:
        self._kill(flow, "response")

    def error(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            effect("error", flow.error and flow.error.msg)


class Slow(_Addon):
    """Takes its time, in the event loop, in a thread, and by interception."""

    path = "/slow"

    async def request(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            await asyncio.sleep(0.05)
            flow.request.headers["x-slow"] = "1"

    @_in_a_thread
    def response(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            assert flow.response is not None
            flow.response.text = f"slowly {flow.response.text}"


class Interceptor(_Addon):
    path = "/intercept"

    def request(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            flow.intercept()
            asyncio.get_running_loop().call_later(0.05, flow.resume)


class Repeater(_Addon):
    """Sends each request once more, changed."""

    path = "/repeat"

    def request(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow) and not flow.is_replay:
            again = flow.copy()
            again.request.path = "/repeat/again"
            again.request.text = f"again {again.request.text}"
            ctx.master.commands.call("replay.client", [again])

    def response(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow) and flow.is_replay:
            assert flow.response is not None
            effect("replayed", flow.request.path, flow.request.text, flow.response.text)


class Sockets(_Addon):
    """Sees and changes what is no HTTP: WebSocket messages and bytes in a tunnel."""

    path = "/socket"

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        effect("websocket", message.from_client, message.content)
        message.content = message.content.upper()
        if message.content == b"INJECT":
            ctx.master.commands.call("inject.websocket", flow, True, b"injected")

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        effect("websocket end")

    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        message = flow.messages[-1]
        effect("tcp", message.from_client, bytes(message.content))
        message.content = message.content.replace(b"over", b"under")

    def tcp_end(self, flow: tcp.TCPFlow) -> None:
        effect("tcp end")


class Stop(_Addon):
    path = "/stop"

    def request(self, flow: http.HTTPFlow) -> None:
        if self.concerns(flow):
            effect("stop")
            ctx.master.shutdown()


class Writer:
    """Writes every flow into a file of its own, as `-w` does."""

    def __init__(self) -> None:
        self._file = Path("written.mitm").open("wb")  # noqa: SIM115 - closed in `done`
        self._writer = io.FlowWriter(self._file)

    def response(self, flow: http.HTTPFlow) -> None:
        self._writer.add(flow)

    def done(self) -> None:
        self._file.close()


addons = [
    Reader(),
    Form(),
    Reply(),
    Streams(),
    Trailers(),
    Fields(),
    Mirror(),
    Killer(),
    Slow(),
    Interceptor(),
    Repeater(),
    Sockets(),
    Stop(),
    Writer(),
]
