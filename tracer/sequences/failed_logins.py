"""Runs that end with a failed login: the client sent no request of the command itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.model import header
from tracer.sequences.prologue_entries import path_below_mount
from tracer.sequences.templates import is_version_path
from tracer.sequences.token_requests import asks_for_token
from tracer.urls import path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.model import Exchange

__all__ = ["failed_login"]

_FIRST_FAILURE = 400


def failed_login(exchanges: Sequence[Exchange]) -> str:
    """Return the request that failed and its result, as in ``POST /v3/auth/tokens → 401 Unauthorized``.

    The request is the last of the client: for a token, or for the versions of Keystone. The text is empty if
    the login did not fail, or if Keystone issued a token before.
    """
    last = next((exchange for exchange in reversed(exchanges) if exchange.sender == "client"), None)
    if last is None or not (_is_login(last) and _failed(last)):
        return ""
    if any(_asks_for_token(exchange) and not _failed(exchange) for exchange in exchanges):
        return ""
    return f"{last.request.method} {path_of(last.request.url) or '/'} → {_result(last)}"


def _is_login(exchange: Exchange) -> bool:
    if header(exchange.request.headers, "X-Auth-Token") is not None:
        return False
    asks_for_versions = exchange.receiver == "keystone" and is_version_path(path_below_mount(exchange))
    return asks_for_versions or _asks_for_token(exchange)


def _asks_for_token(exchange: Exchange) -> bool:
    return asks_for_token(exchange.request.method, path_of(exchange.request.url))


def _failed(exchange: Exchange) -> bool:
    return exchange.response is None or exchange.response.status >= _FIRST_FAILURE


def _result(exchange: Exchange) -> str:
    if exchange.response is None:
        return "no response"
    return f"{exchange.response.status} {exchange.response.reason}".rstrip()
