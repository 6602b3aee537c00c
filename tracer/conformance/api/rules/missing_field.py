"""The rule ``missing-field``: a required field or header field that a message does not have."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, get_args

from tracer.conformance.api.api_exchanges import Side
from tracer.conformance.api.body_objects import objects_in
from tracer.conformance.api.documented_fields import PLACEHOLDERS
from tracer.conformance.api.general_facts import general_facts, service_facts
from tracer.conformance.api.schema_errors import schema_errors
from tracer.conformance.api.violations import Violation
from tracer.model import header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracer.conformance.api.api_exchanges import ApiExchange
    from tracer.conformance.api.body_objects import BodyObject

__all__ = ["missing_field"]


def missing_field(exchange: ApiExchange) -> Iterator[Violation]:
    """Yield a violation for each required field that is nowhere in a body, and for each header field.

    Only exchanges that succeed are compared. The schemas of the service are exact. The reference has no paths
    of fields: a field that is missing in some objects of a list, and present in others, is missing, too.
    """
    if not exchange.succeeded or exchange.exchange.request.method == "HEAD":
        return
    exact = [
        Violation(error.location, "error", error.text, error.package)
        for error in schema_errors(exchange)
        if error.is_missing
    ]
    yield from exact
    names = {each.location.rpartition(".")[2] for each in exact}
    side: Side
    for side in get_args(Side):
        message = exchange.message(side)
        assert message is not None, "an exchange that succeeded has both"
        for each in exchange.required(side, "header"):
            if header(message.headers, each.name) is None:
                text = f"the {side} has no header field {each.name}, which the reference requires"
                yield Violation(f"{side}.headers.{each.name.lower()}", "error", text)
        body = exchange.body(side)
        if body is not None:
            for violation in dict.fromkeys(_fields(exchange, side, body)):
                if violation.location.rpartition(".")[2] not in names:
                    yield violation


def _fields(exchange: ApiExchange, side: Side, body: object) -> Iterator[Violation]:
    by_name: dict[str, list[BodyObject]] = defaultdict(list)  # objects by their key
    objects = list(objects_in(body))
    names: set[str] = set()
    for content in objects:
        by_name[content.name].append(content)
        names.update(content.content)
    required = dict.fromkeys(each.name for each in exchange.required(side, "body"))
    absent = _absent_fields(exchange, by_name, required)
    wanted = [name for name in required if name not in absent and _is_wanted(name, exchange, side)]
    missing = [name for name in wanted if _is_missing(name, names, by_name)]
    if len(missing) > len(wanted) / 2 and _has_empty_collection(body):
        return
    for name in missing:
        yield _violation(side, name, f"the {side} has no field {name} anywhere, which the reference requires")
    for name in wanted:
        if name not in missing and "." not in name:
            yield from _in_some(side, name, objects)
    if any("." in name for name in required):
        plain = [name for name in wanted if name not in missing and "." not in name]
        yield from _in_the_resource(side, plain, objects)


def _absent_fields(
    exchange: ApiExchange, by_name: Mapping[str, list[BodyObject]], required: Iterable[str]
) -> set[str]:
    """Return the names that cannot be in the body: their objects are not there, or have keys of users' words.

    ``key`` and ``value`` beside an object with such keys stand for any key and its value.
    """
    absent: set[str] = set()
    for holder, names in service_facts(exchange.service).inner_fields.items():
        if not any(each.content for each in by_name.get(holder, ())):
            absent |= names
    if general_facts().open_objects & set(required):
        absent.update(PLACEHOLDERS)
    return absent


def _is_wanted(name: str, exchange: ApiExchange, side: Side) -> bool:
    """Return whether the cloud must have a field, and the query of the request asks for it or for all."""
    selected = exchange.selected_fields
    if "{" in name:  # it stands for any number of names
        return False
    if side == "response" and name in service_facts(exchange.service).extension_fields:
        return False
    return side == "request" or not selected or name in selected


def _is_missing(name: str, names: set[str], by_name: Mapping[str, list[BodyObject]]) -> bool:
    """Return whether no object has the field. A name with dots says in which objects the field is."""
    outer, _, last = name.rpartition(".")
    if not outer or name in names:
        return name not in names
    if last in PLACEHOLDERS:
        return False
    holders = [each for each in by_name.get(outer.rpartition(".")[2], ()) if each.content]
    return any(last not in each.content for each in holders)


def _in_some(side: Side, name: str, objects: list[BodyObject]) -> Iterator[Violation]:
    """Yield a violation if some objects of a list have the field, and others do not."""
    by_location: dict[str, list[bool]] = defaultdict(list)
    for content in objects:
        if content.location.endswith("[]"):
            by_location[content.location].append(name in content.content)
    for location, present in by_location.items():
        if any(present) and not all(present):
            text = f"not all objects at {location} have the field {name}, which the reference requires"
            yield _violation(side, f"{location}.{name}", text)


def _in_the_resource(side: Side, names: list[str], objects: list[BodyObject]) -> Iterator[Violation]:
    """Yield a violation for each of ``names`` that the resource lacks, though an object inside has it.

    A table with dots in some names says of them in which objects they are. Its other names are those of the
    resource, or of the list of resources.
    """
    top = {name for content in objects if not content.keys for name in content.content}
    for content in objects:
        if content.is_link or len(content.keys) not in {1, 2}:
            continue
        if not all(isinstance(key, int) for key in content.keys[1:]):
            continue
        for name in names:
            if name not in top and name not in content.content:
                text = f"{content.location} of the {side} has no field {name}, which the reference requires"
                yield _violation(side, f"{content.location}.{name}", text)


def _has_empty_collection(body: object) -> bool:
    """Return whether the body has an empty list or object, which may be the place of the missing fields."""
    return isinstance(body, dict) and any(value in ([], {}) for value in body.values())


def _violation(side: Side, location: str, text: str) -> Violation:
    return Violation(f"{side}.body.{location}", "undocumented", text)
