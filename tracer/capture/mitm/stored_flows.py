"""The playback of the stored flows that mitmproxy reads, and its interruption."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from typing import TYPE_CHECKING

from mitmproxy import ctx, exceptions

from tracer.runs.event_pipeline import EventPipeline
from tracer.runs.playback import Clock, Playback
from tracer.runs.run_manager import RunManager

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.capture.mitm.reporter import ProxyReporter
    from tracer.runs.run_writer import SavedRecording
    from tracer.runs.settings import Settings

__all__ = ["StoredFlowPlayback"]

_log = logging.getLogger(__name__)


class StoredFlowPlayback(Playback):
    """The event sink for stored flows. ``on_saved`` is called with each written recording."""

    def __init__(
        self, settings: Settings, on_saved: Callable[[SavedRecording], None], reporter: ProxyReporter
    ) -> None:
        clock = Clock()
        pipeline = EventPipeline(
            settings,
            lambda settings: RunManager(
                settings, on_saved, reporter.fail, live=False, stored=True, clock=clock
            ),
        )
        super().__init__(pipeline, clock, reporter.fail)
        self._reporter = reporter

    async def finish(self) -> None:
        """Play all events until SIGINT or SIGTERM. Report an interruption."""
        self._let_interrupt()
        await super().finish()
        if self.incomplete:
            _log.warning("interrupted: the exchanges that were not played yet are not recorded")

    def _let_interrupt(self) -> None:
        """End the playback on SIGINT and SIGTERM, and at once if mitmproxy still reads flows."""
        for number in (signal.SIGINT, signal.SIGTERM):
            # Only the main thread of a POSIX system can take signals. Closing the loop removes the handler.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(number, self.interrupt)
        with contextlib.suppress(exceptions.CommandError):
            if ctx.master.commands.call("readfile.reading") and not self._reporter.stopping:
                self.interrupt()
