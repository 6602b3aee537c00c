"""From what the proxy tells to what is kept: who sent a request, and the exchange that it became."""

from __future__ import annotations

from collections.abc import Callable

from tracer.capture.book import Book
from tracer.capture.events import Answered, Asked, Connected, Disconnected, Event
from tracer.capture.exchanges import exchange, skeleton
from tracer.capture.fields import Fields, readable
from tracer.capture.keeper import Keeper
from tracer.capture.participants import CLIENT, named_by_agent
from tracer.capture.runs import Evidence
from tracer.capture.sentrequest import SentRequest
from tracer.capture.settings import Settings
from tracer.model import Exchange

__all__ = ["Intake", "carried_tokens", "issued_tokens"]

_RECEIPT = b"openstack-auth-receipt"
_CARRIED = (b"x-auth-token", b"x-service-token", _RECEIPT)
_HANDED_OUT = (b"x-subject-token", _RECEIPT)
"""Header fields that tie requests together: a receipt is for the second factor of a login."""


class Intake:
    """Takes what the proxy tells, in its order, and has it kept by the keeper that ``new_keeper`` gives."""

    def __init__(self, settings: Settings, new_keeper: Callable[[Settings], Keeper]) -> None:
        self._new_keeper = new_keeper
        self._keepers: list[Keeper] = []
        self._connections: dict[str, Connected] = {}
        self._asked: dict[str, tuple[Asked, SentRequest, Keeper]] = {}
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """From now on by other settings; what is under way is kept by those it began with."""
        self._settings = settings
        self._keepers.append(self._new_keeper(settings))

    def tell(self, event: Event) -> None:
        """Take one event. Raises OutputError where the disk won't take what has become of it."""
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
        """Return the moment from which on ``tend`` may have something to do."""
        return min(keeper.due() for keeper in self._keepers)

    async def tend(self) -> None:
        """Do what is due by now."""
        for keeper in self._keepers:
            await keeper.tend()

    def doubt(self, reason: str) -> None:
        """Mark all that is recorded as undetermined."""
        for keeper in self._keepers:
            keeper.doubt(reason)

    async def caught_up(self) -> None:
        """What was told is kept already."""

    async def delivered(self) -> None:
        """Return at once: what was told has been taken."""

    async def finish(self, interrupted: str = "") -> None:
        """Make recordings of all runs that are going on, ``interrupted`` for some reason."""
        for keeper in self._keepers:
            await keeper.finish_all(interrupted)

    async def leave(self) -> None:
        """Leave the journals of what is going on as they are."""
        for keeper in self._keepers:
            await keeper.leave()

    def on_exchange(self, book: Book) -> None:
        """Called with each book that took an exchange."""

    def evidence(self, asked: Asked) -> Evidence:
        """Return the facts that tell where the request comes from."""
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
        """The service whose port of the proxy the request came in by."""
        connected = self._connections.get(asked.connection)
        return self._settings.participants.senders.get(connected.port) if connected else None

    def _answered(self, answered: Answered) -> None:
        known = self._asked.pop(answered.flow, None)
        if known is None:  # its beginning could not be taken: that was said then
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
        except Exception:  # noqa: BLE001 - recorded without its contents is better than not at all
            return skeleton(asked, answered, sender=sender)


def carried_tokens(asked: Asked) -> frozenset[str]:
    """Return the tokens that a request carries."""
    fields = Fields(asked.fields)
    return frozenset(value for name in _CARRIED for value in fields.all(name))


def issued_tokens(asked: Asked, answered: Answered) -> frozenset[str]:
    """Return the tokens that an answer hands out. One to a question about a token hands out none."""
    if answered.reply is None or Fields(asked.fields).all(b"x-subject-token"):
        return frozenset()
    fields = Fields(answered.reply.fields)
    return frozenset(value for name in _HANDED_OUT for value in fields.all(name))


def _authenticates(method: str, url: str) -> bool:
    """Return whether the request is a login, by password or by an identity provider."""
    path = url.partition("?")[0].rstrip("/")
    if "/OS-FEDERATION/" in path and path.endswith("/auth"):
        return True
    return method == "POST" and path.endswith(("/auth/tokens", "/v2.0/tokens"))
