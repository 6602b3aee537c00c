"""What the documentation says of an exchange, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from tracer.rendering.texts import visible
from tracer.sequences import Entry, catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Exchange, Recording
    from tracer.sequences import Text

__all__ = ["Descriptions"]

_OTHERWISE = "en"


class Descriptions:
    """The descriptions that a recording's exchanges have in its sequence.

    ``texts`` holds each once: ``summary``, ``request``, ``response`` and the URL ``reference``,
    where there are.
    """

    def __init__(self, recording: Recording, lang: str) -> None:
        self.texts: list[dict[str, str]] = []
        self._lang = lang
        sequence = catalog().get(recording.sequence or "")
        self._entries = [] if sequence is None else list(_entries(sequence.entries))
        self._numbers: dict[tuple[int, bool], int] = {}

    def number(self, exchange: Exchange) -> int | None:
        """Which of ``texts`` is that of ``exchange``; None where nothing is known of it."""
        path, _, query = exchange.path.partition("?")
        names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
        fitting = [
            place
            for place, (steps, entry) in enumerate(self._entries)
            if exchange.verdict != "unexpected"
            and steps[: len(exchange.steps)] == tuple(exchange.steps)
            and bool(steps) == bool(exchange.steps)
            and entry.receiver == exchange.receiver
            and entry.method == exchange.request.method
            and path.endswith(entry.path.rstrip("/"))
            and set(entry.query) == names
        ]
        if not fitting:
            return None
        best = max(fitting, key=lambda place: len(self._entries[place][1].path))
        entry = self._entries[best][1]
        status = exchange.response.status if exchange.response else None
        fails = entry.fallback is not None and status in entry.fallback.status
        if (best, fails) not in self._numbers:
            self._numbers[best, fails] = len(self.texts)
            self.texts.append(self._described(entry, fails=fails))
        return self._numbers[best, fails]

    def _described(self, entry: Entry, *, fails: bool) -> dict[str, str]:
        parts = {"summary": entry.summary, "request": entry.request, "response": entry.response}
        if fails and entry.fallback is not None:
            # The response of the step is not what came.
            parts |= {"summary": entry.fallback.summary, "response": entry.fallback.summary}
        texts = {name: self._said(text) for name, text in parts.items() if text}
        # It becomes a link: nothing but a web page may be behind it.
        return texts | ({"reference": entry.reference} if entry.reference.startswith("https://") else {})

    def _said(self, text: Text) -> str:
        return visible(text.get(self._lang) or text.get(_OTHERWISE) or "", 2000)


def _entries(entries: tuple[Entry, ...]) -> Iterator[tuple[tuple[int, ...], Entry]]:
    """Each entry with its steps; those that a fallback leads to have the steps that they stand in for."""
    for entry in entries:
        yield entry.steps, entry
        yield from (((), call) for call in entry.calls)
        if entry.fallback is not None:
            yield from ((entry.steps, inner) for inner in entry.fallback.then)
