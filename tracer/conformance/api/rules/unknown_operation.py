"""The rule ``unknown-operation``: the reference of the release has no such operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.api_reference import find_operation, reference
from tracer.conformance.api.microversions import in_range
from tracer.conformance.api.violations import Violation
from tracer.releases import order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.api.api_exchanges import ApiExchange

__all__ = ["unknown_operation"]


def unknown_operation(exchange: ApiExchange) -> Iterator[Violation]:
    """Yield a violation for a request of an operation that the release or the microversion does not have."""
    method = exchange.exchange.request.method
    operation = exchange.operation
    if operation is None:
        text = f"the API reference has no operation for {method} {exchange.template}"
        yield Violation("request.path", "error", f"{text}{_elsewhere(exchange)}")
    elif in_range(exchange.microversion, operation.min_version, operation.max_version) is False:
        limits = " to ".join(filter(None, (operation.min_version, operation.max_version)))
        text = f"the API reference has {operation.name} for microversions {limits}, not for "
        yield Violation("request.path", "error", f"{text}{exchange.microversion}")


def _elsewhere(exchange: ApiExchange) -> str:
    """Return the releases that have the operation, as the end of a sentence."""
    method = exchange.exchange.request.method
    having = [
        release
        for release in reference(exchange.service).releases
        if find_operation(
            exchange.service,
            release,
            method,
            exchange.path,
            query=dict(exchange.query),
            body=exchange.request_body,
        )
    ]
    if not having:
        return ""
    if order(having[0]) > order(exchange.release):
        return f" before {having[0]}"
    return f" after {having[-1]}"
