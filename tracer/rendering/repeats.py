"""Repetitions in a row, folded so that a diagram shows the repeated group once."""

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

    Pieces with the same ``shape`` are equal; a piece with the shape None is equal to no piece. ``again``
    marks a known repetition. ``first`` and ``last`` are the outer messages, even if they are not drawn.
    """

    shape: Hashable
    nodes: list[Node]
    again: bool
    first: MessageView
    last: MessageView


Folded = Callable[[list[Node], int, MessageView, MessageView], Node]
"""A function of nodes, count, first and last message that makes the node for the repeated group."""


def fold(pieces: list[Piece], folded: Folded) -> list[Piece]:
    """Fold repetitions in a row, from the shortest groups to the longest.

    A group is folded if it occurs three times, or twice if the second is a known repetition.
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
    same = _count_equal(pieces, length)
    folded_pieces: list[Piece] = []
    position = 0
    while position < len(pieces):
        count = same[position] // length + 1
        group = pieces[position : position + count * length]
        if count >= _OFTEN or (count > 1 and all(piece.again for piece in group[length:])):
            folded_pieces.append(_loop(group, count, folded))
            position += len(group)
        else:
            folded_pieces.append(pieces[position])
            position += 1
    return folded_pieces


def _count_equal(pieces: list[Piece], length: int) -> list[int]:
    """Count for each piece the pieces in a row, from it on, that equal the piece ``length`` later."""
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
