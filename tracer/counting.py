"""Numbers with their nouns, for English texts."""

from __future__ import annotations

__all__ = ["counted", "noun_for"]


def counted(count: int, singular: str, plural: str = "") -> str:
    """Return ``count`` with its noun. By default, ``plural`` is ``singular`` with an ``s``.

    >>> counted(1, "exchange was", "exchanges were"), counted(2, "file")
    ('1 exchange was', '2 files')
    """
    return f"{count} {noun_for(count, singular, plural)}"


def noun_for(count: int, singular: str, plural: str = "") -> str:
    """Return the noun for ``count``, without the number."""
    return singular if count == 1 else plural or f"{singular}s"
