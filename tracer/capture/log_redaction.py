"""Secrets in the log of mitmproxy and asyncio: it quotes requests, fields and names that are refused."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable
from typing import Any

from tracer.redaction import Redactor

__all__ = ["install"]

_ROOTS = frozenset({"mitmproxy", "tracer", "asyncio"})
"""asyncio logs an exception that nobody has retrieved, with its traceback."""

_ADDRESS = r"[\w.:\[\]-]{1,255}"
# Most lines are of this form, two to four for each connection.
_ROUTINE = re.compile(rf"(?:client|server) (?:dis)?connect(?: {_ADDRESS})?(?: \({_ADDRESS}\))?")


def install(redactor: Callable[[], Redactor]) -> Callable[[], None]:
    """Redact what is logged with the redactor that ``redactor`` returns. Return a function that undoes it.

    Records are redacted when they are created: a filter would have to be added to each logger,
    and some loggers do not exist yet.
    """
    factory = _Factory(logging.getLogRecordFactory(), redactor)
    logging.setLogRecordFactory(factory)
    return factory.remove


class _Factory:
    """Creates the records that ``before`` creates, redacted until it is removed."""

    def __init__(self, before: Callable[..., logging.LogRecord], redactor: Callable[[], Redactor]) -> None:
        self._before = before
        self._redactor: Callable[[], Redactor] | None = redactor

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._before(name, *args, **kwargs)
        if self._redactor is not None and name.partition(".")[0] in _ROOTS:
            _redact(record, self._redactor)
        return record

    def remove(self) -> None:
        """Restore what was there before. Below the factory of another, become transparent instead."""
        self._redactor = None
        while isinstance(top := logging.getLogRecordFactory(), _Factory) and top._redactor is None:
            logging.setLogRecordFactory(top._before)


def _redact(record: logging.LogRecord, redactor: Callable[[], Redactor]) -> None:
    """Replace the text of a record before any handler sees it."""
    try:
        text = record.getMessage()
        if not record.exc_info and _ROUTINE.fullmatch(text) is not None:
            return
        if record.exc_info and record.exc_info[1] is not None:
            # A formatter would write the traceback as it is.
            text = f"{text}\n{''.join(traceback.format_exception(record.exc_info[1])).rstrip()}"
        clean = "\n".join(map(redactor().log_line, text.split("\n")))
    except Exception:  # noqa: BLE001 - whatever it was, its text may quote the secret
        clean = "<removed>"
    record.msg, record.args, record.exc_info, record.exc_text = clean, None, None, None
