"""Calls that a service sends after the response to the request that caused them.

Several processes and threads of the service send them. Their order among other exchanges is chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.model import end_time
from tracer.sequences import parents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.model import Exchange

__all__ = ["asynchronous_calls"]


def asynchronous_calls(exchanges: Sequence[Exchange]) -> frozenset[int]:
    """Return the indexes of the asynchronous service calls in a run, also of calls without a known cause."""
    return frozenset(
        index
        for index, cause in enumerate(parents(exchanges))
        if exchanges[index].sender != "client"
        and (cause is None or exchanges[index].started >= end_time(exchanges[cause]))
    )
