"""The interface between the proxy and the storage of its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tracer.runs.events import Event
    from tracer.runs.settings import Settings

__all__ = ["EventSink"]


class EventSink(Protocol):
    """A receiver of the proxy's events, in their order."""

    def configure(self, settings: Settings, /) -> None:
        """Apply ``settings`` to later requests."""

    def receive(self, event: Event, /) -> None:
        """Process one event, or queue it. Raises OutputError if a write fails."""

    async def caught_up(self) -> None:
        """Wait until nearly all exchanges so far are stored."""

    async def delivered(self) -> None:
        """Wait until the sink has taken all events out of the proxy's memory."""

    async def finish(self) -> None:
        """Write the recordings of all runs."""
