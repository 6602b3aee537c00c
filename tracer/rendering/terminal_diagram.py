"""A sequence diagram of a recording in a terminal: lifelines, arrows, frames, numbers, and times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as Look

from tracer.conformance.reasons import reasons
from tracer.rendering.blocks import Arrow, Close, Open, events
from tracer.rendering.lanes import ARROW, Lanes, cut, lay_out
from tracer.rendering.rows import CellLine, rows
from tracer.rendering.style import Style
from tracer.rendering.tree import recording_tree
from tracer.rendering.visible_texts import visible
from tracer.sequences import participant_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

    from tracer.model import Recording
    from tracer.rendering.blocks import Event
    from tracer.rendering.messages import MessageView

__all__ = ["Drawing"]

_DEEPEST = 3
_TIME = 11
_REASON = 80
_SHORTEST_NAME = 16
_GAP = "  "
_NUMBER, _STEP, _TIMES, _OPERATION = "no.", "(step)", "time", "operation"
_DIM = Look.parse("dim")
_RED = Look.parse("bold red")


class Drawing:
    """A sequence diagram of a recording for a rich console.

    Each arrow has its message number and its time. The time of a request counts from the start of
    the run, the time of a response from its request. If a step differs from its message number, all
    arrows show their step in parentheses. The columns of numbers and times have headings. A wide console
    has a column with the names of the operations, too, which are links if the terminal has links.
    """

    def __init__(
        self, recording: Recording, views: Sequence[MessageView] | None = None, *, fold: bool = False
    ) -> None:
        self._drawn = list(events(recording_tree(recording, Style(timing=True, fold=fold), views)))
        self._arrows = [event for event in self._drawn if isinstance(event, Arrow)]
        self._reasons = reasons(recording)
        names = {name for arrow in self._arrows for name in (arrow.view.sender, arrow.view.receiver)}
        self._labels = {name: recording.participants.get(name) or participant_label(name) for name in names}
        # Steps are omitted if every step is equal to its message number.
        self._steps = any(arrow.view.step not in (None, arrow.view.number) for arrow in self._arrows)
        self._heading = f"{_NUMBER} {_STEP}" if self._steps else _NUMBER
        self._gutter = max((len(self._number(arrow)) for arrow in self._arrows), default=0)
        self._gutter = max(self._gutter, len(self._heading)) + 2
        self._frames = min(_DEEPEST, _depth(self._drawn))
        named = (arrow.operation.name for arrow in self._arrows if arrow.operation)
        self._longest_name = max(map(cell_len, named), default=0)

    def fits(self, width: int) -> bool:
        """Return whether the diagram fits into ``width`` cells and has few enough participants."""
        return self._lanes(width) is not None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield lines no wider than the console. Raises ValueError if the diagram does not fit."""
        lanes = self._lanes(options.max_width)
        if lanes is None:
            raise ValueError("too narrow a console for this drawing")
        room = min(self._room(options.max_width), self._needed(lanes))
        names = self._width_of_names(options.max_width - self._gutter - room - _TIME)
        for row in rows(self._drawn, lanes, frames=self._frames, room=room, reasons=self._reasons):
            yield from self._line(row, names)

    def _room(self, width: int) -> int:
        return width - self._gutter - _TIME

    def _lanes(self, width: int) -> Lanes | None:
        return lay_out(self._drawn, self._labels, self._room(width) - 2 * self._frames)

    def _needed(self, lanes: Lanes) -> int:
        """Return the cells for the lanes, for texts longer than their arrow, and for the reasons."""
        needed = lanes.width
        for arrow in self._arrows:
            left, right = sorted((lanes.at[arrow.view.sender], lanes.at[arrow.view.receiver]))
            text = cell_len(visible(arrow.text, 200))
            if text + ARROW > right - left:
                needed = max(needed, left + text + 3)
        return max(needed + 2 * self._frames, _REASON if self._reasons else 0)

    def _number(self, arrow: Arrow) -> str:
        step = arrow.view.step
        if not self._steps:
            return str(arrow.number)
        return f"{arrow.number} {'' if step is None else f'({step})':>{len(_STEP)}}"

    def _width_of_names(self, spare: int) -> int:
        """Return the width of the column of operations in ``spare`` cells; 0 without room for it."""
        width = min(self._longest_name, spare - len(_GAP))
        return width if width == self._longest_name or width >= _SHORTEST_NAME else 0

    def _line(self, row: CellLine, names: int) -> Iterator[Segment]:
        view = row.view
        number = self._number(Arrow(view, "", view.number)) if view else ""
        number, time = (self._heading, _TIMES) if row.heading else (number, row.time)
        yield Segment(number.rjust(self._gutter - 2) + "  ", _RED if view and view.deviates else _DIM)
        end = len(row.cells)
        while end and not time and row.cells[end - 1] == " ":
            end -= 1
        start = 0
        for position in range(1, end + 1):
            if position == end or row.looks[position] is not row.looks[start]:
                yield Segment("".join(row.cells[start:position]), row.looks[start])
                start = position
        if time:
            yield Segment(time.rjust(_TIME), _DIM)
        if names and row.heading:
            yield Segment(_GAP + cut(_OPERATION, names), _DIM)
        elif names and row.operation:
            yield Segment(_GAP)
            yield Segment(cut(row.operation.name, names), Look(dim=True, link=row.operation.url or None))
        yield Segment.line()


def _depth(drawn: Iterable[Event]) -> int:
    deepest = depth = 0
    for event in drawn:
        depth += isinstance(event, Open) - isinstance(event, Close)
        deepest = max(deepest, depth)
    return deepest
