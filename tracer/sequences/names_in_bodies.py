"""Names of things in the bodies of a run. They distinguish a name in a path from a word of the API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracer.sequences.templates import possible_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracer.model import Exchange

__all__ = ["names_in_bodies"]

# A value in JSON. A key is no value: ``namespaces`` in a path is a word of the API, as it is in the body.
_VALUE = re.compile(r'"([A-Za-z0-9._~-]{1,64})"(?!\s*:)')
# A name in the message of an error: "Could not find project: demo.", "No image found with ID cirros<br />".
_IN_MESSAGE = re.compile(r"""(?:: |\b[Ii][Dd] |\b[Nn]ame |['"])([A-Za-z0-9._~-]{1,64})(?![/:\w])""")
_ERROR = 400


def names_in_bodies(exchanges: Iterable[Exchange], paths: Sequence[str]) -> frozenset[str]:
    """Return the segments of ``paths`` that may be names and occur as a value in a body of ``exchanges``."""
    candidates = {segment for path in paths for segment in possible_names(path)}
    if not candidates:
        return frozenset()
    return frozenset(value for exchange in exchanges for value in _values(exchange) if value in candidates)


def _values(exchange: Exchange) -> Iterator[str]:
    response = exchange.response
    for body in (exchange.request.body, response.body if response else None):
        if body is not None and body.json is not None:
            yield from _VALUE.findall(body.json)
    if response is not None and response.body is not None and response.status >= _ERROR:
        for value in _IN_MESSAGE.findall(response.body.json or response.body.text or ""):
            yield value
            yield value.rstrip(".")
