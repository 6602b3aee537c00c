"""What the documentation says of an exchange, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.rendering.languages import pick
from tracer.rendering.texts import visible
from tracer.sequences import Entry, catalog, entry_of

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording
    from tracer.sequences import Text

__all__ = ["Descriptions"]


class Descriptions:
    """The descriptions that a recording's exchanges have in its sequence.

    ``texts`` holds each once: ``summary``, ``request``, ``response`` and the URL ``reference``,
    where there are.
    """

    def __init__(self, recording: Recording, lang: str) -> None:
        self.texts: list[dict[str, str]] = []
        self._lang = lang
        self._sequence = catalog().get(recording.sequence or "")
        self._numbers: dict[tuple[int, bool], int] = {}

    def number(self, exchange: Exchange) -> int | None:
        """Which of ``texts`` is that of ``exchange``; None where nothing is known of it."""
        entry = None if self._sequence is None else entry_of(exchange, self._sequence)
        if entry is None:
            return None
        status = exchange.response.status if exchange.response else None
        fails = entry.fallback is not None and status in entry.fallback.status
        # The catalogue keeps its entries, so each is told by what it is and not by what it says.
        known = id(entry), fails
        if known not in self._numbers:
            self._numbers[known] = len(self.texts)
            self.texts.append(self._described(entry, fails=fails))
        return self._numbers[known]

    def _described(self, entry: Entry, *, fails: bool) -> dict[str, str]:
        parts = {"summary": entry.summary, "request": entry.request, "response": entry.response}
        if fails and entry.fallback is not None:
            # The response of the step is not what came.
            parts |= {"summary": entry.fallback.summary, "response": entry.fallback.summary}
        texts = {name: self._said(text) for name, text in parts.items() if text}
        # It becomes a link: nothing but a web page may be behind it.
        return texts | ({"reference": entry.reference} if entry.reference.startswith("https://") else {})

    def _said(self, text: Text) -> str:
        return visible(pick(text, self._lang), 2000)
