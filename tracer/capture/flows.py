"""A flow under way, from the headers of its request until both of its messages are complete."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from mitmproxy import http

from tracer.capture.events import Answered, Content
from tracer.capture.taps import Tap
from tracer.capture.telling import answered, content

__all__ = ["ActiveFlow"]

_LONG = 2**20
"""Bytes from which on content is hashed in a thread, so that other connections go on."""


@dataclass(slots=True)
class ActiveFlow:
    """A flow under way. Its messages may be complete in any order. ``limit`` is that of the settings.

    ``live`` tells a flow of a connection from a stored one.
    """

    flow: http.HTTPFlow
    live: bool
    request_done: bool = False
    response_done: bool = False
    request_tap: Tap | None = None
    response_tap: Tap | None = None
    request: Content | None = None
    response: Content | None = None

    @property
    def done(self) -> bool:
        """Whether both messages are complete."""
        return self.request_done and self.response_done

    async def take_request(self, limit: int) -> None:
        """Take the content of the complete request."""
        self.request = await self._content(self.flow.request, self.request_tap, limit)

    async def take_response(self, limit: int) -> None:
        """Take the content of the complete response."""
        assert self.flow.response is not None
        self.response = await self._content(self.flow.response, self.response_tap, limit)

    def complete(self, limit: int, *, connected: bool) -> Answered:
        """Return the event, with the content that was not taken yet.

        ``connected`` tells whether the client's connection is still open.
        """
        flow = self.flow
        if self.request is None:
            self.request = content(flow.request, self.request_tap, limit, live=self.live)
        if self.response is None and flow.response is not None:
            self.response = content(flow.response, self.response_tap, limit, live=self.live)
        closes = _says_close(flow) or (not connected and _ends(flow))
        return answered(flow, self.request, self.response, closes=closes)

    async def _content(self, message: http.Message, tap: Tap | None, limit: int) -> Content:
        if len(message.raw_content or b"") <= _LONG:
            return content(message, tap, limit, live=self.live)
        return await asyncio.to_thread(content, message, tap, limit, live=self.live)


def _says_close(flow: http.HTTPFlow) -> bool:
    """Return whether a message says that it is the last on its connection (RFC 9112, section 9.6)."""
    messages = filter(None, (flow.request, flow.response))
    return any("close" in message.headers.get("connection", "").lower() for message in messages)


def _ends(flow: http.HTTPFlow) -> bool:
    """Return whether the connection ended with a stored flow, as far as that tells."""
    return flow.response is None or flow.client_conn.timestamp_end is not None
