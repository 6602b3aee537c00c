"""The microversion of an exchange, and the ranges of microversions in the reference."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tracer.conformance.api.general_facts import service_facts
from tracer.model import header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.conformance.api.general_facts import Microversions
    from tracer.model import Exchange, HeaderValue

__all__ = ["in_range", "microversion_of"]

_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")


def microversion_of(exchange: Exchange, service: str) -> str | None:
    """Return the microversion of an exchange.

    It is empty for a service without microversions, and None if it is not known: the request asks for the
    latest version, and the response does not name it. The response has priority over the request.
    """
    facts = service_facts(service).microversions
    if facts is None:
        return ""
    response = {} if exchange.response is None else exchange.response.headers
    for headers in (response, exchange.request.headers):
        named = _named(headers, facts)
        if named == "latest":
            return None
        if named and _numbers(named):
            return named
    return facts.minimum


def in_range(version: str | None, minimum: str, maximum: str) -> bool | None:
    """Return whether a microversion is in a range, None if that is not known.

    An empty limit is none. The minimum of a service without microversions is a version of the API that every
    release has (Keystone: ``3.7``).
    """
    if version == "" or not (minimum or maximum):
        return True
    if version is None:
        return None
    number = _numbers(version)
    above = not minimum or number >= _numbers(minimum)
    return above and (not maximum or number <= _numbers(maximum))


def _named(headers: Mapping[str, HeaderValue], facts: Microversions) -> str:
    """Return the version in the header fields of a message: ``2.96``, ``latest``, or empty."""
    general = header(headers, "OpenStack-API-Version") or ""
    for part in general.split(","):
        kind, _, version = part.strip().partition(" ")
        if kind == facts.type:
            return version.strip()
    return next((value.strip() for name in facts.headers if (value := header(headers, name))), "")


@functools.lru_cache(maxsize=1024)
def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if _NUMBER.fullmatch(version) else ()
