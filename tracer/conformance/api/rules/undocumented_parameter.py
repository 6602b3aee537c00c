"""The rule ``undocumented-parameter``: a query parameter that the operation does not document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.conformance.api.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.api.api_exchanges import ApiExchange

__all__ = ["undocumented_parameter"]


def undocumented_parameter(exchange: ApiExchange) -> Iterator[Violation]:
    """Yield a violation for each query parameter that is not documented at this microversion."""
    if exchange.operation is None:
        return
    documented = {each.name for each in exchange.parameters("request", "query")}
    all_versions = {each.name for each in exchange.operation.request if each.location == "query"}
    for name in dict.fromkeys(name for name, _ in exchange.query):
        if name in documented:
            continue
        text = f"the query parameter {name} is not documented"
        at = f" at microversion {exchange.microversion}" if name in all_versions else ""
        yield Violation(f"request.query.{name}", "undocumented", f"{text}{at}")
