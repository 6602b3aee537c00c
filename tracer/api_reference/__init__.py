"""The official API reference of OpenStack's services: the operations of each release, as data."""

from tracer.api_reference.matching import operation_of
from tracer.api_reference.reading import link, operation_data, operations, reference, services
from tracer.api_reference.schema import Operation, Parameter, Reference, Selector

__all__ = [
    "Operation",
    "Parameter",
    "Reference",
    "Selector",
    "link",
    "operation_data",
    "operation_of",
    "operations",
    "reference",
    "services",
]
