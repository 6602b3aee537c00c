"""A terminal whose output a test reads."""

from __future__ import annotations

import os
import pty
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["terminal"]


@contextmanager
def terminal() -> Iterator[tuple[int, Callable[[], str]]]:
    """Yield the file descriptor of a terminal, and a function that closes it and returns the whole output.

    A thread reads the output meanwhile: one read may return a part, and a full terminal stops its writer.
    """
    ours, theirs = pty.openpty()
    chunks: list[bytes] = []

    def read() -> None:
        try:
            while chunk := os.read(ours, 2**16):
                chunks.append(chunk)
        except OSError:  # the end of a terminal
            pass

    reader = threading.Thread(target=read)
    reader.start()
    is_open = True

    def output() -> str:
        nonlocal is_open
        os.close(theirs)
        is_open = False
        reader.join()
        return b"".join(chunks).decode().replace("\r\n", "\n")

    try:
        yield theirs, output
    finally:
        if is_open:
            os.close(theirs)
        reader.join()
        os.close(ours)
