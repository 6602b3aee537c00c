"""Redaction of the log of mitmproxy and asyncio, which quotes requests, fields and invalid names."""

from __future__ import annotations

import logging
import re
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.redaction import Redactor

__all__ = ["install"]

_ROOTS = frozenset({"mitmproxy", "tracer", "asyncio"})
"""Top-level loggers to redact. asyncio logs an exception that was never retrieved, with its traceback."""

_ADDRESS = r"[\w.:\[\]-]{1,255}"
# Most lines have this form, two to four per connection. They need no redaction.
_ROUTINE = re.compile(rf"(?:client|server) (?:dis)?connect(?: {_ADDRESS})?(?: \({_ADDRESS}\))?")


def install(redactor: Callable[[], Redactor]) -> Callable[[], None]:
    """Redact log records with the redactor that ``redactor`` returns. Return a function that undoes this.

    Records are redacted at their creation. A filter would have to be added to each logger, and some
    loggers do not exist yet.
    """
    factory = _Factory(logging.getLogRecordFactory(), redactor)
    logging.setLogRecordFactory(factory)
    return factory.remove


class _Factory:
    """A factory that redacts the log records of the factory ``before`` until ``remove`` is called."""

    def __init__(self, before: Callable[..., logging.LogRecord], redactor: Callable[[], Redactor]) -> None:
        self.before = before
        self._redactor: Callable[[], Redactor] | None = redactor

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self.before(name, *args, **kwargs)
        if self._redactor is not None and name.partition(".")[0] in _ROOTS:
            _redact(record, self._redactor)
        return record

    @property
    def removed(self) -> bool:
        """True after ``remove``."""
        return self._redactor is None

    def remove(self) -> None:
        """Restore the earlier factory. Below another factory, pass records through unchanged instead."""
        self._redactor = None
        while isinstance(top := logging.getLogRecordFactory(), _Factory) and top.removed:
            logging.setLogRecordFactory(top.before)


def _redact(record: logging.LogRecord, redactor: Callable[[], Redactor]) -> None:
    """Redact the text and the traceback of a record, before any handler sees them."""
    try:
        text = record.getMessage()
        if not record.exc_info and _ROUTINE.fullmatch(text) is not None:
            return
        if record.exc_info and record.exc_info[1] is not None:
            # A formatter would write the traceback unredacted.
            text = f"{text}\n{''.join(traceback.format_exception(record.exc_info[1])).rstrip()}"
        clean = "\n".join(map(redactor().log_line, text.split("\n")))
    except Exception:  # noqa: BLE001 - the text of any exception may quote the secret
        clean = "<removed>"
    record.msg, record.args, record.exc_info, record.exc_text = clean, None, None, None
