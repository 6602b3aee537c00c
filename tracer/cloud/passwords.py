"""Generated passwords, and which of those of earlier versions can still be used."""

from __future__ import annotations

import re
import secrets
import string

__all__ = ["LENGTH", "generate", "is_safe"]

LENGTH = 48
"""Characters of a password: 285 bits, and below the 72 bytes that bcrypt looks at."""

_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\Z")


def generate() -> str:
    """Return a new random password that is one plain word on a command line, in a URL and in a shell.

    It begins with a letter, so that no parser takes it for an option, nor YAML for a number.
    """
    rest = (secrets.choice(string.ascii_letters + string.digits) for _ in range(LENGTH - 1))
    return secrets.choice(string.ascii_letters) + "".join(rest)


def is_safe(password: str) -> bool:
    """Return whether ``password`` is taken literally on a command line, in a URL and in a shell.

    Earlier versions generated passwords with ``-`` and ``_``: a leading ``-`` alone is harmful.
    """
    return bool(_SAFE.match(password))
