"""The types of the schemas that services ship: rules, and the schemas that they name."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["FORMAT", "SchemaPart", "SchemaRule", "SchemaSet"]

FORMAT = 3
"""The number of the format. A file of the cache with another number is created again."""

SchemaPart = Literal["request", "query", "response"]


class SchemaRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The schema of a part of an exchange: the body of the request, its query, or the body of the response.

    ``path`` is the template of the service's own route, without a project and without the mount of the
    service: ``/servers/{id}/action``. ``action`` is the key that the body of the request must have.
    ``min_version`` and ``max_version`` are microversions, both included; empty: no limit. ``schema`` is an
    index in the schemas of the set, or None if the service declares that there is no body. A rule for a
    response concerns successful responses; a response without content is null. With a query ``fields``, a
    response of Neutron lacks the other fields. ``package`` is the source of the schema: ``nova==34.0.0``,
    or ``tempest==47.0.0`` for a response that Tempest validates, and the own package of the service does not.
    """

    service: str
    method: str
    path: str
    part: SchemaPart
    action: str = ""
    min_version: str = ""
    max_version: str = ""
    schema: int | None
    package: str


class SchemaSet(msgspec.Struct, frozen=True, kw_only=True, eq=False, forbid_unknown_fields=True):
    """All schemas of a release. Several rules may name the same schema.

    ``routes`` has all routes of each service, with and without a schema, as ``GET /servers/detail``: a more
    exact route without a schema has priority over a route with one. ``packages`` has the versions of the
    packages by service, the own package first: ``{"nova": {"nova": "26.0.0", "tempest": "32.0.0"}}``.
    ``refused`` has the number of schemas of each service that are no valid schemas; they are left out.
    """

    format: int = FORMAT
    release: str
    packages: dict[str, dict[str, str]] = {}
    refused: dict[str, int] = {}
    routes: dict[str, tuple[str, ...]] = {}
    rules: tuple[SchemaRule, ...] = ()
    schemas: tuple[msgspec.Raw, ...] = ()

    def is_own(self, rule: SchemaRule) -> bool:
        """Return whether the schema of a rule is of the service's own package."""
        packages = self.packages.get(rule.service, {})
        return not packages or rule.package.partition("==")[0] == next(iter(packages))

    def __post_init__(self) -> None:
        if any(len(route.split()) != 2 for routes in self.routes.values() for route in routes):
            raise ValueError("a route has a method and a path")
        if any(rule.schema is not None and not 0 <= rule.schema < len(self.schemas) for rule in self.rules):
            raise ValueError("a rule names a schema that is not in the set")
