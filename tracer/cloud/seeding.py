"""The first objects of a cloud, such as flavors and networks, created through the APIs of its services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tracer.cloud.admin_requests import request, token
from tracer.errors import CloudError
from tracer.formats.json_paths import value_at
from tracer.formats.placeholders import filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracer.cloud.release_data import SeedRequest

__all__ = ["send"]


def send(
    environment: Mapping[str, str], urls: Mapping[str, str], requests: Mapping[str, Sequence[SeedRequest]]
) -> None:
    """Send the requests of each service in order. ``urls`` has the URLs of the services by name.

    ``environment`` has the ``OS_…`` variables of a client. Raises CloudError if the cloud refuses a request,
    if it does not respond, or if its response lacks a value to keep.
    """
    issued = token(environment)
    for name, orders in requests.items():
        kept: dict[str, str] = {}
        for order in orders:
            url = urls[order.service or name] + filled(order.path, kept)
            body = None if order.body is None else msgspec.json.encode(filled(order.body, kept))
            response, _ = request(order.method, url, body, token=issued)
            for key, path in order.keep.items():
                kept[key] = _value(response, path, f"{order.method} {url}")


def _value(response: Any, path: str, source: str) -> str:
    try:
        return str(value_at(response, path))
    except LookupError:
        raise CloudError(f"{source}: the response has no {path}") from None
