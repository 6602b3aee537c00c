"""The rule ``undocumented-status``: the operation documents other statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.conformance.api.general_facts import general_facts
from tracer.conformance.api.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.api_reference import Operation
    from tracer.conformance.api.api_exchanges import ApiExchange

__all__ = ["undocumented_status"]


def undocumented_status(exchange: ApiExchange) -> Iterator[Violation]:
    """Yield a violation for a status that neither the operation nor the general facts have.

    An operation without any documented status is not compared with successes.
    """
    operation, response = exchange.operation, exchange.exchange.response
    if operation is None or response is None:
        return
    status = response.status
    if status in {*operation.success, *operation.errors} or _is_general(status, exchange, operation):
        return
    if status < 400 and not operation.success:
        return
    documented = ", ".join(map(str, sorted({*operation.success, *operation.errors}))) or "none"
    yield Violation(
        "response.status", "error", f"status {status} is not documented (documented: {documented})"
    )


def _is_general(status: int, exchange: ApiExchange, operation: Operation) -> bool:
    conditions = {
        "always": True,
        "with-parameters": any(each.location == "path" for each in operation.request)
        or "{" in operation.path,
        "with-content": bool(exchange.query) or exchange.exchange.request.body is not None,
    }
    return any(each.status == status and conditions[each.when] for each in general_facts().statuses)
