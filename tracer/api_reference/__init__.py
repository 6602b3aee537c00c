"""The official API reference of OpenStack's services: the operations of each release, as data."""

from tracer.api_reference.operation_types import Operation, Parameter, Reference, Selector
from tracer.api_reference.reading import link, operation_data, operations, reference, services
from tracer.api_reference.request_operations import PathMatch, find_operation, operation_of

__all__ = [
    "Operation",
    "Parameter",
    "PathMatch",
    "Reference",
    "Selector",
    "find_operation",
    "link",
    "operation_data",
    "operation_of",
    "operations",
    "reference",
    "services",
]
