"""Conversion of the proxy's events into exchanges, with the evidence of each request's origin."""

from __future__ import annotations

from collections.abc import Callable

from tracer.model import Exchange
from tracer.runs.events import Answered, Asked, Connected, Disconnected, Event
from tracer.runs.exchanges import exchange, skeleton
from tracer.runs.header_fields import Fields, readable
from tracer.runs.participants import CLIENT, named_by_agent
from tracer.runs.run import Evidence
from tracer.runs.run_manager import Keeper
from tracer.runs.run_writer import Book
from tracer.runs.sent_request import SentRequest
from tracer.runs.settings import Settings

__all__ = ["Intake", "carried_tokens", "issued_tokens"]

_RECEIPT = b"openstack-auth-receipt"
_CARRIED = (b"x-auth-token", b"x-service-token", _RECEIPT)
_HANDED_OUT = (b"x-subject-token", _RECEIPT)
"""Response header fields that contain tokens. A receipt is for the second factor of a login."""


class Intake:
    """A receiver of the proxy's events, in their order. ``new_keeper`` creates a keeper for settings."""

    def __init__(self, settings: Settings, new_keeper: Callable[[Settings], Keeper]) -> None:
        self._new_keeper = new_keeper
        self._keepers: list[Keeper] = []
        self._connections: dict[str, Connected] = {}
        self._asked: dict[str, tuple[Asked, SentRequest, Keeper]] = {}
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Create a keeper with ``settings`` for later requests. Earlier requests stay with their keeper."""
        self._settings = settings
        self._keepers.append(self._new_keeper(settings))

    def tell(self, event: Event) -> None:
        """Process one event. Raises OutputError if a write fails."""
        if isinstance(event, Asked):
            keeper = self._keepers[-1]
            self._asked[event.flow] = event, keeper.sent(self.evidence(event)), keeper
        elif isinstance(event, Answered):
            self._answered(event)
        elif isinstance(event, Connected):
            self._connections[event.connection] = event
        elif isinstance(event, Disconnected):
            self._connections.pop(event.connection, None)
            for keeper in self._keepers:
                keeper.closed(event.connection)

    def due(self) -> float:
        """Return the earliest time at which ``tend`` may have work, by the clock of the keepers."""
        return min(keeper.due() for keeper in self._keepers)

    async def tend(self) -> None:
        """Let each keeper decide on overdue requests and finish completed runs."""
        for keeper in self._keepers:
            await keeper.tend()

    def doubt(self, reason: str) -> None:
        """Mark all runs as undetermined, with ``reason`` as a note."""
        for keeper in self._keepers:
            keeper.doubt(reason)

    async def caught_up(self) -> None:
        """Return at once, as ``tell`` has already stored all exchanges."""

    async def delivered(self) -> None:
        """Return at once, as ``tell`` has already processed all events."""

    async def finish(self, interrupted: str = "") -> None:
        """Write the recordings of all runs. ``interrupted`` is the reason of an early end, or empty."""
        for keeper in self._keepers:
            await keeper.finish_all(interrupted)

    async def leave(self) -> None:
        """Close the journals of runs in progress without recordings. The files stay for recovery."""
        for keeper in self._keepers:
            await keeper.leave()

    def on_exchange(self, book: Book) -> None:
        """Do nothing. A subclass handles each book that has stored an exchange."""

    def evidence(self, asked: Asked) -> Evidence:
        """Return the evidence of the request's origin."""
        fields = Fields(asked.fields)
        method, url, agent = readable(asked.method), readable(asked.url), fields.get(b"user-agent")
        connected = self._connections.get(asked.connection)
        return Evidence(
            connection=asked.connection,
            peer=connected.peer if connected else "",
            process=connected.process if connected else None,
            agent=agent,
            opening=f"{method} {url}",
            authenticates=_authenticates(method, url),
            tokens=carried_tokens(asked),
            sender=self.by_port(asked) or named_by_agent(agent) or "",
            subjects=frozenset(fields.all(b"x-subject-token")),
            url=url,
            started=asked.started,
        )

    def by_port(self, asked: Asked) -> str | None:
        """Return the service that sends through the request's proxy port, None for any other port."""
        connected = self._connections.get(asked.connection)
        return self._settings.participants.senders.get(connected.port) if connected else None

    def _answered(self, answered: Answered) -> None:
        known = self._asked.pop(answered.flow, None)
        if known is None:  # the error at its beginning was already reported
            return
        asked, sent, keeper = known
        fields = Fields(answered.reply.fields if answered.reply else ())
        tokens = [value for name in _HANDED_OUT for value in fields.all(name)]
        closes = asked.connection if answered.closes else None
        sent.approximate = answered.approximate
        for book in keeper.answered(sent, self._exchange(asked, answered, sent), tokens, closes):
            self.on_exchange(book)

    def _exchange(self, asked: Asked, answered: Answered, sent: SentRequest) -> Exchange:
        sender = self.by_port(asked) or named_by_agent(sent.evidence.agent) or CLIENT
        try:
            return exchange(asked, answered, sender=sender, limit=self._settings.limit)
        except Exception:  # noqa: BLE001 - an exchange without contents is better than none
            return skeleton(asked, answered, sender=sender)


def carried_tokens(asked: Asked) -> frozenset[str]:
    """Return the tokens in the header fields of a request."""
    fields = Fields(asked.fields)
    return frozenset(value for name in _CARRIED for value in fields.all(name))


def issued_tokens(asked: Asked, answered: Answered) -> frozenset[str]:
    """Return the tokens that a response issues. The response to a request about a token issues none."""
    if answered.reply is None or Fields(asked.fields).all(b"x-subject-token"):
        return frozenset()
    fields = Fields(answered.reply.fields)
    return frozenset(value for name in _HANDED_OUT for value in fields.all(name))


def _authenticates(method: str, url: str) -> bool:
    """Return whether the request is a login, at Keystone itself or through an identity provider."""
    path = url.partition("?")[0].rstrip("/")
    if "/OS-FEDERATION/" in path and path.endswith("/auth"):
        return True
    return method == "POST" and path.endswith(("/auth/tokens", "/v2.0/tokens"))
