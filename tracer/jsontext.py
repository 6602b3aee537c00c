"""JSON text rewritten token by token: nothing that was sent is lost or rounded.

A parser that builds objects would drop duplicate keys, round huge numbers, refuse
``NaN`` and give up on deep nesting. A recording must show what was on the wire, so the
text is cut into tokens (RFC 8259, with the ``NaN`` and ``Infinity`` that Python
services send) and put together again with other white space.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["Path", "rewrite"]

Path = tuple[str | int, ...]
"""Where a value stands: the keys and indexes that lead to it."""

Replace = Callable[[Path, str], str | None]
"""Given the path and the literal of a scalar (a string with its quotes), its new literal or None to keep it."""
