"""Generated passwords, and a check of passwords that earlier versions generated."""

from __future__ import annotations

import re
import secrets
import string

__all__ = ["LENGTH", "generate", "is_safe"]

LENGTH = 48
"""The length of a password in characters: 285 bits, and less than the 72 bytes that bcrypt uses."""

_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\Z")


def generate() -> str:
    """Return a new random password that needs no quotes on a command line, in a URL or in a shell.

    It begins with a letter, so that no parser takes it for an option, and YAML does not take it for a number.
    """
    rest = (secrets.choice(string.ascii_letters + string.digits) for _ in range(LENGTH - 1))
    return secrets.choice(string.ascii_letters) + "".join(rest)


def is_safe(password: str) -> bool:
    """Return whether ``password`` needs no quotes on a command line, in a URL or in a shell.

    Earlier versions generated passwords with ``-`` and ``_``. Only a leading ``-`` is harmful.
    """
    return bool(_SAFE.match(password))
