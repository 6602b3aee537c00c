"""What the sequence says of each exchange of a recording: its entry, and texts for its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.sequences import entry_of, participant_label
from tracer.sequences.templates import with_query

if TYPE_CHECKING:
    from tracer.model import Recording
    from tracer.rendering.messages import MessageView
    from tracer.rendering.pages.wording import Wording
    from tracer.sequences import Entry, Sequence

__all__ = ["Telling"]


class Fallback(NamedTuple):
    """What comes where a request fails: a sentence, whether it did here, the requests with their texts."""

    summary: str
    happened: bool
    then: list[tuple[str, str]]


class Telling:
    """The texts for one recording in one language. All are foreign texts: templates escape them."""

    def __init__(self, recording: Recording, sequence: Sequence | None, say: Wording) -> None:
        self._recording = recording
        self._say = say
        self._sequence = sequence
        self._entries: dict[int, Entry | None] = {}

    def _entry(self, index: int) -> Entry | None:
        """What the exchange of an ``index`` is in the sequence. A long recording is not told in full."""
        if index not in self._entries:
            exchange = self._recording.exchanges[index]
            self._entries[index] = None if self._sequence is None else entry_of(exchange, self._sequence)
        return self._entries[index]

    def label(self, participant: str) -> str:
        """What a participant is called."""
        return self._recording.participants.get(participant) or participant_label(participant) or "?"

    def step(self, request: MessageView, response: MessageView) -> str:
        """One sentence on both messages of an exchange; empty where the sequence has none."""
        entry = self._entry(request.exchange)
        if entry is None:
            return ""
        if entry.fallback is not None and self.fails_over(request, response.status):
            return self._say.pick(entry.fallback.summary) or self._say.pick(entry.summary)
        return self._say.pick(entry.summary)

    def message(self, view: MessageView, status: int | None) -> str:
        """What a message is; empty where the sequence does not say, or describes another response."""
        entry = self._entry(view.exchange)
        if entry is None:
            return ""
        if view.kind == "request":
            return self._say.pick(entry.request)
        return self._say.pick(entry.response) if status in entry.statuses else ""

    def fails_over(self, view: MessageView, status: int | None) -> bool:
        """Whether the documentation has the client do something else on this ``status``."""
        entry = self._entry(view.exchange)
        return entry is not None and entry.fallback is not None and status in entry.fallback.status

    def reference(self, view: MessageView) -> str:
        """Where the API's documentation describes a request, or nothing."""
        entry = self._entry(view.exchange)
        return entry.reference if entry is not None and view.kind == "request" else ""

    def expected(self, view: MessageView, status: int | None) -> str:
        """The statuses that are documented, where ``status`` is none of them."""
        entry = self._entry(view.exchange)
        if entry is None or status in entry.statuses or status is None or self.fails_over(view, status):
            return ""
        return ", ".join(map(str, entry.statuses))

    def fallback(self, view: MessageView) -> Fallback | None:
        """What the documentation says that comes where this request fails."""
        entry = self._entry(view.exchange)
        if entry is None or entry.fallback is None:
            return None
        exchange = self._recording.exchanges[view.exchange]
        mount = exchange.path.removesuffix(with_query(entry.path, entry.query))
        status = exchange.response.status if exchange.response else None
        return Fallback(
            self._say.pick(entry.fallback.summary),
            status in entry.fallback.status,
            [
                (f"{then.method} {mount}{with_query(then.path, then.query)}", self._say.pick(then.summary))
                for then in entry.fallback.then
            ],
        )
