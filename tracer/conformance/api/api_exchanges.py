"""Exchanges beside the documentation of their operation: the subject of all rules."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer.api_reference import find_operation, link, services
from tracer.api_reference.request_operations import candidates_by_spelling
from tracer.api_reference.schemas import applicable
from tracer.conformance.api.general_facts import service_facts
from tracer.conformance.api.microversions import in_range, microversion_of
from tracer.conformance.api.schema_properties import is_listed, schema_content
from tracer.sequences.json_bodies import json_content
from tracer.sequences.observations import observe
from tracer.sequences.templates import generic
from tracer.urls import query_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracer.api_reference import Operation, Parameter
    from tracer.api_reference.schema_types import SchemaPart, SchemaRule, SchemaSet
    from tracer.conformance.api.body_objects import Key
    from tracer.model import Exchange, Recording, Request, Response

__all__ = ["ApiExchange", "Side", "api_exchanges"]

Side = Literal["request", "response"]


class ApiExchange(NamedTuple):
    """An exchange with a service that has a reference, and the operation of its release.

    ``number`` counts from 1. ``path`` is relative to the mount of the service. ``microversion`` is as in
    ``microversion_of``. ``operation`` is None if the release has none for the request.
    """

    number: int
    exchange: Exchange
    service: str
    release: str
    path: str
    query: Sequence[tuple[str, str]]
    microversion: str | None
    operation: Operation | None
    request_body: object
    response_body: object
    schemas: SchemaSet | None = None
    schema_rules: Mapping[SchemaPart, SchemaRule] = MappingProxyType({})

    @property
    def operation_name(self) -> str:
        """Return the ID of the operation, without one the service, the method and the path template."""
        if self.operation is not None:
            return self.operation.id
        return f"{self.service} {self.exchange.request.method} {self.template}"

    @property
    def template(self) -> str:
        """Return the path template of a request without an operation.

        It is that of the operation in another release, or of operations of other methods, if there are any.
        """
        method, query, body = self.exchange.request.method, dict(self.query), self.request_body
        if elsewhere := find_operation(self.service, None, method, self.path, query=query, body=body):
            return elsewhere.template
        for release in (self.release, None):
            for candidates in candidates_by_spelling(self.service, release, self.path):
                if candidates:
                    return max(candidates, key=lambda candidate: candidate.rank).template
        return generic(self.path)

    @property
    def link(self) -> str:
        """Return the address of the operation in the reference, empty without an operation."""
        return "" if self.operation is None else link(self.service, self.operation)

    @property
    def succeeded(self) -> bool:
        """Return whether the response has the status of a success, which the documented fields concern."""
        response = self.exchange.response
        return response is not None and 200 <= response.status < 300

    @property
    def selected_fields(self) -> frozenset[str]:
        """Return the fields of the response that the query selects, empty if it selects none."""
        projection = service_facts(self.service).projection
        return frozenset(
            field for name, fields in self.query if name == projection for field in fields.split(",")
        )

    def message(self, side: Side) -> Request | Response | None:
        """Return the request or the response."""
        return self.exchange.request if side == "request" else self.exchange.response

    def body(self, side: Side) -> object:
        """Return the JSON body of a message, None if the recording has none that is evidence."""
        return self.request_body if side == "request" else self.response_body

    def is_listed(self, side: Side, keys: Sequence[Key]) -> bool | None:
        """Return whether the schema of a body lists the property at ``keys``, as ``schema_properties`` does.

        Return None without a schema.
        """
        rule = self.schema_rules.get(side)
        if self.schemas is None or rule is None or rule.schema is None:
            return None
        return is_listed(schema_content(self.schemas, rule.schema), keys)

    def names_field(self, side: Side, name: str) -> bool | None:
        """Return whether the reference names a field of the body at this microversion, None if at none."""
        ranges = [
            in_range(self.microversion, each.min_version, each.max_version)
            for each in self._documented(side)
            if each.location == "body" and each.name.rpartition(".")[2] == name
        ]
        return any(each is not False for each in ranges) if ranges else None

    def parameters(self, side: Side, location: str) -> list[Parameter]:
        """Return the documented parameters in a location, of this microversion or if it is not known."""
        return [
            each
            for each in self._documented(side)
            if each.location == location
            and in_range(self.microversion, each.min_version, each.max_version) is not False
        ]

    def required(self, side: Side, location: str) -> list[Parameter]:
        """Return the parameters that the reference requires for sure at this microversion."""
        return [
            each
            for each in self._documented(side)
            if each.required
            and each.location == location
            and in_range(self.microversion, each.min_version, each.max_version)
        ]

    def _documented(self, side: Side) -> tuple[Parameter, ...]:
        if self.operation is None:
            return ()
        return self.operation.request if side == "request" else self.operation.response


def api_exchanges(
    recording: Recording, release: str, schemas: SchemaSet | None = None
) -> Iterator[ApiExchange]:
    """Yield each exchange with a service that has a reference, in the order of the recording.

    ``schemas`` are those of the release; None: the exchanges have none.
    """
    run = observe(recording.exchanges)
    for number, (seen, exchange) in enumerate(zip(run.seen, run.exchanges, strict=True), start=1):
        if seen.receiver not in services():
            continue
        query = query_fields(seen.query)
        body = json_content(exchange.request.body)
        match = find_operation(seen.receiver, release, seen.method, seen.path, query=dict(query), body=body)
        microversion = microversion_of(exchange, seen.receiver)
        yield ApiExchange(
            number=number,
            exchange=exchange,
            service=seen.receiver,
            release=release,
            path=seen.path,
            query=query,
            microversion=microversion,
            operation=match.operation if match else None,
            request_body=body,
            response_body=json_content(exchange.response.body) if exchange.response else None,
            schemas=schemas,
            schema_rules={}
            if schemas is None
            else applicable(
                schemas,
                seen.receiver,
                seen.method,
                seen.path,
                "latest" if microversion is None else microversion,
                body,
            ),
        )
