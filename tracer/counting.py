"""Numbers with their nouns, in the English texts of the program."""

from __future__ import annotations

__all__ = ["counted", "form"]


def counted(count: int, one: str, several: str = "") -> str:
    """Return a number with the words that go with it; ``several`` is ``one`` with an ``s`` unless given.

    >>> counted(1, "exchange was", "exchanges were"), counted(2, "file")
    ('1 exchange was', '2 files')
    """
    return f"{count} {form(count, one, several)}"


def form(count: int, one: str, several: str = "") -> str:
    """Return the words that go with a number, without the number."""
    return one if count == 1 else several or f"{one}s"
