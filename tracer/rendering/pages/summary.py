"""Summaries of recordings, sufficient to plan the pages of a site and the links between them."""

from __future__ import annotations

import hashlib
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from tracer.conformance import RecordedOperations, recorded_operations
from tracer.model import RunVerdict
from tracer.rendering.mermaid import count_parts
from tracer.rendering.messages import exchange_messages
from tracer.rendering.pages.hosts import mounted_ports
from tracer.sequences import DEVIATIONS, catalog, described_entry, failed_login

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.model import Body, Exchange, Recording

__all__ = ["Summary", "repetitions", "summarise"]

_FEW = 3
"""The most exchanges of the same content in a row that are all shown."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The summary of a recording.

    ``contents`` has a digest of each exchange without the values of the run. Exchanges with the same digest
    look the same to a reader. The digest is empty for an exchange that deviates or has no response.
    ``failed_login`` is the request that ended the run, and its result, if the login failed.
    ``prologue`` has the indexes of discovery and authentication. ``diagrams`` is the number of parts of the
    diagram. ``mounted_ports`` are ports of this machine at which services have paths. ``operations`` are the
    operations of the API reference in the recording.
    """

    release: str = ""
    command: str | None = None
    sequence: str | None = None
    verdict: RunVerdict | None = None
    recorded: str = ""
    messages: int = 0
    diagrams: int = 1
    fell_back: bool = False
    failed_login: str = ""
    contents: list[str] = []
    prologue: list[int] = []
    mounted_ports: list[str] = []
    operations: RecordedOperations = RecordedOperations()


def summarise(recording: Recording) -> Summary:
    """Return the summary of ``recording``."""
    sequence = catalog().get(recording.sequence or "")
    return Summary(
        release=recording.cloud.release or "",
        command=recording.command,
        sequence=recording.sequence,
        verdict=recording.verdict,
        recorded=recording.recorded,
        messages=2 * len(recording.exchanges),
        diagrams=count_parts(recording),
        fell_back=any(exchange.verdict == "fallback" for exchange in recording.exchanges),
        failed_login=failed_login(recording.exchanges),
        contents=[_content(exchange) for exchange in recording.exchanges],
        prologue=[
            index
            for index, exchange in enumerate(recording.exchanges)
            if (entry := described_entry(exchange, sequence)) is not None
            and entry.prologue
            and exchange.response is not None
            and exchange.response.status in entry.statuses
        ],
        mounted_ports=mounted_ports(recording.exchanges),
        operations=recorded_operations(recording),
    )


def repetitions(contents: Sequence[str]) -> list[int | None]:
    """Return for each exchange the earlier exchange that it repeats, as polling does; None to show it.

    Of a long row of exchanges with the same content, only the first and the last are shown. ``contents``
    comes from a summary.
    """
    originals: list[int | None] = [None] * len(contents)
    start = 0
    for content, row in groupby(contents):
        end = start + len(list(row))
        if content and end - start > _FEW:
            originals[start + 1 : end - 1] = [start] * (end - start - 2)
        start = end
    return originals


def _content(exchange: Exchange) -> str:
    if exchange.verdict in DEVIATIONS or exchange.response is None:
        return ""
    request, response = exchange_messages(exchange)
    parts = [
        exchange.sender,
        exchange.receiver,
        request.text,
        response.status,
        _shape_of(exchange.request.body),
        _shape_of(exchange.response.body),
    ]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


def _shape_of(body: Body | None) -> Any:
    if body is None or body.json is None:
        return None if body is None else body.type
    try:
        return _shape(msgspec.json.decode(body.json))
    except (msgspec.DecodeError, RecursionError):
        return body.type


def _shape(value: Any) -> Any:
    """Return a JSON value with empty texts for its scalars, and with each list reduced to distinct shapes."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        kinds = {msgspec.json.encode(shape): shape for shape in map(_shape, value)}
        return [kinds[kind] for kind in sorted(kinds)]
    return ""
