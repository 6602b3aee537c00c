"""Conversion of the proxy's events into exchanges, with the evidence of each request's origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.runs.events import Connected, Disconnected, Event, ExchangeCompleted, RequestStarted
from tracer.runs.exchanges import exchange, skeleton
from tracer.runs.header_fields import Fields, readable
from tracer.runs.participants import CLIENT, named_by_agent
from tracer.runs.run import Evidence
from tracer.sequences import asks_for_token, usable_id
from tracer.urls import path_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.model import Exchange, RunNote
    from tracer.runs.run_manager import RunManager
    from tracer.runs.sent_request import SentRequest
    from tracer.runs.settings import Settings

__all__ = ["EventPipeline", "carried_tokens", "issued_tokens"]

_CAUSE = b"x-openstack-request-id"
_RECEIPT = b"openstack-auth-receipt"
_CARRIED = (b"x-auth-token", b"x-service-token", _RECEIPT)
_ISSUED = (b"x-subject-token", _RECEIPT)
"""Response header fields that contain tokens. A receipt is for the second factor of a login."""


class EventPipeline:
    """An event sink that stores each completed exchange at once, through run managers in this process.

    ``new_manager`` creates a manager for settings.
    """

    def __init__(self, settings: Settings, new_manager: Callable[[Settings], RunManager]) -> None:
        self._new_manager = new_manager
        self._managers: list[RunManager] = []
        self._connections: dict[str, Connected] = {}
        self._started: dict[str, tuple[RequestStarted, SentRequest, RunManager]] = {}
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Create a manager with ``settings`` for later requests. Earlier requests stay with their manager."""
        self._settings = settings
        self._managers.append(self._new_manager(settings))

    def receive(self, event: Event) -> None:
        """Process one event. Raises OutputError if a write fails."""
        if isinstance(event, RequestStarted):
            manager = self._managers[-1]
            self._started[event.flow] = event, manager.request_started(self.evidence(event)), manager
        elif isinstance(event, ExchangeCompleted):
            self._exchange_completed(event)
        elif isinstance(event, Connected):
            self._connections[event.connection] = event
        elif isinstance(event, Disconnected):
            self._connections.pop(event.connection, None)
            for manager in self._managers:
                manager.closed(event.connection)

    def due(self) -> float:
        """Return the earliest time at which ``tend`` may have work, by the clock of the managers."""
        return min(manager.due() for manager in self._managers)

    async def tend(self) -> None:
        """Let each manager decide on overdue requests and finish completed runs."""
        for manager in self._managers:
            await manager.tend()

    def doubt(self, reason: RunNote) -> None:
        """Mark all runs as undetermined, with ``reason`` as a note."""
        for manager in self._managers:
            manager.doubt(reason)

    async def caught_up(self) -> None:
        """Return at once, as ``receive`` has already stored all exchanges."""

    async def delivered(self) -> None:
        """Return at once, as ``receive`` has already processed all events."""

    async def finish(self, interrupted: str = "") -> None:
        """Write the recordings of all runs. ``interrupted`` is the reason of an early end, or empty."""
        for manager in self._managers:
            await manager.finish_all(interrupted)

    async def leave(self) -> None:
        """Close the journals of runs in progress without recordings. The files stay for recovery."""
        for manager in self._managers:
            await manager.leave()

    def evidence(self, request: RequestStarted) -> Evidence:
        """Return the evidence of the request's origin."""
        fields = Fields(request.fields)
        method, url, agent = readable(request.method), readable(request.url), fields.get(b"user-agent")
        connected = self._connections.get(request.connection)
        return Evidence(
            connection=request.connection,
            peer=connected.peer if connected else "",
            process=connected.process if connected else None,
            agent=agent,
            opening=f"{method} {url}",
            authenticates=asks_for_token(method, path_of(url)),
            tokens=carried_tokens(request),
            sender=_service(self.by_port(request) or named_by_agent(agent)),
            subjects=frozenset(fields.all(b"x-subject-token")),
            url=url,
            started=request.started,
            cause_id=usable_id(fields.get(_CAUSE)),
        )

    def service_by_port(self, request: RequestStarted) -> str:
        """Return the service that sends through the request's proxy port, empty for any other port."""
        return _service(self.by_port(request))

    def by_port(self, request: RequestStarted) -> str | None:
        """Return the participant that sends through the request's proxy port, None for any other port."""
        connected = self._connections.get(request.connection)
        return self._settings.participants.senders.get(connected.port) if connected else None

    def _exchange_completed(self, completed: ExchangeCompleted) -> None:
        started = self._started.pop(completed.flow, None)
        if started is None:  # the error at its beginning was already reported
            return
        request, sent, manager = started
        tokens = issued_tokens(request, completed)
        closed_connection = request.connection if completed.closes else None
        sent.approximate = completed.approximate
        manager.exchange_completed(sent, self._exchange(request, completed, sent), tokens, closed_connection)

    def _exchange(self, request: RequestStarted, completed: ExchangeCompleted, sent: SentRequest) -> Exchange:
        sender = self.by_port(request) or named_by_agent(sent.evidence.agent) or CLIENT
        try:
            return exchange(request, completed, sender=sender, limit=self._settings.limit)
        except Exception:  # noqa: BLE001 - an exchange without contents is better than none
            return skeleton(request, completed, sender=sender)


def _service(sender: str | None) -> str:
    """Return ``sender`` if it is a service; empty for a client."""
    return "" if sender in (None, CLIENT) else sender


def carried_tokens(request: RequestStarted) -> frozenset[str]:
    """Return the tokens in the header fields of a request."""
    fields = Fields(request.fields)
    return frozenset(value for name in _CARRIED for value in fields.all(name))


def issued_tokens(request: RequestStarted, completed: ExchangeCompleted) -> frozenset[str]:
    """Return the tokens that a response issues. The response to a request about a token issues none."""
    if completed.response is None or Fields(request.fields).all(b"x-subject-token"):
        return frozenset()
    fields = Fields(completed.response.fields)
    return frozenset(value for name in _ISSUED for value in fields.all(name))
