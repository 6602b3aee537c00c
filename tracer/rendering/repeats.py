"""Groups that come again and again in a row are drawn once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from tracer.rendering.blocks import Node
from tracer.rendering.messages import MessageView

__all__ = ["Folded", "Piece", "fold"]

_LONGEST = 24
_OFTEN = 3


class Piece(NamedTuple):
    """A part of a diagram that can be repeated as a whole.

    Two pieces with the same ``shape`` say the same; None is like no other. ``again`` says that
    it is known to be a repetition. ``first`` and ``last`` are its outer messages, also where
    they are not drawn.
    """

    shape: Hashable
    nodes: list[Node]
    again: bool
    first: MessageView
    last: MessageView


Folded = Callable[[list[Node], int, MessageView, MessageView], Node]
"""Makes the node for a group of nodes that comes so many times, from the first message to the last."""


def fold(pieces: list[Piece], folded: Folded) -> list[Piece]:
    """``pieces`` with what is repeated in a row folded, from the shortest groups to the longest.

    A group folds if it comes three times, or twice where the second is a known repetition.
    """
    while True:
        before = len(pieces)
        for length in range(1, _LONGEST + 1):
            if len(pieces) < 2 * length:
                break
            pieces = _fold(pieces, length, folded)
        if len(pieces) == before:
            return pieces


def _fold(pieces: list[Piece], length: int, folded: Folded) -> list[Piece]:
    same = _same(pieces, length)
    made: list[Piece] = []
    position = 0
    while position < len(pieces):
        count = same[position] // length + 1
        group = pieces[position : position + count * length]
        if count >= _OFTEN or (count > 1 and all(piece.again for piece in group[length:])):
            made.append(_loop(group, count, folded))
            position += len(group)
        else:
            made.append(pieces[position])
            position += 1
    return made


def _same(pieces: list[Piece], length: int) -> list[int]:
    """For each piece how many in a row, from it on, are the same as the one ``length`` behind."""
    same = [0] * (len(pieces) + 1)
    for position in range(len(pieces) - length - 1, -1, -1):
        shape = pieces[position].shape
        if shape is not None and shape == pieces[position + length].shape:
            same[position] = same[position + 1] + 1
    return same


def _loop(group: list[Piece], count: int, folded: Folded) -> Piece:
    once = group[: len(group) // count]
    nodes = [node for piece in once for node in piece.nodes]
    first, last = group[0].first, group[-1].last
    return Piece(
        shape=("loop", count, tuple(piece.shape for piece in once)),
        nodes=[folded(nodes, count, first, last)],
        again=all(piece.again for piece in group),
        first=first,
        last=last,
    )
