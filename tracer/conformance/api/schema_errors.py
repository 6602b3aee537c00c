"""The errors of an exchange by the JSON Schemas of its service, without those that redaction causes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, get_args

from tracer.api_reference.schema_types import SchemaPart
from tracer.api_reference.schemas import query_document, validator
from tracer.conformance.api.body_objects import general_location, json_type
from tracer.redaction.pseudonyms import has_pseudonym

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import jsonschema_rs

    from tracer.api_reference.schema_types import SchemaRule
    from tracer.conformance.api.api_exchanges import ApiExchange
    from tracer.conformance.api.body_objects import Key

__all__ = ["SchemaError", "schema_errors"]

_STRUCTURE = frozenset(
    {"required", "additionalProperties", "minProperties", "maxProperties", "maxItems", "minItems"}
)
"""Keywords whose errors do not depend on values, which may be redacted."""

_WHOLE = frozenset({"type", "const", "enum"})
"""Keywords that exclude a value as a whole."""

_LIMIT = 120


class SchemaError(NamedTuple):
    """An error by a schema. ``location`` begins with the part: ``response.body.images[].size``.

    ``is_missing`` says that the value at the location is required and missing.
    """

    location: str
    text: str
    package: str
    is_missing: bool = False


def schema_errors(exchange: ApiExchange) -> Iterator[SchemaError]:
    """Yield the errors of an exchange that succeeded: of the request, its query, and the response."""
    if not exchange.succeeded or exchange.schemas is None:
        return
    part: SchemaPart
    for part in get_args(SchemaPart):
        rule = exchange.schema_rules.get(part)
        if rule is not None:
            yield from dict.fromkeys(_errors(exchange, part, rule))


def _errors(exchange: ApiExchange, part: SchemaPart, rule: SchemaRule) -> Iterator[SchemaError]:
    assert exchange.schemas is not None
    prefix = "request.query" if part == "query" else f"{part}.body"
    value = query_document(exchange.service, exchange.query) if part == "query" else exchange.body(part)
    if value is None:
        return
    if rule.schema is None:
        yield SchemaError(prefix, f"the {part} has a body, which the schema excludes", rule.package)
        return
    try:
        errors = validator(exchange.schemas, rule.schema).iter_errors(value)
    except ValueError:  # the validator takes no value with more than 255 levels
        return
    for error in (inner for each in errors for inner in _nearest(each)):
        if not _is_evidence(error):
            continue
        for keys, text, is_missing in _described(error):
            if is_missing and exchange.selected_fields and keys[-1] not in exchange.selected_fields:
                continue
            if _knows_better(exchange, part, rule, error, keys):
                continue
            inner = general_location(keys)
            location = f"{prefix}.{inner}" if inner and not inner.startswith("[]") else prefix + inner
            yield SchemaError(location, text, rule.package, is_missing)


def _nearest(error: jsonschema_rs.ValidationError, depth: int = 0) -> Iterator[jsonschema_rs.ValidationError]:
    """Yield the errors by the alternative of ``anyOf`` that is nearest to the value, else ``error`` itself.

    An alternative that excludes the value as a whole, such as null for an object, is not near.
    """
    near = [
        errors
        for errors in getattr(error.kind, "context", ())
        if not any(
            inner.kind.name in _WHOLE and list(inner.instance_path) == list(error.instance_path)
            for inner in errors
        )
    ]
    if not near or depth > 5:
        yield error
        return
    for inner in min(near, key=_distance):
        yield from _nearest(inner, depth + 1)


def _distance(errors: Sequence[jsonschema_rs.ValidationError]) -> tuple[int, int]:
    """Return how far an alternative is from a value: errors deep inside are near, then few errors."""
    return -min(len(error.instance_path) for error in errors), len(errors)


def _is_evidence(error: jsonschema_rs.ValidationError) -> bool:
    """Return whether the error is one of the service: a pseudonym fits no pattern and no length."""
    if error.kind.name in _STRUCTURE:
        return True
    instance = error.instance
    if error.kind.name == "type" and isinstance(instance, dict | list):
        return True
    return not has_pseudonym(
        instance if isinstance(instance, str) else json.dumps(instance, ensure_ascii=False)
    )


def _knows_better(
    exchange: ApiExchange,
    part: SchemaPart,
    rule: SchemaRule,
    error: jsonschema_rs.ValidationError,
    keys: Sequence[Key],
) -> bool:
    """Return whether the reference contradicts a schema of a package that is not the service's own.

    Tempest does not know all microversions. The reference may name a field that the schema does not allow,
    and may name a field that the schema requires at other microversions only.
    """
    assert exchange.schemas is not None
    if part == "query" or not keys or exchange.schemas.is_own(rule):
        return False
    named = exchange.names_field(part, str(keys[-1]))
    if error.kind.name == "additionalProperties":
        return named is True
    return error.kind.name == "required" and named is False


def _described(error: jsonschema_rs.ValidationError) -> Iterator[tuple[Sequence[Key], str, bool]]:
    """Yield location, text, and whether a value is missing. No text has a value of the run."""
    keys, kind = tuple(error.instance_path), error.kind
    facts = kind.as_dict()
    if kind.name == "required":
        name = str(facts["property"])
        yield (*keys, name), f"the field {name} is missing, which the schema requires", True
        return
    if kind.name == "additionalProperties":
        for name in facts["unexpected"]:
            yield (*keys, str(name)), f"the schema does not allow {name}", False
        return
    actual = json_type(error.instance)
    if kind.name == "type":
        yield keys, f"the value is of type {actual}, not {_listed(error)}", False
    else:
        yield keys, f"the value, a JSON {actual}, violates {kind.name}{_limit(facts)} of the schema", False


def _listed(error: jsonschema_rs.ValidationError) -> str:
    types = error.kind.as_dict().get("types", ())
    return " or ".join(map(str, types)) or "that of the schema"


def _limit(facts: dict[str, object]) -> str:
    """Return the value of the keyword in the schema, if it is short."""
    values = [value for key, value in facts.items() if key not in {"context", "value"}]
    text = json.dumps(values[0], ensure_ascii=False, default=str) if values else ""
    return f" {text}" if text and len(text) <= _LIMIT else ""
