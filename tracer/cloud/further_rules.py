"""Rules of a package other than the service's own, fitted to the service's routes and rules."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracer.api_reference.path_templates import count_literals, path_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.api_reference.schema_types import SchemaPart
    from tracer.cloud.read_rules import ReadContent, ReadRule

__all__ = ["further_rules"]


class _Subject(NamedTuple):
    """The message that a rule describes, at all microversions."""

    method: str
    path: str
    part: SchemaPart
    action: str


def further_rules(own: ReadContent, rules: Iterable[ReadRule]) -> list[ReadRule]:
    """Return the ``rules`` that the service's own package does not have, with the paths of its routes.

    Where the own package has a schema, its microversions are those of the operation. A rule without a route,
    and a rule for some of the values of a route's parameter, is left out: the service does not have the
    operation in this release, or not for itself. Several schemas are alternatives.
    """
    routes: dict[str, list[str]] = defaultdict(list)
    for method, path in map(str.split, own.routes):
        routes[method].append(path)
    described = {_subject(each) for each in own.rules}
    schemas: dict[ReadRule, list[Any]] = {}
    for each in _fitted(rules, routes):
        if _subject(each) not in described:
            known = schemas.setdefault(msgspec.structs.replace(each, schema=None), [])
            known += [each.schema] if each.schema not in known else []
    return [
        msgspec.structs.replace(each, schema=found[0] if len(found) == 1 else {"anyOf": found})
        for each, found in schemas.items()
        if len(found) == 1 or None not in found
    ]


def _subject(rule: ReadRule) -> _Subject:
    return _Subject(rule.method, rule.path, rule.part, rule.action)


def _fitted(rules: Iterable[ReadRule], routes: dict[str, list[str]]) -> Iterator[ReadRule]:
    """Yield each rule with the path of the most exact route, if the path is as exact as the route."""
    for each in rules:
        fitting = [path for path in routes.get(each.method, ()) if path_values(path, each.path) is not None]
        route = max(fitting, key=count_literals, default=None)
        if route and count_literals(route)[0] == count_literals(each.path)[0]:
            yield msgspec.structs.replace(each, path=route)
