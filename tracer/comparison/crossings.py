"""What a difference is due to: the cloud, the client, or both.

Two recordings cross the sides of a couple: each is of the cloud of one side, with the client of the other.
Between the first side and such a crossing, only the client has changed, or only the cloud.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from tracer import archives
from tracer.comparison.comparing import compare
from tracer.comparison.grouping import difference_key, general_place
from tracer.recording import crossed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracer.comparison.differences import Comparison, Difference, DueTo
    from tracer.comparison.learned import Learned
    from tracer.model import Recording

__all__ = ["Crossing", "attributed", "attributed_requests", "find_crossing"]

_HEADER_FIELD = " · headers."


class Crossing(NamedTuple):
    """The recordings that differ from the first side in the client alone, and in the cloud alone."""

    other_client: Path
    other_cloud: Path


class _Changes:
    """The differences between the first side and a crossing."""

    def __init__(self, comparison: Comparison) -> None:
        differences = [*comparison.differences, *comparison.folded]
        self._keys = set(map(difference_key, differences))
        self._places = {(general_place(each), each.kind) for each in differences}

    def have(self, difference: Difference, *, exactly: bool) -> bool:
        """Return whether the same place changes, ``exactly`` from and to the same values."""
        if exactly:
            return difference_key(difference) in self._keys
        return (general_place(difference), difference.kind) in self._places


def find_crossing(before: Path, after: Path) -> Crossing | None:
    """Return the two crossings of a couple, or None if one of them is missing.

    The folders of the couple have the names of its releases: ``zed/client-2026.2`` has the recordings of the
    cloud zed with the client of 2026.2.
    """
    names = archives.folder_name(before.parent), archives.folder_name(after.parent)
    if names[0] == names[1]:
        return None
    other_client, other_cloud = crossed(before, names[1]), crossed(after, names[0])
    return Crossing(other_client, other_cloud) if other_client and other_cloud else None


def attributed(
    comparison: Comparison,
    before: Recording,
    other_client: Recording,
    other_cloud: Recording,
    learned: Learned,
    *,
    strict: bool = False,
) -> Comparison:
    """Return the comparison with what each difference is due to.

    A difference that occurs with another client on the same cloud is due to the client, and one that occurs
    with the same client on another cloud is due to the cloud. One that occurs in both cases, or only with
    both changes together, is due to both. Another value at the same place counts if the difference itself
    tells nothing. ``strict`` is that of the comparison.
    """
    client = _Changes(compare(before, other_client, learned, strict=strict))
    cloud = _Changes(compare(before, other_cloud, learned, strict=strict))

    def due_to(difference: Difference) -> DueTo:
        for exactly in (True, False):
            by_client = client.have(difference, exactly=exactly)
            if by_client != cloud.have(difference, exactly=exactly):
                return "client" if by_client else "cloud"
        return "both"

    return _with(comparison, due_to)


def attributed_requests(comparison: Comparison) -> Comparison:
    """Return the comparison of two single requests with what each difference is due to.

    tracer sends the same request to both clouds. The libraries of a client only add header fields.
    """
    return _with(comparison, lambda difference: "client" if _is_of_client(difference) else "cloud")


def _is_of_client(difference: Difference) -> bool:
    return difference.side == "request" and _HEADER_FIELD in difference.place


def _with(comparison: Comparison, due_to: Callable[[Difference], DueTo]) -> Comparison:
    return replace(
        comparison,
        differences=[replace(each, due_to=due_to(each)) for each in comparison.differences],
        folded=[replace(each, due_to=due_to(each)) for each in comparison.folded],
    )
