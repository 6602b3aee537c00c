"""The rules of ``tracer check --api``: one in each module, a function from an exchange to violations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.conformance.api.rules.missing_field import missing_field
from tracer.conformance.api.rules.schema_violation import schema_violation
from tracer.conformance.api.rules.undocumented_field import undocumented_field
from tracer.conformance.api.rules.undocumented_header import undocumented_header
from tracer.conformance.api.rules.undocumented_parameter import undocumented_parameter
from tracer.conformance.api.rules.undocumented_status import undocumented_status
from tracer.conformance.api.rules.undocumented_type import undocumented_type
from tracer.conformance.api.rules.unknown_operation import unknown_operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tracer.conformance.api.api_exchanges import ApiExchange
    from tracer.conformance.api.violations import ApiRule, Violation

__all__ = ["RULES"]

RULES: Mapping[ApiRule, Callable[[ApiExchange], Iterator[Violation]]] = {
    "unknown-operation": unknown_operation,
    "undocumented-status": undocumented_status,
    "missing-field": missing_field,
    "schema-violation": schema_violation,
    "undocumented-parameter": undocumented_parameter,
    "undocumented-header": undocumented_header,
    "undocumented-field": undocumented_field,
    "undocumented-type": undocumented_type,
}
"""The functions by the names of their rules."""
