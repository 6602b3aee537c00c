"""The spelling of pseudonyms: ``<token-1>``, ``<removed>``."""

from __future__ import annotations

import re

__all__ = ["NUMBERED", "PSEUDONYM", "REMOVED", "has_pseudonym", "is_pseudonym"]

REMOVED = "<removed>"
"""The replacement of a value without its own pseudonym."""

NUMBERED = r"[a-z]++(?>(?:-[a-z]++)*)-[0-9]++"
PSEUDONYM = rf"<(?:{NUMBERED}|removed)>"
"""An expression for pseudonyms."""

_PSEUDONYM = re.compile(PSEUDONYM)


def is_pseudonym(value: str) -> bool:
    """Return whether ``value`` is a pseudonym."""
    return _PSEUDONYM.fullmatch(value) is not None


def has_pseudonym(text: str) -> bool:
    """Return whether ``text`` contains a pseudonym."""
    return _PSEUDONYM.search(text) is not None
