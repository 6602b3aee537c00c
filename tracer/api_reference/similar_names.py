"""The names of operations that are most similar to a mistyped one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.api_reference.reading import reference, services

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["similar_names"]

_MOST_SIMILAR = 3
_LEAST_SIMILARITY = 80  # percent


def similar_names(words: str, names: Iterable[str] | None = None) -> list[str]:
    """Return the most similar of ``names``, by default of all IDs of operations, the best first."""
    from rapidfuzz import fuzz, process

    known = (
        (each.id for name in services() for each in reference(name).operations) if names is None else names
    )
    found = process.extract(
        words,
        sorted(set(known)),
        scorer=fuzz.ratio,
        limit=_MOST_SIMILAR,
        score_cutoff=_LEAST_SIMILARITY,
    )
    return [name for name, *_ in found]
