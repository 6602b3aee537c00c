"""The exchange that a service was answering when it sent a service call."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.model import Exchange

__all__ = ["parents"]


def parents(exchanges: Sequence[Exchange]) -> list[int | None]:
    """Return, for each exchange, the index of the exchange that its sender was answering, or None.

    It is the last exchange that the sender had received and not yet answered. The exchanges are in the order
    of their requests.
    """
    asked: defaultdict[str, list[int]] = defaultdict(list)
    callers: list[int | None] = []
    for index, exchange in enumerate(exchanges):
        waiting = asked[exchange.sender]
        while waiting and _ended(exchanges[waiting[-1]]) < exchange.started:
            waiting.pop()
        callers.append(waiting[-1] if waiting else None)
        asked[exchange.receiver].append(index)
    return callers


def _ended(exchange: Exchange) -> float:
    return math.inf if exchange.ended is None else exchange.ended
