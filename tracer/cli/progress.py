"""The line of progress on stderr: the current work, as long as it lasts."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from rich.live import Live
    from rich.spinner import Spinner

__all__ = ["PATIENCE", "ProgressLine", "counted_items", "progress"]

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds without a printed line after which a terminal shows the current work."""


class ProgressLine:
    """A function that shows a line of progress.

    A terminal shows the latest line while work goes on, and removes it afterwards. Without a terminal, the
    lines are printed if ``plain``.
    """

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._lock = threading.RLock()
        self._line = ""
        self._live: Live | None = None
        self._timer: threading.Timer | None = None
        self._quiet_since = time.monotonic()

    def __call__(self, line: str) -> None:
        """Show ``line``. No character in it controls the terminal."""
        self._show(line, plain=self._plain)

    def installing(self, line: str) -> None:
        """Show ``line`` about work that takes minutes, and print it without a terminal."""
        self._show(line, plain=True)

    def _show(self, line: str, *, plain: bool) -> None:
        from tracer.rendering.visible_texts import visible

        line = visible(line, 400)
        if not self._terminal:
            if plain:
                print(line, file=sys.stderr, flush=True)
            return
        with self._lock:
            self._line = line
            if self._live is not None:
                self._live.update(_spinner(line))
            elif self._timer is None:
                waited = time.monotonic() - self._quiet_since
                self._timer = threading.Timer(max(0.0, PATIENCE - waited), self._start)
                self._timer.daemon = True
                self._timer.start()

    def hide(self) -> None:
        """Remove the line if stdout is a terminal, so that a result can be printed.

        The next call shows a line again after ``PATIENCE``.
        """
        if sys.stdout.isatty():
            self.remove()

    def remove(self) -> None:
        """Remove the line from the terminal."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._live is not None:
                self._live.stop()
                self._live = None
            self._quiet_since = time.monotonic()

    def _start(self) -> None:
        from rich.live import Live

        from tracer.cli.console import stderr

        with self._lock:
            if self._timer is None or self._live is not None:  # hidden, or shown by an earlier timer
                return
            # stdout may be a file: rich would print its lines to stderr.
            self._live = Live(
                _spinner(self._line),
                console=stderr(),
                transient=True,
                redirect_stdout=False,
                refresh_per_second=8,
            )
            self._live.start(refresh=True)


@contextmanager
def progress(*, plain: bool = False) -> Iterator[ProgressLine]:
    """Yield a function that shows a line of progress on stderr. Remove the line at the end."""
    line = ProgressLine(plain=plain)
    try:
        yield line
    finally:
        line.remove()


def counted_items(items: Collection[T], show: Callable[[str], None], work: str) -> Iterator[T]:
    """Yield the items of a collection. Show the work with the number of each: ``checking 3 of 230: x``."""
    for number, item in enumerate(items, 1):
        show(f"{work} {number} of {len(items)}: {item}")
        yield item


def _spinner(line: str) -> Spinner:
    from rich.spinner import Spinner
    from rich.text import Text

    text = Text(f"{line.rstrip('… ')} …", no_wrap=True, overflow="ellipsis")
    return Spinner("dots", text=text)
