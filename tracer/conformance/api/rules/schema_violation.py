"""The rule ``schema-violation``: a value that the JSON Schema of the service does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.conformance.api.schema_errors import schema_errors
from tracer.conformance.api.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.api.api_exchanges import ApiExchange

__all__ = ["schema_violation"]


def schema_violation(exchange: ApiExchange) -> Iterator[Violation]:
    """Yield a violation for each error by a schema, except those of the rule ``missing-field``."""
    for error in schema_errors(exchange):
        if not error.is_missing:
            yield Violation(error.location, "error", error.text, error.package)
