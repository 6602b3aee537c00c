"""The live display of exchanges: a table on a terminal, lines without columns elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from tracer.model import Exchange

__all__ = ["ExchangeLog"]

_TIME, _PARTICIPANTS, _LABEL = 8, 20, 18
"""Widths of columns. The message has the rest of the line."""

_NARROW = 72
"""Width of a terminal below which the lines have no columns."""


class ExchangeLog:
    """The display of one exchange after the other. Each is a row of its own: the log of a day scrolls."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._has_head = False

    def show(self, exchange: Exchange) -> None:
        """Show a redacted exchange, with times in seconds since the epoch."""
        if self._console.is_terminal and self._console.width >= _NARROW:
            self._show_row(exchange)
        else:
            self._console.out("  ".join(filter(None, _cells(exchange))), highlight=False)

    def _show_row(self, exchange: Exchange) -> None:
        from rich.text import Text

        from tracer.rendering.messages import exchange_messages
        from tracer.rendering.recording_table import message_style, verdict_style
        from tracer.sequences import DEVIATIONS

        if not self._has_head:
            self._has_head = True
            names = ("time", "from → to", "message", "label")
            self._console.print(self._row(*(Text(name, style="bold") for name in names)))
        when, participants, message, label = _cells(exchange)
        label_style = "yellow" if exchange.verdict in DEVIATIONS else verdict_style(exchange.verdict)
        row = self._row(
            Text(when, style="dim"),
            Text(participants),
            Text(message, style=message_style(exchange_messages(exchange)[1])),
            Text(label, style=label_style),
        )
        self._console.print(row)

    def _row(self, *cells: object) -> Table:
        from rich.table import Table

        row = Table.grid(padding=(0, 1), expand=True)
        for width in (_TIME, _PARTICIPANTS, None, _LABEL):
            ratio = None if width else 1
            row.add_column(width=width, ratio=ratio, no_wrap=True, overflow="ellipsis")
        row.add_row(*cells)  # type: ignore[arg-type]  # every cell is a Text
        return row


def _cells(exchange: Exchange) -> tuple[str, str, str, str]:
    """Return the time, the participants, the message, and the label.

    A question mark follows a deviation: the next exchanges may show that the exchange is a fallback.
    """
    from tracer.rendering.messages import exchange_messages
    from tracer.rendering.visible_texts import visible
    from tracer.sequences import DEVIATIONS

    request, response = exchange_messages(exchange)
    answer = response.status_text if response.status is not None else response.text
    steps = ", ".join(map(str, exchange.steps))
    verdict = f"{exchange.verdict}?" if exchange.verdict in DEVIATIONS else exchange.verdict or ""
    return (
        time.strftime("%H:%M:%S", time.localtime(exchange.started)),
        f"{visible(exchange.sender, 40)} → {visible(exchange.receiver, 80) or '?'}",
        f"{visible(request.text, 200)} → {visible(answer, 120)}",
        f"{verdict} {steps}".strip(),
    )
