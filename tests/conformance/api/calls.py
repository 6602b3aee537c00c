"""Exchanges made by hand, beside the documentation of their operations."""

from __future__ import annotations

import json
from typing import Any

from tracer.api_reference.schema_types import SchemaRule, SchemaSet
from tracer.conformance.api.api_exchanges import ApiExchange, api_exchanges
from tracer.model import FORMAT, Body, Cloud, Exchange, Recording, Request, Response

HOST = "http://cloud"
MOUNTS = {
    "cinder": "/volume",
    "glance": "/image",
    "keystone": "/identity",
    "neutron": "/networking",
    "nova": "/compute",
    "placement": "/placement",
}
IMAGE = "/v2/images/9c31f2c6-f22c-440e-b670-d8d5a5cc0405"


def json_body(content: Any) -> Body | None:
    text = json.dumps(content)
    return None if content is None else Body(type="application/json", size=len(text), json=text)


def call(
    service: str,
    method: str,
    path: str,
    status: int | None = 200,
    *,
    sent: Any = None,
    body: Any = None,
    headers: dict[str, str] | None = None,
    answered: dict[str, str] | None = None,
) -> Exchange:
    """An exchange with `service`. `sent` and `body` are JSON, `answered` are header fields."""
    return Exchange(
        started=0.0,
        ended=1.0,
        sender="client",
        receiver=service,
        request=Request(
            method=method,
            url=f"{HOST}{MOUNTS[service]}{path}",
            headers=dict(headers or {}),
            body=json_body(sent),
        ),
        response=None
        if status is None
        else Response(status=status, headers=dict(answered or {}), body=json_body(body)),
        error="connection lost" if status is None else None,
    )


def recording(*exchanges: Exchange, release: str | None = "2026.2") -> Recording:
    return Recording(
        format=FORMAT,
        command=None,
        recorded="2026-11-23T00:00:00Z",
        cloud=Cloud(release=release),
        exchanges=list(exchanges),
    )


def compared(exchange: Exchange, release: str = "2026.2", schemas: SchemaSet | None = None) -> ApiExchange:
    (found,) = api_exchanges(recording(exchange), release, schemas)
    return found


def schema_set(*rules: tuple[str, str, str, str, Any], further: bool = False) -> SchemaSet:
    """Schemas by service, method, path and part. A schema of None declares that there is no body.

    With `further`, they are of another package than that of the service.
    """
    import msgspec

    schemas = [msgspec.Raw(json.dumps(schema).encode()) for *_, schema in rules if schema is not None]
    numbers = iter(range(len(schemas)))
    return SchemaSet(
        release="2026.2",
        rules=tuple(
            SchemaRule(
                service=service,
                method=method,
                path=path,
                part=part,  # type: ignore[arg-type]
                schema=None if schema is None else next(numbers),
                package="tempest==1.0.0" if further else f"{service}==1.0.0",
            )
            for service, method, path, part, schema in rules
        ),
        packages={service: {service: "1.0.0", "tempest": "1.0.0"} for service, *_ in rules},
        schemas=tuple(schemas),
    )
