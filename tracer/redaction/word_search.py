"""Search for words in any letter case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

__all__ = ["find_words", "lower_case"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def find_words(search: AhoCorasick, text: str, *, overlapping: bool = False) -> list[tuple[int, int, int]]:
    """Return the words of ``search`` in ``text``, in any letter case: number, begin and end of each."""
    low = lower_case(text)
    try:
        return search.find_matches_as_indexes(low, overlapping=overlapping)
    except UnicodeEncodeError:  # the search library does not support lone surrogates
        return search.find_matches_as_indexes(_SURROGATE.sub("?", low), overlapping=overlapping)


def lower_case(text: str) -> str:
    """Return ``text`` in lower case with the positions of all characters unchanged."""
    low = text.lower()
    # The lower case of one letter (U+0130) has two characters.
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
