"""The positions of lifelines in a terminal: as far apart as their messages need."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from tracer.rendering.blocks import Arrow
from tracer.rendering.messages import client_first
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracer.rendering.blocks import Event

__all__ = ["ARROW", "Lanes", "cut", "lay_out"]

ARROW = 6
"""The cells of an arrow that contain no text."""

_MOST = 6
_NARROWEST = 12
_EDGE = 9


class Lanes(NamedTuple):
    """The column (``at``) and the title (``heads``) of each participant's lifeline; ``width`` is in cells."""

    at: dict[str, int]
    heads: dict[str, str]
    width: int


def lay_out(drawn: Sequence[Event], labels: Mapping[str, str], width: int) -> Lanes | None:
    """Return lifelines within ``width`` cells; None if they are too many, too close, or there are none."""
    arrows = [event for event in drawn if isinstance(event, Arrow)]
    names = _names(arrows)
    if not names or len(names) > _MOST:
        return None
    titles = [visible(labels.get(name) or name, 40) or "?" for name in names]
    left, right = (min(_EDGE, cell_len(title) // 2) for title in (titles[0], titles[-1]))
    gaps = _squeezed(_gaps(arrows, names, titles), width - left - right - 1)
    if gaps is None:
        return None
    at = {name: left + sum(gaps[:position]) for position, name in enumerate(names)}
    rooms = [min(pair) - 1 for pair in zip([2 * left + 2, *gaps], [*gaps, 2 * right + 2], strict=True)]
    heads = {
        name: title if cell_len(title) <= room else cut(visible(name, 40) or "?", room)
        for name, title, room in zip(names, titles, rooms, strict=True)
    }
    return Lanes(at, heads, left + sum(gaps) + right + 1)


def cut(text: str, width: int) -> str:
    """Return ``text`` in at most ``width`` cells, with an ellipsis if it is cut."""
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)).rstrip() + "…"


def _names(arrows: Iterable[Arrow]) -> list[str]:
    return client_first(name for arrow in arrows for name in (arrow.view.sender, arrow.view.receiver))


def _gaps(arrows: Iterable[Arrow], names: Sequence[str], titles: Sequence[str]) -> list[int]:
    """Return the ideal number of cells between each lifeline and the next, for unlimited width."""
    gaps = [
        max(_NARROWEST, (cell_len(title) + cell_len(following)) // 2 + 2)
        for title, following in itertools.pairwise(titles)
    ]
    position = {name: number for number, name in enumerate(names)}
    needs: dict[tuple[int, int], int] = {}
    for arrow in arrows:
        first, last = sorted((position[arrow.view.sender], position[arrow.view.receiver]))
        need = cell_len(visible(arrow.text, 200)) + ARROW
        needs[first, last] = max(need, needs.get((first, last), 0))
    for (first, last), need in sorted(needs.items(), key=lambda entry: entry[0][1] - entry[0][0]):
        missing = need - sum(gaps[first:last])
        for gap in range(first, last):
            gaps[gap] += max(0, -(-missing // (last - first)))
    return gaps


def _squeezed(gaps: list[int], room: int) -> list[int] | None:
    """Shrink ``gaps`` to ``room`` cells, in proportion to the excess of each; None without enough room."""
    spare = room - len(gaps) * _NARROWEST
    wanted = sum(gaps) - len(gaps) * _NARROWEST
    if spare < 0:
        return None
    if wanted <= spare:
        return gaps
    return [_NARROWEST + (gap - _NARROWEST) * spare // wanted for gap in gaps]
