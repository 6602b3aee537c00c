"""The consoles for stdout and stderr."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_text", "program", "stderr", "stdout"]

_PIPE_WIDTH = 160


def program() -> str:
    """Return the command that starts this program."""
    return "tracer" if shutil.which("tracer") else sys.argv[0]


def stdout() -> Console:
    """Return the console for results."""
    from rich.console import Console

    # A pipe has no width. Its reader needs whole lines.
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, width=_PIPE_WIDTH if piped else None)


def stderr() -> Console:
    """Return the console for notes."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_text(text: str, *, trusted: bool) -> None:
    """Write a text to stdout.

    If stdout is a terminal, characters of an untrusted text that control it become U+FFFD.
    """
    if not trusted and sys.stdout.isatty():
        from tracer.rendering.visible_texts import visible_lines

        text = visible_lines(text)
    sys.stdout.write(text)
