"""The spelling of pseudonyms: ``<token-1>``, ``<removed>``."""

from __future__ import annotations

import re

__all__ = ["NUMBERED", "PSEUDONYM", "REMOVED", "has_pseudonym", "is_pseudonym"]

REMOVED = "<removed>"
"""Stands where a value was taken out without a pseudonym of its own."""

NUMBERED = r"[a-z]++(?:-[a-z]++)*+-[0-9]++"
PSEUDONYM = rf"<(?:{NUMBERED}|removed)>"
"""An expression for pseudonyms."""

_PSEUDONYM = re.compile(PSEUDONYM)


def is_pseudonym(value: str) -> bool:
    """Return whether ``value`` is a pseudonym."""
    return _PSEUDONYM.fullmatch(value) is not None


def has_pseudonym(text: str) -> bool:
    """Return whether a pseudonym stands in ``text``."""
    return _PSEUDONYM.search(text) is not None
