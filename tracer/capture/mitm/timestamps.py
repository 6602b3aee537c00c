"""Beginning and end of a flow, from those of its timestamps that are plausible."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["ended", "is_approximate", "started"]

_LATEST = 1e10
"""Seconds since the epoch (in the year 2286) from which on a timestamp is invalid."""


def started(flow: http.HTTPFlow) -> float:
    """Return the time of the request's beginning, in seconds since the epoch; 0 if no time is known.

    Stored flows and HAR files of other tools may lack timestamps, or contain 0. Then the nearest known
    time of the flow counts.
    """
    request, response = flow.request, flow.response
    candidates = (
        request.timestamp_start,
        request.timestamp_end,
        response and response.timestamp_start,
        response and response.timestamp_end,
        flow.error and flow.error.timestamp,
        flow.client_conn.timestamp_start,
        flow.timestamp_created,
    )
    return next((time for time in map(_plausible_time, candidates) if time is not None), 0.0)


def ended(flow: http.HTTPFlow) -> float | None:
    """Return the time of the flow's end, in seconds since the epoch; None if it is unknown."""
    response = flow.response
    candidates = (response and response.timestamp_end, flow.error and flow.error.timestamp)
    begin = started(flow)
    times = (time for time in map(_plausible_time, candidates) if time is not None)
    # A clock that was set back, or a negative duration in a HAR file, gives no valid end.
    return next((time for time in times if time >= begin), None)


def is_approximate(flow: http.HTTPFlow) -> bool:
    """Return whether the flow may have ended before its recorded end, as in a HAR file.

    A HAR file has one duration for an exchange. mitmproxy adds the time of connecting to it, though the
    request began later. So the next request of a client seems to begin before the response arrives.
    """
    response = flow.response
    begin = flow.request.timestamp_start
    return response is not None and _plausible_time(begin) is not None and response.timestamp_start == begin


def _plausible_time(time: object) -> float | None:
    """Return ``time`` as a float if it is a plausible timestamp, else None."""
    if isinstance(time, bool) or not isinstance(time, int | float):
        return None
    return float(time) if math.isfinite(time) and 0 < time < _LATEST else None
