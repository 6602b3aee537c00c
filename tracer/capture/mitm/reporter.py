"""Reports of the proxy about its recordings, and the end of the proxy after a failure."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from mitmproxy import ctx, flow
from mitmproxy.log import ALERT

from tracer.capture.worker.outcomes import failure_notice
from tracer.capture.worker.protocol import ExchangeStored, Failed, LogLine, Notice
from tracer.counting import counted
from tracer.errors import TracerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.model import Exchange

__all__ = ["ProxyReporter"]

_log = logging.getLogger(__name__)
_LEVELS = {"alert": ALERT, "warning": logging.WARNING, "error": logging.ERROR}


class ProxyReporter:
    """The reporter of recordings and failures. A failure stops the proxy, unless ``stop_on_error`` is False.

    ``unrecorded`` is the number of failures: each is an exchange or a recording that was not written.
    ``failure`` is the first of them, None without ``stop_on_error``. ``stopping`` is True once a failure
    has stopped the proxy. The addon sets ``closing`` when the proxy ends. ``on_exchange`` is called with
    each exchange that the worker process has stored.
    """

    def __init__(self, on_exchange: Callable[[Exchange], None] | None = None) -> None:
        self.stop_on_error = True
        self.unrecorded = 0
        self.failure: Exception | None = None
        self.stopping = False
        self.closing = False
        self._on_exchange = on_exchange

    def log(self, line: LogLine) -> None:
        """Write a line to mitmproxy's log."""
        _log.log(_LEVELS[line.level], "%s", line.text)

    def on_notice(self, notice: Notice) -> None:
        """Report a notice of the worker process."""
        if isinstance(notice, LogLine):
            self.log(notice)
        elif isinstance(notice, ExchangeStored):
            if self._on_exchange is not None:
                self._on_exchange(notice.exchange)
        elif isinstance(notice, Failed):
            self._report(notice, TracerError(notice.reason))

    def fail(self, error: Exception, source: object = None) -> None:
        """Count a failure of recording and report it. ``source`` is the flow of the failure, if it has one.

        Stop the proxy, unless ``trace_on_error`` is ``pass`` or the failure is a refused leak.
        """
        self._report(failure_notice(error), error, source)

    def _report(self, notice: Failed, error: Exception, source: object = None) -> None:
        self.unrecorded += 1
        if self.stop_on_error and self.failure is None:
            self.failure = error
        if notice.refused or not self.stop_on_error:
            _log.error("not recorded: %s", notice.reason)
            return
        if not self.stopping:
            self.stopping = True
            stops = "" if self.closing else "; the proxy stops, as it could not record"
            sys.stderr.write(f"tracer: {notice.reason}{stops}\n")
        if self.closing:
            return
        if isinstance(source, flow.Flow) and source.killable:
            source.kill()
        ctx.master.shutdown()

    def exit_on_failure(self) -> None:
        """Report losses on stderr after the proxy has stopped. Exit with 1 if recording failed."""
        if self.unrecorded:
            lost = counted(self.unrecorded, "exchange or recording was", "exchanges or recordings were")
            sys.stderr.write(f"tracer: {lost} not written\n")
        if self.failure is not None:
            sys.exit(1)
