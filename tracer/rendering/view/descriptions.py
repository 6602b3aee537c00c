"""Descriptions of exchanges from their documented sequence, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.i18n import pick
from tracer.rendering.visible_texts import visible
from tracer.sequences import Entry, catalog, entry_of

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording
    from tracer.sequences import Text

__all__ = ["Descriptions"]


class Descriptions:
    """The descriptions that a recording's exchanges have in its sequence.

    ``texts`` contains each description once, with those of the keys ``summary``, ``request``,
    ``response``, and ``reference`` (a URL) that the sequence defines.
    """

    def __init__(self, recording: Recording, lang: str) -> None:
        self.texts: list[dict[str, str]] = []
        self._lang = lang
        self._sequence = catalog().get(recording.sequence or "")
        self._numbers: dict[tuple[int, bool], int] = {}

    def number(self, exchange: Exchange) -> int | None:
        """Return the index in ``texts`` of the description of ``exchange``; None if there is none.

        A description that ``texts`` lacks is added.
        """
        entry = None if self._sequence is None else entry_of(exchange, self._sequence)
        if entry is None:
            return None
        status = exchange.response.status if exchange.response else None
        fails = entry.fallback is not None and status in entry.fallback.status
        # The catalogue never frees its entries, so their identity is a safe key.
        key = id(entry), fails
        if key not in self._numbers:
            self._numbers[key] = len(self.texts)
            self.texts.append(self._described(entry, fails=fails))
        return self._numbers[key]

    def _described(self, entry: Entry, *, fails: bool) -> dict[str, str]:
        parts = {"summary": entry.summary, "request": entry.request, "response": entry.response}
        if fails and entry.fallback is not None:
            # The step describes another response than the one in the recording.
            parts |= {"summary": entry.fallback.summary, "response": entry.fallback.summary}
        texts = {name: self._pick_text(text) for name, text in parts.items() if text}
        # The page makes a link of it, so only a web page is allowed.
        return texts | ({"reference": entry.reference} if entry.reference.startswith("https://") else {})

    def _pick_text(self, text: Text) -> str:
        return visible(pick(text, self._lang), 2000)
