"""A section of an API reference, as its page has it."""

from __future__ import annotations

import msgspec

from tracer.api_reference.operation_types import Parameter

__all__ = ["ReferenceSection"]


class ReferenceSection(msgspec.Struct, frozen=True, kw_only=True):
    """The section of an operation: its method and path, and the data of its tables and sentences."""

    title: str
    page: str
    anchor: str
    method: str
    path: str
    min_version: str = ""
    max_version: str = ""
    success: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()
    request: tuple[Parameter, ...] = ()
    response: tuple[Parameter, ...] = ()
