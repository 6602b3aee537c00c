"""The addon for one command: everything that comes through the proxy is one run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from mitmproxy import connection, http

from tracer.capture.addon import Tracer
from tracer.capture.book import Book, Kept
from tracer.capture.client import Client
from tracer.capture.processes import Process, command_words
from tracer.capture.runs import Evidence, Run
from tracer.capture.settings import Settings
from tracer.model import Output, Recording

__all__ = ["SingleRun"]


class SingleRun(Tracer):
    """Keeps one book; ``kept`` is the recording once the proxy has stopped."""

    exits = False

    def __init__(
        self,
        settings: Settings,
        argv: Sequence[str],
        environment: Mapping[str, str],
        on_exchange: Callable[[Recording], None] | None,
    ) -> None:
        super().__init__(settings)
        self.kept: Kept | None = None
        self._book = Book(settings, command_words(tuple(argv)))
        self._book.redactor.learn_environment(environment)
        self._process = Process(0, 0.0, tuple(argv))
        self._callback = on_exchange
        self._output: tuple[Output, str] | None = None

    def ended(self, client: Client) -> None:
        """The client is through: its output and how it ended go into the recording."""
        text = self._book.redactor.text
        stdout, stderr = client.output
        output = Output(exit=client.wait(), stdout=text(stdout), stderr=text(stderr))
        self._output = output, f"the client was ended by {client.killed_by}" if client.killed_by else ""

    async def client_connected(self, client: connection.Client) -> None:
        """Whose connection it is needs no looking up."""
        self._live.add(client.id)

    async def drained(self, seconds: float) -> None:
        """Wait for what is still under way, at most so long."""
        for _ in range(int(seconds / 0.02)):
            if not self._flows:
                return
            await asyncio.sleep(0.02)

    def problems(self, environment: Mapping[str, str], argv: Sequence[str]) -> list[str]:
        """Why nothing may have been recorded."""
        if self.distrusted:
            hosts = ", ".join(sorted(self.distrusted))
            return [f"the client does not trust the proxy's CA (asked for {hosts}): leave out --os-cacert"]
        url = environment.get("OS_AUTH_URL")
        return [
            "the command sent no request through the proxy",
            f"is OS_AUTH_URL right ({url})?"
            if url
            else "is OS_AUTH_URL set, or a cloud chosen with OS_CLOUD?",
            "does the command itself set no_proxy or a proxy of its own?",
        ]

    def on_exchange(self, run: Run, book: Book) -> None:
        """Show the recording so far."""
        if self._callback is not None:
            self._callback(book.preview())

    def on_recording(self, kept: Kept) -> None:
        """Keep it for the verb."""
        self.kept = kept

    def running(self) -> None:
        """Nothing to announce: the verb says where the recording is."""

    def new_book(self, evidence: Evidence) -> Book:
        """The one book."""
        return self._book

    def finish_book(self, book: Book) -> Kept:
        """Make the recording, with the client's output."""
        output, interrupted = self._output or (None, "the proxy stopped before the client ended")
        return book.finish(interrupted=interrupted, output=output)

    def _evidence(self, flow: http.HTTPFlow) -> Evidence:
        return super()._evidence(flow)._replace(process=self._process)

    def _settle(self, run: Run) -> None:
        """The run is over when the command is."""
