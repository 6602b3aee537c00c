"""Values of messages that a message may lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer.model import Exchange, Request, Response

__all__ = ["json_text", "status_of"]


def json_text(message: Request | Response | None) -> str:
    """Return the JSON body of a message as text, empty without such a body."""
    body = None if message is None else message.body
    return "" if body is None or body.json is None else body.json


def status_of(exchange: Exchange) -> int:
    """Return the status of the response, 0 without a response."""
    return exchange.response.status if exchange.response else 0
