"""The official API reference of OpenStack's services: the operations of each release, as data."""

from tracer.api_reference.operation_names import OperationTexts, names_of, operation_names
from tracer.api_reference.operation_types import Operation, Parameter, Reference, Selector
from tracer.api_reference.reading import (
    LocatedOperation,
    link,
    operation_by_id,
    operation_data,
    operations,
    reference,
    services,
)
from tracer.api_reference.request_operations import PathMatch, find_operation, operation_of

__all__ = [
    "LocatedOperation",
    "Operation",
    "OperationTexts",
    "Parameter",
    "PathMatch",
    "Reference",
    "Selector",
    "find_operation",
    "link",
    "names_of",
    "operation_by_id",
    "operation_data",
    "operation_names",
    "operation_of",
    "operations",
    "reference",
    "services",
]
