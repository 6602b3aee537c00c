"""A flow in progress, from the headers of its request to the end of both messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracer.capture.mitm.flow_events import content, exchange_completed

if TYPE_CHECKING:
    from mitmproxy import http

    from tracer.capture.mitm.taps import Tap
    from tracer.runs.events import Content, ExchangeCompleted

__all__ = ["ActiveFlow"]

_LONG = 2**20
"""Maximum size in bytes of content that is hashed in the event loop; longer content is hashed in a thread."""


@dataclass(slots=True)
class ActiveFlow:
    """A flow in progress. Its request and its response may end in any order.

    ``live`` is set for the flow of a connection, and not for a stored flow. ``limit`` is the maximum
    size of recorded content in bytes.
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
        """True if both messages are complete."""
        return self.request_done and self.response_done

    async def take_request(self, limit: int) -> None:
        """Copy the content of the complete request to ``request``."""
        self.request = await self._content(self.flow.request, self.request_tap, limit)

    async def take_response(self, limit: int) -> None:
        """Copy the content of the complete response to ``response``."""
        assert self.flow.response is not None
        self.response = await self._content(self.flow.response, self.response_tap, limit)

    def complete(self, limit: int, *, connected: bool) -> ExchangeCompleted:
        """Return the event for the end of the flow. Copy content that is still missing.

        ``connected`` is set if the client's connection is still open.
        """
        flow = self.flow
        if self.request is None:
            self.request = content(flow.request, self.request_tap, limit, live=self.live)
        if self.response is None and flow.response is not None:
            self.response = content(flow.response, self.response_tap, limit, live=self.live)
        closes = _says_close(flow) or (not connected and _ends(flow))
        return exchange_completed(flow, self.request, self.response, closes=closes)

    async def _content(self, message: http.Message, tap: Tap | None, limit: int) -> Content:
        if len(message.raw_content or b"") <= _LONG:
            return content(message, tap, limit, live=self.live)
        return await asyncio.to_thread(content, message, tap, limit, live=self.live)


def _says_close(flow: http.HTTPFlow) -> bool:
    """Return whether a message has the option to close the connection after it (RFC 9112, section 9.6)."""
    messages = filter(None, (flow.request, flow.response))
    return any("close" in message.headers.get("connection", "").lower() for message in messages)


def _ends(flow: http.HTTPFlow) -> bool:
    """Return whether the connection ended with a stored flow, by the data of the flow."""
    return flow.response is None or flow.client_conn.timestamp_end is not None
