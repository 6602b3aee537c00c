"""The schemas of a release for a terminal: the number of schemas of each service."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from rich import box
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.api_reference.schema_types import SchemaSet

__all__ = ["SchemaCounts", "schema_counts", "schema_table"]

_PARTS = ("request", "query", "response")


class SchemaCounts(NamedTuple):
    """The schemas of a service: its packages, schemas by part, and operations with a schema.

    ``refused`` is the number of schemas that are left out, because they are no valid schemas.
    """

    service: str
    packages: dict[str, str]
    parts: Counter[str]
    operations: int
    routes: int
    refused: int

    def data(self) -> dict[str, Any]:
        """Return the numbers as plain values, without the service."""
        parts = {part: self.parts[part] for part in _PARTS}
        rest = {"operations": self.operations, "routes": self.routes, "refused": self.refused}
        return {"packages": self.packages, **parts, **rest}


def schema_counts(schemas: SchemaSet) -> list[SchemaCounts]:
    """Return the numbers of each service. Microversions and actions count separately as schemas.

    An operation is a method and path, and the key of an action.
    """
    counts = []
    for service, packages in schemas.packages.items():
        rules = [each for each in schemas.rules if each.service == service]
        counts.append(
            SchemaCounts(
                service,
                packages,
                Counter(each.part for each in rules),
                len({(each.method, each.path, each.action) for each in rules}),
                len(schemas.routes.get(service, ())),
                schemas.refused.get(service, 0),
            )
        )
    return counts


def schema_table(counts: Iterable[SchemaCounts]) -> Table:
    """Return a table with a row for each service."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("service")
    table.add_column("package", overflow="fold")
    for title in (*_PARTS, "operations"):
        table.add_column(title, justify="right")
    for each in counts:
        packages = ", ".join(f"{name} {version}" for name, version in each.packages.items())
        numbers = (*(each.parts[part] for part in _PARTS), each.operations)
        table.add_row(each.service, packages, *map(str, numbers))
    return table
