"""Times without any request from an address: the boundaries between commands one after the other."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer.runs.sent_request import SentRequest

__all__ = ["PAUSE", "Lulls"]

PAUSE = 1.0
"""Minimum seconds between the last response to a command and the first request of the next command.

A Python interpreter takes as long to start. An earlier request may come from a parallel command.
"""

_LULLS_LIMIT = 32
"""Maximum number of lulls in memory for an address."""

_ADDRESS_LIMIT = 1024
"""Maximum number of addresses in memory."""


@dataclass
class _Address:
    """The activity of an address. ``lulls`` are pairs of an end and the next beginning (s since the epoch).

    ``busy_until`` is the latest end of a request, ``in_flight`` the number of requests without an end.
    """

    busy_until: float
    in_flight: int = 0
    lulls: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_LULLS_LIMIT))


class Lulls:
    """The lulls of each address: times of at least ``PAUSE`` seconds without a request in flight."""

    def __init__(self) -> None:
        self._addresses: dict[str, _Address] = {}

    def request_started(self, request: SentRequest) -> None:
        """Register the beginning of a request, which ends a lull."""
        peer, started = request.evidence.peer, request.evidence.started
        address = self._addresses.pop(peer, None) or _Address(started)
        self._addresses[peer] = address
        if len(self._addresses) > _ADDRESS_LIMIT:
            del self._addresses[next(iter(self._addresses))]
        if not address.in_flight and started >= address.busy_until + PAUSE:
            address.lulls.append((address.busy_until, started))
        address.in_flight += 1
        address.busy_until = max(address.busy_until, started)

    def request_ended(self, request: SentRequest) -> None:
        """Register the end of a request, after which a lull may begin."""
        address = self._addresses.get(request.evidence.peer)
        if address is not None:
            # The address may have been forgotten, and begun again, since the request started.
            address.in_flight = max(0, address.in_flight - 1)
            address.busy_until = max(address.busy_until, request.latest)

    def between(self, peer: str, since: float, until: float) -> bool:
        """Return whether the address ``peer`` had a lull between two times (s since the epoch)."""
        address = self._addresses.get(peer)
        lulls = address.lulls if address is not None else ()
        return any(since <= start and end <= until for start, end in lulls)

    def ends_at(self, peer: str, time: float) -> bool:
        """Return whether a lull of the address ``peer`` ended at ``time`` (s since the epoch)."""
        address = self._addresses.get(peer)
        return address is not None and any(end == time for _, end in address.lulls)
