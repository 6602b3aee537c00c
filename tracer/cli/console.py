"""The two consoles that verbs print on."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from tracer.cloud.cache import Progress

__all__ = ["program", "progress", "stderr", "stdout"]

_PIPE_WIDTH = 160


def program() -> str:
    """What to type to start this program again."""
    return "tracer" if shutil.which("tracer") else sys.argv[0]


def stdout() -> Console:
    """For what the user asked for."""
    from rich.console import Console

    # A pipe has no width: whoever reads it wants whole lines.
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, width=_PIPE_WIDTH if piped else None)


def stderr() -> Console:
    """For what the user should know besides."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


@contextmanager
def progress() -> Iterator[Progress]:
    """Shows on stderr what is being done: the last line of it on a terminal, each line elsewhere."""
    console = stderr()

    def show(line: str) -> None:
        if console.is_terminal:
            waiting.update(f"{line} …")
        else:
            console.print(line, markup=False, soft_wrap=True)

    with console.status("…") as waiting:
        yield show
