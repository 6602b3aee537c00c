"""Numbers with their nouns, for English texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["counted", "noun_for", "ranges"]


def counted(count: int, singular: str, plural: str = "") -> str:
    """Return ``count`` with its noun. By default, ``plural`` is ``singular`` with an ``s``.

    >>> counted(1, "exchange was", "exchanges were"), counted(2, "file")
    ('1 exchange was', '2 files')
    """
    return f"{count} {noun_for(count, singular, plural)}"


def noun_for(count: int, singular: str, plural: str = "") -> str:
    """Return the noun for ``count``, without the number."""
    return singular if count == 1 else plural or f"{singular}s"


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers in order, with an en dash between the ends of a range.

    >>> ranges([9, 10, 3]), ranges([1, 2, 5, 6, 8])
    ('3, 9–10', '1–2, 5–6, 8')
    """
    spans: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)
