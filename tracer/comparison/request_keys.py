"""Keys of requests: equal for requests of two runs that differ only in IDs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracer.comparison.request_urls import url_parts
from tracer.sequences import generic, service_of

if TYPE_CHECKING:
    from tracer.model import Exchange

__all__ = ["RequestKey", "normalized_path", "request_key"]

_PARAMETER = re.compile(r"\{[^}]*\}")

RequestKey = tuple[str, str, str, str]
"""Service of the sender, receiver, method, and path template without the names of its parameters."""


def request_key(exchange: Exchange) -> RequestKey:
    """Return the key of the request of ``exchange``."""
    path = _PARAMETER.sub("{}", normalized_path(exchange))
    return service_of(exchange.sender), exchange.receiver, exchange.request.method, path


def normalized_path(exchange: Exchange) -> str:
    """Return the path template of ``exchange``, from its label or else from its URL."""
    return (exchange.path or generic(url_parts(exchange.request.url).path or "/")).partition("?")[0]
