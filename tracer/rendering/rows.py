"""The lines of a sequence diagram in a terminal, cell by cell."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style as Look

from tracer.rendering.blocks import Arrow, Close, Event, Note, Open
from tracer.rendering.lanes import ARROW, Lanes, cut
from tracer.rendering.recording_table import message_style
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracer.rendering.messages import MessageView
    from tracer.rendering.operation_links import OperationLink

__all__ = ["CellLine", "rows"]

_AGAIN = 60  # arrows, after which the names of the participants are repeated
_RED = Look.parse("bold red")
_DIM = Look.parse("dim")
_BOLD = Look.parse("bold")
_NOTE = Look.parse("yellow")
_PLAIN = Look.null()
_SHAFTS = {"request": "─", "response": "┄", "error": "┄"}


class CellLine:
    """A line of cells, each with a character and a style.

    The cell after a wide character is empty. ``view`` is the message of the arrow in this line, None for
    other lines. ``time`` and ``operation`` appear at the end of the line. A ``heading`` line has the titles
    of the columns.
    """

    __slots__ = ("cells", "heading", "looks", "operation", "time", "view")

    def __init__(self, cells: list[str], looks: list[Look]) -> None:
        self.cells = cells
        self.looks = looks
        self.view: MessageView | None = None
        self.time = ""
        self.operation: OperationLink | None = None
        self.heading = False

    def put(self, at: int, text: str, look: Look) -> None:
        """Write ``text`` from the cell ``at`` on. Characters that do not fit are left out."""
        for sign in text:
            width = cell_len(sign)
            if not width and at:
                self.cells[at - 1] += sign
            if not width or at + width > len(self.cells):
                continue
            self.cells[at : at + width] = [sign, *[""] * (width - 1)]
            self.looks[at : at + width] = [look] * width
            at += width


def rows(
    drawn: Iterable[Event], lanes: Lanes, *, frames: int, room: int, reasons: Mapping[int, str]
) -> Iterator[CellLine]:
    """Return the lines of a diagram, each ``room`` cells wide.

    ``frames`` is the number of cells for frames on both sides of the lanes. ``reasons`` maps the index
    of an exchange to the reason for its deviation.
    """
    return _Rows(lanes, frames, room, reasons).of(drawn)


class _Rows:
    def __init__(self, lanes: Lanes, frames: int, room: int, reasons: Mapping[int, str]) -> None:
        self._lanes = lanes
        self._frames = frames
        self._room = room
        self._reasons = reasons
        self._depth = 0
        self._at = {name: at + frames for name, at in lanes.at.items()}
        self._right = lanes.width + 2 * frames - 1

    def of(self, drawn: Iterable[Event]) -> Iterator[CellLine]:
        yield from self._heads()
        count = 0
        for event in drawn:
            if isinstance(event, Arrow):
                if count and count % _AGAIN == 0:
                    yield from self._heads()
                count += 1
                yield from self._arrow(event)
            elif isinstance(event, Note):
                yield from self._wrap_text(self._frames + 1, event.text, _NOTE)
            elif isinstance(event, Open):
                yield self._edge("┌", "┐", f"{event.kind} {event.title}")
                self._depth += 1
            else:
                self._depth -= 1
                if isinstance(event, Close):
                    yield self._edge("└", "┘", "")
                else:
                    yield self._edge("├", "┤", f"{'and' if event.kind == 'par' else 'else'} {event.title}")
                    self._depth += 1
        yield self._row()

    def _row(self) -> CellLine:
        """Return a line with only the lifelines and the frames around them."""
        row = CellLine([" "] * self._room, [_PLAIN] * self._room)
        for at in self._at.values():
            row.put(at, "│", _DIM)
        for depth in range(min(self._depth, self._frames)):
            row.put(depth, "┆", _DIM)
            row.put(self._right - depth, "┆", _DIM)
        return row

    def _heads(self) -> Iterator[CellLine]:
        row = self._row()
        for name, head in self._lanes.heads.items():
            row.put(max(0, self._at[name] - cell_len(head) // 2), head, _BOLD)
        row.heading = True
        yield row
        yield self._row()

    def _edge(self, left: str, right: str, title: str) -> CellLine:
        row = self._row()
        depth = min(self._depth, max(0, self._frames - 1))
        end = self._right - depth
        row.put(depth, left + "╌" * (end - depth - 1) + right, _DIM)
        if title:
            row.put(depth + 2, f" {cut(visible(title, 200), self._room - depth - 5)} ", _BOLD)
        return row

    def _arrow(self, arrow: Arrow) -> Iterator[CellLine]:
        view = arrow.view
        look = _RED if view.deviates else Look.parse(message_style(view) or "none")
        left, right = sorted((self._at[view.sender], self._at[view.receiver]))
        if arrow.note:
            remark = ": ".join(filter(None, (arrow.note, self._reasons.get(view.exchange))))
            yield from self._wrap_text(left + 2, f"✗ {remark}", _RED)
        text = visible(arrow.text, 200)
        beside = left == right
        fits = beside or cell_len(text) + ARROW <= right - left
        if not fits:
            above = self._row()
            room = self._room - 2
            text = cut(text, room)
            above.put(max(0, min(left + 1, room - cell_len(text))), f" {text} ", look)
            yield above
        row = self._row()
        if beside:
            row.put(left + 1, f"↺ {cut(text, self._room - left - 3)} ", look)
        else:
            row.put(left + 1, self._shaft(view, right - left - 1, text if fits else ""), look)
        row.view, row.time, row.operation = view, arrow.time, arrow.operation
        yield row

    def _shaft(self, view: MessageView, length: int, text: str) -> str:
        rightwards = self._at[view.sender] < self._at[view.receiver]
        sign = _SHAFTS[view.kind]
        tip = "✗" if view.kind == "error" else "▶" if rightwards else "◀"
        label = f" {text} " if text else ""
        before = (length - 1 - cell_len(label)) // 2
        line = sign * before + label + sign * (length - 1 - before - cell_len(label))
        return line + tip if rightwards else tip + line

    def _wrap_text(self, at: int, text: str, look: Look) -> Iterator[CellLine]:
        """Yield the lines of a text that begins at the cell ``at``, but no later than mid-row."""
        at = min(at, self._room // 2)
        for line in textwrap.wrap(visible(text, 400), max(1, self._room - at - 1)):
            row = self._row()
            row.put(at, f"{cut(line, self._room - at - 1)} ", look)
            yield row
