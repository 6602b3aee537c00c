"""The consoles for stdout and stderr, and the display of progress."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console
    from rich.status import Status

    from tracer.cloud.cache import Progress

__all__ = ["print_text", "program", "progress", "shown_by", "stderr", "stdout"]

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
    """Return the console for notes and progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_text(text: str, *, trusted: bool) -> None:
    """Write a text to stdout.

    If stdout is a terminal, characters of an untrusted text that control it become U+FFFD.
    """
    if not trusted and sys.stdout.isatty():
        from tracer.rendering.texts import visible_lines

        text = visible_lines(text)
    sys.stdout.write(text)


def shown_by(status: Status) -> Callable[[str], None]:
    """Return a function that shows a line of progress, in which no character controls the terminal."""
    from rich.text import Text

    from tracer.rendering.texts import visible

    return lambda line: status.update(Text(visible(line, 400)))


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a function that shows a line of progress on stderr. A terminal shows only the last line."""
    console = stderr()

    def show(line: str) -> None:
        if console.is_terminal:
            waiting.update(f"{line} …")
        else:
            console.print(line, markup=False, soft_wrap=True)

    with console.status("…") as waiting:
        yield show
