"""The tree of a sequence diagram: arrows, notes, and blocks.

Runs and documented sequences become such a tree. Mermaid text and the diagram in a terminal are made
from it. No text in the tree is escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.rendering.messages import MessageView
    from tracer.rendering.operation_links import OperationLink


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
    """A message. ``number`` may be None; ``note`` stands above the arrow, ``time`` behind ``text``.

    ``operation`` is the operation of a request, if it is known.
    """

    view: MessageView
    text: str
    number: int | None
    note: str = ""
    time: str = ""
    operation: OperationLink | None = None


class Note(NamedTuple):
    """A text over the lifelines of the participants ``over``, or over all lifelines if ``over`` is empty."""

    over: tuple[str, ...]
    text: str


class Branch(NamedTuple):
    """A part of a block. Only ``alt`` and ``par`` blocks have several branches."""

    title: str
    nodes: list[Node]


class Block(NamedTuple):
    """A frame around messages that belong together."""

    kind: Kind
    branches: list[Branch]


Node = Arrow | Note | Block


class Open(NamedTuple):
    """The beginning of a block."""

    kind: Kind
    title: str


class Other(NamedTuple):
    """The beginning of the next branch of the innermost block."""

    kind: Kind
    title: str


class Close(NamedTuple):
    """The end of the innermost block."""


Event = Arrow | Note | Open | Other | Close


def events(nodes: Sequence[Node]) -> Iterator[Event]:
    """Yield the tree from top to bottom, in the order of drawing."""
    for node in nodes:
        if not isinstance(node, Block):
            yield node
            continue
        for position, branch in enumerate(node.branches):
            yield (Other if position else Open)(node.kind, branch.title)
            yield from events(branch.nodes)
        yield Close()


def arrows(nodes: Sequence[Node]) -> Iterator[Arrow]:
    """Return the arrows of the tree, from top to bottom."""
    return (event for event in events(nodes) if isinstance(event, Arrow))
