"""Requests that were sent again because the service was busy or the connection was lost."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracer.sequences.observations import Observation

__all__ = ["retried"]

_RETRIED = frozenset({429, 502, 503, 504, None})
"""The statuses after which a client may send the same request again; None: the connection was lost.

RFC 6585, section 4 (429) and RFC 9110, sections 9.2.2 and 15.6. openstacksdk retries after these statuses.
"""


def retried(run: Sequence[Observation], is_expected: Callable[[int], bool]) -> dict[int, int]:
    """Map the index of each failed request of ``run`` to the index of its next attempt.

    The first attempt decides: a request that was sent again after a success is no retry. A request that
    ``is_expected`` calls documented is none either. ``is_expected`` takes the index of an exchange.
    """
    failed = {
        index: seen for index, seen in enumerate(run) if seen.status in _RETRIED and not is_expected(index)
    }
    if not failed:
        return {}
    attempts: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, seen in enumerate(run):
        attempts[seen.request].append(index)
        attempts[*seen.request, seen.content].append(index)
    retries: dict[int, int] = {}
    for index, seen in failed.items():
        # A request whose connection was lost may have been recorded without the end of its body.
        same_body = () if seen.status is None else (seen.content,)
        positions = attempts[*seen.request, *same_body]
        following = bisect_right(positions, index)
        if following < len(positions):
            retries[index] = positions[following]
    return retries
