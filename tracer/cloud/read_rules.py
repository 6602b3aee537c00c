"""The output of the readers of schemas: routes and rules of a service, before their schemas are stored."""

from __future__ import annotations

from typing import Any

import msgspec

from tracer.api_reference.schema_types import SchemaPart

__all__ = ["ReadContent", "ReadRule"]


class ReadRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule with its schema. ``draft`` is the URI of the schema's draft, empty if it is not known."""

    method: str
    path: str
    part: SchemaPart
    action: str
    min_version: str
    max_version: str
    schema: Any
    draft: str = ""


class ReadContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The output of a reader: packages with their versions, routes, and rules."""

    packages: dict[str, str]
    routes: list[str]
    rules: list[ReadRule]
