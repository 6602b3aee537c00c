"""What a sequence diagram is made of: a tree of arrows, notes and blocks, before it becomes text.

A run and a documented sequence both become such a tree; Mermaid text and the drawing in a
terminal are both made of one. All texts are as they came: not escaped for anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.rendering.messages import MessageView

__all__ = [
    "Arrow",
    "Block",
    "Branch",
    "Close",
    "Event",
    "Kind",
    "Node",
    "Note",
    "Open",
    "Other",
    "arrows",
    "events",
]

Kind = Literal["loop", "opt", "alt", "par"]


class Arrow(NamedTuple):
    """A message. ``number`` is None where it has none; ``note`` stands above it, ``time`` behind its text."""

    view: MessageView
    text: str
    number: int | None
    note: str = ""
    time: str = ""


class Note(NamedTuple):
    """A text over the lifelines of the participants ``over``, or across all of them if that is empty."""

    over: tuple[str, ...]
    text: str


class Branch(NamedTuple):
    """A part of a block: all of it, but for ``alt`` and ``par``."""

    title: str
    nodes: list[Node]


class Block(NamedTuple):
    """Messages that belong together, in a frame."""

    kind: Kind
    branches: list[Branch]


Node = Arrow | Note | Block


class Open(NamedTuple):
    """A block begins."""

    kind: Kind
    title: str


class Other(NamedTuple):
    """The next branch of the innermost block begins."""

    kind: Kind
    title: str


class Close(NamedTuple):
    """The innermost block ends."""


Event = Arrow | Note | Open | Other | Close


def events(nodes: Sequence[Node]) -> Iterator[Event]:
    """The tree from top to bottom, as it is drawn."""
    for node in nodes:
        if not isinstance(node, Block):
            yield node
            continue
        for position, branch in enumerate(node.branches):
            yield (Other if position else Open)(node.kind, branch.title)
            yield from events(branch.nodes)
        yield Close()


def arrows(nodes: Sequence[Node]) -> Iterator[Arrow]:
    """The arrows of the tree, from top to bottom."""
    return (event for event in events(nodes) if isinstance(event, Arrow))
