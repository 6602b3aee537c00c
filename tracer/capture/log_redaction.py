"""Secrets in mitmproxy's own log: it quotes the requests, fields and names that it refuses."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterator

from tracer.redaction import Redactor

__all__ = ["install"]

_ROOTS = ("mitmproxy", "tracer.capture")
_ADDRESS = r"[\w.:\[\]-]{1,255}"
# Most lines are of this form, two to four for each connection.
_ROUTINE = re.compile(rf"(?:client|server) (?:dis)?connect(?: {_ADDRESS})?(?: \({_ADDRESS}\))?")


class _Redaction(logging.Filter):
    """Replaces the text of a record before any handler sees it."""

    def __init__(self, redactor: Callable[[], Redactor]) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its secrets."""
        try:
            text = record.getMessage()
            if not record.exc_info and _ROUTINE.fullmatch(text) is not None:
                return True
            if record.exc_info and record.exc_info[1] is not None:
                # A formatter would write the traceback as it is.
                text = f"{text}\n{''.join(traceback.format_exception(record.exc_info[1])).rstrip()}"
            clean = "\n".join(map(self._redactor().log_line, text.split("\n")))
        except Exception:  # noqa: BLE001 - whatever it was, its text may quote the secret
            clean = "<removed>"
        record.msg, record.args, record.exc_info, record.exc_text = clean, None, None, None
        return True


def install(redactor: Callable[[], Redactor]) -> Callable[[], None]:
    """Have mitmproxy's log redacted by what ``redactor`` returns. Return a function that undoes it."""
    redaction = _Redaction(redactor)
    # A filter of a logger does not apply to what the loggers below it log.
    loggers = list(_loggers())
    for logger in loggers:
        logger.addFilter(redaction)

    def remove() -> None:
        for logger in loggers:
            logger.removeFilter(redaction)

    return remove


def _loggers() -> Iterator[logging.Logger]:
    for name in [*logging.root.manager.loggerDict]:
        if any(name == root or name.startswith(f"{root}.") for root in _ROOTS):
            yield logging.getLogger(name)
