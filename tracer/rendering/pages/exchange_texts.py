"""Descriptions of the exchanges and messages of a recording, from its documented sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.rendering.operation_links import operation_link
from tracer.sequences import asks_for_versions, described_entry, participant_label
from tracer.sequences.templates import with_query

if TYPE_CHECKING:
    from tracer.model import Recording
    from tracer.rendering.messages import MessageView
    from tracer.rendering.operation_links import OperationLink
    from tracer.rendering.pages.wording import Wording
    from tracer.sequences import Entry, Sequence

__all__ = ["Telling"]


class FallbackText(NamedTuple):
    """The fallback of a request: its summary, true if it ``happened``, and its requests with their texts."""

    summary: str
    happened: bool
    then: list[tuple[str, str]]


class Telling:
    """The texts for one recording in one language. They are foreign texts, which templates escape."""

    def __init__(self, recording: Recording, sequence: Sequence | None, say: Wording) -> None:
        self._recording = recording
        self._say = say
        self._sequence = sequence
        self._entries: dict[int, Entry | None] = {}

    def _entry(self, index: int) -> Entry | None:
        """Return the entry of the exchange at ``index``, found on demand: a page omits most of a long run."""
        if index not in self._entries:
            self._entries[index] = described_entry(self._recording.exchanges[index], self._sequence)
        return self._entries[index]

    def label(self, participant: str) -> str:
        """Return the label of a participant."""
        return self._recording.participants.get(participant) or participant_label(participant) or "?"

    def step(self, request: MessageView, response: MessageView) -> str:
        """Return one sentence on both messages of an exchange; empty if the sequence has none."""
        entry = self._entry(request.exchange)
        if entry is None:
            return ""
        if entry.fallback is not None and self.fails_over(request, response.status):
            return self._say.pick(entry.fallback.summary) or self._say.pick(entry.summary)
        return self._say.pick(entry.summary)

    def message(self, view: MessageView, status: int | None) -> str:
        """Return the description of a message; empty if the sequence has none for the response ``status``."""
        entry = self._entry(view.exchange)
        if entry is None:
            return ""
        if view.kind == "request":
            return self._say.pick(entry.request)
        return self._say.pick(entry.response) if status in entry.statuses else ""

    def operation(self, view: MessageView) -> OperationLink | None:
        """Return the operation of a message in the release of the recording; None if it is not known."""
        return operation_link(view.operation, self._say.language, self._recording.cloud.release)

    def heading(self, request: MessageView) -> str:
        """Return the method and the path, after the name of an operation that no sequence describes."""
        operation = self.operation(request)
        if operation is None or self._entry(request.exchange) is not None:
            return request.text
        # A colon behind "scoped authorization" would make a header of it, with a secret for the last scan.
        return f"{operation.name} · {request.text}"

    def discovers(self, view: MessageView) -> bool:
        """Return whether the exchange is a discovery of versions that no sequence describes."""
        entry = self._entry(view.exchange)
        return entry is None and asks_for_versions(self._recording.exchanges[view.exchange])

    def fails_over(self, view: MessageView, status: int | None) -> bool:
        """Return whether the sequence documents a fallback of the client for this ``status``."""
        entry = self._entry(view.exchange)
        return entry is not None and entry.fallback is not None and status in entry.fallback.status

    def reference(self, view: MessageView) -> str:
        """Return the URL of the API's documentation of a request; empty if there is none."""
        entry = self._entry(view.exchange)
        return entry.reference if entry is not None and view.kind == "request" else ""

    def expected(self, view: MessageView, status: int | None) -> str:
        """Return the documented statuses if ``status`` is none of them and no status of a fallback."""
        entry = self._entry(view.exchange)
        if entry is None or status in entry.statuses or status is None or self.fails_over(view, status):
            return ""
        return ", ".join(map(str, entry.statuses))

    def fallback(self, view: MessageView) -> FallbackText | None:
        """Return the documented fallback of this request; None if there is none."""
        entry = self._entry(view.exchange)
        if entry is None or entry.fallback is None:
            return None
        exchange = self._recording.exchanges[view.exchange]
        mount = exchange.path.removesuffix(with_query(entry.path, entry.query))
        status = exchange.response.status if exchange.response else None
        return FallbackText(
            self._say.pick(entry.fallback.summary),
            status in entry.fallback.status,
            [
                (f"{then.method} {mount}{with_query(then.path, then.query)}", self._say.pick(then.summary))
                for then in entry.fallback.then
            ],
        )
