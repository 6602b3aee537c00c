"""A display on stdout and stderr whose end does not end the program."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

__all__ = ["optional_display"]


@contextmanager
def optional_display() -> Iterator[None]:
    """Discard the rest of the output once stdout or stderr cannot be written. For stdout, tell stderr."""

    def tell(error: OSError) -> None:
        reason = error.strerror or error
        print(
            f"tracer: the display has ended (stdout: {reason}); recording does not need it", file=sys.stderr
        )

    with ExitStack() as stack:
        stack.enter_context(redirect_stderr(_OptionalStream(sys.stderr, lambda _: None)))
        stack.enter_context(redirect_stdout(_OptionalStream(sys.stdout, tell)))
        yield


class _OptionalStream:
    """A text stream that ends with the first failed write. Later texts are discarded."""

    def __init__(self, stream: TextIO, on_end: Callable[[OSError], None]) -> None:
        self._stream = stream
        self._on_end = on_end

    def write(self, text: str) -> int:
        """Write ``text``, and return its length."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._end(error)
            return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        try:
            self._stream.flush()
        except OSError as error:
            self._end(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _end(self, error: OSError) -> None:
        # The buffer of the stream still has the text, and a later flush writes it.
        with suppress(OSError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)
        self._on_end(error)
