"""The vocabulary of the rules: a violation of the documentation at a location in an exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tracer.findings import ConformanceSeverity

__all__ = ["ApiRule", "Violation"]

ApiRule = Literal[
    "unknown-operation",
    "undocumented-status",
    "missing-field",
    "schema-violation",
    "undocumented-parameter",
    "undocumented-header",
    "undocumented-field",
    "undocumented-type",
]
"""The rules of ``tracer check --api``. docs/reference/findings.md describes each."""


class Violation(NamedTuple):
    """A contradiction between an exchange and the documentation.

    ``location`` is a path in the exchange: ``response.body.images[].stores``. ``package`` is the package of
    the schema with its version; empty: the API reference is the source. ``text`` is the same for the same
    contradiction in other exchanges.
    """

    location: str
    severity: ConformanceSeverity
    text: str
    package: str = ""
